#include "peers.hpp"

#include "ockam/actors/workers.hpp"

#include <csignal>

namespace ockam::test {
namespace {

/// Nodes that leave, in order or not, and come back.
class Lifecycle : public rust_test {
protected:
  tcp_node own{start_node()};
  connection_journal journal;

  tcp::listener listen_with_echoer() {
    own.node.start_worker("echoer", echoer{});
    const auto listener = own.listen({.observer = journal.observer()});
    own.flow_controls().add_consumer("echoer", listener.flow_control_id());
    return listener;
  }

  process& start_staying_initiator(const std::string& address) {
    auto& program = start_rust(GetParam(), "initiator", {"--connect", address, "--stay"});
    program.wait_for_line("Staying");
    return program;
  }

  connection connect_to(const std::string& address, tcp::connect_options options = {}) {
    options.observer = journal.observer();
    return own.tcp.connect(address, std::move(options));
  }

  void expect_gone(const connection& c) {
    EXPECT_TRUE(journal.wait_for(connection_state::closed));
    EXPECT_FALSE(c.is_open());
    EXPECT_EQ(ask(own.node, {c, "echoer"}), "connection_closed");
  }
};

// -- a Rust node leaves ----------------------------------------------------------------------------

TEST_P(Lifecycle, TCP37_AKilledRustInitiatorIsNoticedAndTheNextOneIsServed) {
  const auto listener = listen_with_echoer();
  auto& peer = start_staying_initiator(listener.socket_address());
  const auto accepted = own.accepted();
  peer.end_with(SIGKILL);
  expect_gone(accepted);
  EXPECT_TRUE(initiator_receives_reply(GetParam(), listener.socket_address()));
}

TEST_P(Lifecycle, TCP35_TCP37_ARustInitiatorThatDisconnectsIsNoticed) {
  const auto listener = listen_with_echoer();
  EXPECT_TRUE(initiator_receives_reply(GetParam(), listener.socket_address()));
  EXPECT_TRUE(journal.wait_for(connection_state::closed));
  EXPECT_TRUE(eventually([&] { return own.tcp.connections().empty(); }));
}

TEST_P(Lifecycle, TCP36_TCP37_AKilledRustListenerIsNoticedAndConnectedAgain) {
  auto peer = start_listener(GetParam(), {"echoer"});
  const auto first = connect_to(peer.address);
  EXPECT_EQ(ask(own.node, {first, "echoer"}), "Hello Ockam!");
  peer.program->end_with(SIGKILL);
  expect_gone(first);

  start_listener(GetParam(), {"echoer"}, {"--listen", peer.address});
  const auto second = own.tcp.connect(peer.address);
  EXPECT_EQ(ask(own.node, {second, "echoer"}), "Hello Ockam!");
}

TEST_P(Lifecycle, TCP14_AReconnectingConnectionSurvivesARestartOfTheRustListener) {
  auto peer = start_listener(GetParam(), {"echoer"});
  const auto kept = connect_to(peer.address, {.reconnect = reconnect_policy{.first = 20ms}});
  EXPECT_EQ(ask(own.node, {kept, "echoer"}), "Hello Ockam!");
  peer.program->end_with(SIGKILL);
  EXPECT_TRUE(journal.wait_for(connection_state::reconnecting));

  start_listener(GetParam(), {"echoer"}, {"--listen", peer.address});
  EXPECT_EQ(ask(own.node, {kept, "echoer"}), "Hello Ockam!");
}

TEST_P(Lifecycle, TCP37_TheDisconnectOfARustListenerIsNoticed) {
  const auto peer = start_listener(GetParam(), {"echoer"});
  const auto c = connect_to(peer.address);
  own.node.send({c, "control"}, "disconnect"); // its answer comes, or not: see compatibility.md
  expect_gone(c);
  const auto again = own.tcp.connect(peer.address);
  EXPECT_EQ(ask(own.node, {again, "echoer"}), "Hello Ockam!");
}

// -- ours leaves -----------------------------------------------------------------------------------

TEST_P(Lifecycle, TCP35_OurDisconnectLeavesTheRustListenerToOthers) {
  const auto peer = start_listener(GetParam(), {"echoer"});
  for (int i = 0; i < 3; ++i) {
    const auto c = own.tcp.connect(peer.address);
    EXPECT_EQ(ask(own.node, {c, "echoer"}), "Hello Ockam!");
    EXPECT_TRUE(c.try_close());
    EXPECT_EQ(ask(own.node, {c, "echoer"}), "connection_closed");
  }
}

TEST_P(Lifecycle, TCP35_WhatWasSentBeforeOurDisconnectArrives) {
  const auto peer = start_listener(GetParam(), {"echoer"});
  const auto watched = own.tcp.connect(peer.address);
  const auto leaving = own.tcp.connect(peer.address);
  own.node.send({leaving, "control"}, "admit secret");
  EXPECT_TRUE(leaving.try_close());
  EXPECT_TRUE(eventually([&] { return ask(own.node, {watched, "secret"}, "?", 100ms) == "?"; }));
}

TEST_P(Lifecycle, ARustResponderServesOthersAfterAKilledMiddleNodeOfOurs) {
  const auto responder = start_responder(GetParam());
  const auto middle = start_middle(maker::cpp, responder.address);
  EXPECT_TRUE(two_hops_initiator_receives_reply(GetParam(), middle.address));
  middle.program->end_with(SIGKILL);
  EXPECT_TRUE(initiator_receives_reply(maker::cpp, responder.address));
  const auto another = start_middle(maker::cpp, responder.address);
  EXPECT_TRUE(two_hops_initiator_receives_reply(GetParam(), another.address));
}

TEST_P(Lifecycle, FC47_ARustMiddleNodeSurvivesOurKilledResponder) {
  const auto responder = start_responder(maker::cpp);
  const auto middle = start_middle(GetParam(), responder.address);
  const auto c = own.tcp.connect(middle.address);
  const route through{c, "forward_to_responder", "echoer"};
  EXPECT_EQ(ask(own.node, through), "Hello Ockam!");
  responder.program->end_with(SIGKILL);
  // the first one may still be on its way into a socket that has closed
  EXPECT_EQ(ask(own.node, through, "?", 400ms), "timeout");
  EXPECT_EQ(ask(own.node, through, "?", 400ms), "timeout");
  EXPECT_TRUE(c.is_open());
}

INSTANTIATE_TEST_SUITE_P(Interop, Lifecycle, testing::ValuesIn(rust_makers), name_of);

} // namespace
} // namespace ockam::test
