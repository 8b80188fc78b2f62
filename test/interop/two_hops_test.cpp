#include "peers.hpp"

#include "transports/partial_relay.hpp"

#include "ockam/actors/workers.hpp"

#include <gmock/gmock.h>

namespace ockam::test {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

constexpr std::array first_two{maker::cpp, maker::rust_0_150};

/// The parameter: the makers of the initiator, the middle node, the responder.
class TwoHops : public interop_test,
                public testing::WithParamInterface<std::tuple<maker, maker, maker>> {
protected:
  maker initiator = std::get<0>(GetParam());
  listening_peer responder = start_responder(std::get<2>(GetParam()));
  listening_peer middle = start_middle(std::get<1>(GetParam()), responder.address);
};

TEST_P(TwoHops, FC39_TheReplyComesBackThroughTheRelay) {
  EXPECT_TRUE(two_hops_initiator_receives_reply(initiator, middle.address));
}

TEST_P(TwoHops, FC48_TwoInitiatorsOneAfterTheOtherAreAnswered) {
  EXPECT_TRUE(two_hops_initiator_receives_reply(initiator, middle.address));
  EXPECT_TRUE(two_hops_initiator_receives_reply(initiator, middle.address));
}

TEST_P(TwoHops, FC42_ASecondMessageAlongTheReplysReturnRoutePassesAroundTheRelay) {
  if (initiator == maker::cpp) {
    tcp_node own{start_node()};
    const auto connection = own.tcp.connect(middle.address);
    const route through{connection, "forward_to_responder", "echoer"};
    const auto reply = own.node.send_and_receive_extended<std::string>(through, "first");
    EXPECT_EQ(reply.body(), "first");
    EXPECT_EQ(reply.return_route().size(), 3u) << to_string(reply.return_route());
    EXPECT_EQ(ask(own.node, reply.return_route(), "second"), "second");
  } else {
    const auto ended = run_initiator(initiator, middle.address,
                                     {"--to", "forward_to_responder,echoer", "--again"});
    EXPECT_THAT(replies_in(ended),
                ElementsAre("App Received: Hello Ockam!", "App Received: Hello Ockam!"));
  }
}

INSTANTIATE_TEST_SUITE_P(Interop, TwoHops,
                         testing::Combine(testing::ValuesIn(first_two),
                                          testing::ValuesIn(first_two),
                                          testing::ValuesIn(first_two)),
                         [](const auto& info) {
                           return names_joined({std::get<0>(info.param), std::get<1>(info.param),
                                                std::get<2>(info.param)});
                         });

// -- a middle node that leaves one of the relay's two entries out ----------------------------------

class PartialRelay : public rust_test {
protected:
  listening_peer start_partial_middle(const std::string& responder, const char* without) {
    auto& program = start_rust(GetParam(), "middle", {"--connect", responder, without});
    return {&program, program.wait_until_listening()};
  }

  /// A middle node of ours, between Rust nodes.
  std::string start_partial_middle_here(const std::string& responder, bool admits_previous_hop,
                                        bool admits_next_hop) {
    tcp_node middle{start_node()};
    const auto connection = middle.tcp.connect(responder);
    middle.node.start_worker("forward_to_responder",
                             partial_relay{connection, admits_previous_hop, admits_next_hop});
    const auto listener = middle.listen();
    middle.flow_controls().add_consumer("forward_to_responder", listener.flow_control_id());
    return listener.socket_address();
  }

  std::vector<std::string> ask_twice(const std::string& middle) {
    return replies_in(run_initiator(GetParam(), middle,
                                    {"--to", "forward_to_responder,echoer", "--again", "--limit-ms",
                                     enough_for_a_reply}));
  }
};

/// Our initiator and our responder, with a Rust node in the middle.
class PartialRustRelay : public PartialRelay {
protected:
  listening_peer responder = start_responder(maker::cpp);
  tcp_node own{start_node()};

  route through_the_relay(const char* without) {
    const auto middle = start_partial_middle(responder.address, without);
    return {own.tcp.connect(middle.address), "forward_to_responder", "echoer"};
  }
};

TEST_P(PartialRustRelay, FC40_WithoutThePreviousHopsEntryTheReplyIsDropped) {
  EXPECT_EQ(ask(own.node, through_the_relay("--no-replies"), "lost", 500ms), "timeout");
  EXPECT_EQ(own.tcp.connections().size(), 1u);
}

TEST_P(PartialRustRelay, FC41_FC43_WithoutTheNextHopsEntryOnlyTheFirstMessagePasses) {
  const auto through = through_the_relay("--no-further");
  const auto reply = own.node.send_and_receive_extended<std::string>(through, "first");
  EXPECT_EQ(reply.body(), "first");
  EXPECT_EQ(ask(own.node, reply.return_route(), "second", 500ms), "timeout");
  EXPECT_EQ(ask(own.node, through, "third"), "third");
}

INSTANTIATE_TEST_SUITE_P(Interop, PartialRustRelay, testing::ValuesIn(rust_makers), name_of);

TEST_P(PartialRelay, FC40_WithoutThePreviousHopsEntryTheReplyIsDroppedAtOurMiddle) {
  const auto responder = start_responder(GetParam());
  const auto middle = start_partial_middle_here(responder.address, false, true);
  EXPECT_THAT(ask_twice(middle), ElementsAre(StartsWith("No reply from ")));
}

TEST_P(PartialRelay, FC41_FC43_WithoutTheNextHopsEntryOnlyTheFirstMessagePassesOurMiddle) {
  const auto responder = start_responder(GetParam());
  const auto middle = start_partial_middle_here(responder.address, true, false);
  EXPECT_THAT(ask_twice(middle),
              ElementsAre("App Received: Hello Ockam!", StartsWith("No reply from ")));
}

TEST_P(PartialRelay, FC42_WithBothEntriesBothMessagesPassOurMiddle) {
  const auto responder = start_responder(GetParam());
  const auto middle = start_partial_middle_here(responder.address, true, true);
  EXPECT_THAT(ask_twice(middle),
              ElementsAre("App Received: Hello Ockam!", "App Received: Hello Ockam!"));
}

INSTANTIATE_TEST_SUITE_P(Interop, PartialRelay, testing::ValuesIn(rust_makers), name_of);

} // namespace
} // namespace ockam::test
