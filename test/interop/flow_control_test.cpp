#include "peers.hpp"

#include "ockam/actors/workers.hpp"

#include <gmock/gmock.h>

namespace ockam::test {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

/// A Rust node decides what we may reach.
class FlowControlOfRust : public rust_test {
protected:
  listening_peer peer = start_listener(GetParam(), {"echoer", "h2"}, {"--hop", "h2"});
  tcp_node own{start_node()};
  connection c = own.tcp.connect(peer.address);

  std::string asked(const route& to) { return ask(own.node, to, "Hello"); }
  std::string asked_in_vain(const route& to) { return ask(own.node, to, "Hello", 300ms); }
};

TEST_P(FlowControlOfRust, FC2_FC3_ANonConsumerIsNotReachedUntilItIsAdmitted) {
  EXPECT_EQ(asked_in_vain({c, "secret"}), "timeout");
  EXPECT_EQ(asked({c, "echoer"}), "Hello");
  EXPECT_EQ(asked_in_vain({c, "secret"}), "timeout");
  EXPECT_EQ(ask(own.node, {c, "control"}, "admit secret"), "done");
  EXPECT_EQ(asked({c, "secret"}), "Hello");
}

TEST_P(FlowControlOfRust, FC6_AnUnknownAddressIsNotAnsweredAndTheConnectionStays) {
  EXPECT_EQ(asked_in_vain({c, "missing"}), "timeout");
  EXPECT_EQ(asked({c, "echoer"}), "Hello");
}

TEST_P(FlowControlOfRust, FC11_FC12_OnlyTheFirstHopIsChecked) {
  EXPECT_EQ(asked({c, "h2", "secret"}), "Hello");
  EXPECT_EQ(asked_in_vain({c, "secret"}), "timeout");
}

TEST_P(FlowControlOfRust, FC14_ItsAppIsNotReached) {
  EXPECT_EQ(asked_in_vain({c, "app"}), "timeout");
  EXPECT_EQ(asked({c, "echoer"}), "Hello");
}

TEST_P(FlowControlOfRust, FC34_StoppingItsListenerLeavesConnectionsAlone) {
  EXPECT_EQ(ask(own.node, {c, "control"}, "stop-listening"), "done");
  EXPECT_TRUE(eventually([&] { return !own.tcp.try_connect(peer.address); }));
  EXPECT_EQ(asked({c, "echoer"}), "Hello");
}

// -- we decide what a Rust node may reach --------------------------------------------------------

TEST_P(FlowControlOfRust, FC28_FC29_WhatItSendsByItselfReachesConsumersOnly) {
  auto mailbox = own.node.detached("mailbox");
  EXPECT_EQ(ask(own.node, {c, "control"}, "push mailbox 1"), "done");
  expect_drops(own.node, drop_reason::not_a_consumer, 1);

  own.flow_controls().add_consumer("mailbox", c.flow_control_id());
  EXPECT_EQ(ask(own.node, {c, "control"}, "push mailbox 1"), "done");
  const auto pushed = mailbox.receive<std::string>().value();
  EXPECT_EQ(pushed.body(), "0");
  EXPECT_EQ(pushed.return_route(), (route{c, "control"}));
}

INSTANTIATE_TEST_SUITE_P(Interop, FlowControlOfRust, testing::ValuesIn(rust_makers), name_of);

class OurFlowControl : public rust_test {
protected:
  tcp_node own{start_node()};
  tcp::listener listener = own.listen();

  OurFlowControl() {
    own.node.start_worker("secret", echoer{});
    own.node.start_worker("echoer", echoer{});
    own.node.start_worker("h2", hop{});
    own.flow_controls().add_consumer("echoer", listener.flow_control_id());
    own.flow_controls().add_consumer("h2", listener.flow_control_id());
  }

  std::vector<std::string> asked(const std::vector<std::string>& routes) {
    std::vector<std::string> options{"--limit-ms", enough_for_a_reply};
    for (const auto& each : routes)
      options.insert(options.end(), {"--to", each});
    return replies_in(run_initiator(GetParam(), listener.socket_address(), options));
  }
};

TEST_P(OurFlowControl, FC2_ARustNodeDoesNotReachANonConsumerAndTheConnectionStays) {
  EXPECT_THAT(asked({"secret", "echoer"}),
              ElementsAre(StartsWith("No reply from secret"), "App Received: Hello Ockam!"));
  EXPECT_EQ(own.dropped(drop_reason::not_a_consumer), 1u);
}

TEST_P(OurFlowControl, FC6_ERR6_ARustNodeAsksForAnUnknownAddressAndTheConnectionStays) {
  EXPECT_THAT(asked({"missing", "echoer"}),
              ElementsAre(StartsWith("No reply from missing"), "App Received: Hello Ockam!"));
  EXPECT_EQ(own.dropped(drop_reason::unknown_address), 1u);
}

TEST_P(OurFlowControl, FC11_FC12_OnlyTheFirstHopIsChecked) {
  EXPECT_THAT(asked({"h2,secret", "secret"}),
              ElementsAre("App Received: Hello Ockam!", StartsWith("No reply from secret")));
}

INSTANTIATE_TEST_SUITE_P(Interop, OurFlowControl, testing::ValuesIn(rust_makers), name_of);

} // namespace
} // namespace ockam::test
