#include "error_of.hpp"
#include "flow_control_scenario.hpp"
#include "partial_relay.hpp"

#include "ockam/actors/workers.hpp"

namespace ockam::test {
namespace {

/// A dials M, which relays to B: `c` is A's connection to M, `d` is M's connection to B.
class FlowControlOfARelay : public nodes_test {
protected:
  tcp_node a{start_node()};
  tcp_node m{start_node()};
  tcp_node b{start_node()};
  tcp::listener listener_of_m = m.listen();
  tcp::listener listener_of_b = b.listen();
  connection c = a.connect(listener_of_m);
  connection d = m.connect(listener_of_b);
  connection accepted_by_m = m.accepted();

  FlowControlOfARelay() {
    b.node.start_worker("echoer", echoer{});
    b.flow_controls().add_consumer("echoer", listener_of_b.flow_control_id());
  }

  void admit_at_m(const address& consumer) {
    m.flow_controls().add_consumer(consumer, listener_of_m.flow_control_id());
  }

  template <class Relay>
  void start_relay(Relay worker) {
    m.node.start_worker("forward_to_responder", std::move(worker));
    admit_at_m("forward_to_responder");
  }

  const route through_the_relay{c, "forward_to_responder", "echoer"};

  /// The route back of a reply that has come through the relay: it goes around the relay.
  route way_around_the_relay() {
    const auto reply = a.node.send_and_receive_extended<std::string>(through_the_relay, "first");
    EXPECT_EQ(reply.body(), "first");
    EXPECT_EQ(reply.return_route(), (route{c, d, "echoer"}));
    return reply.return_route();
  }
};

TEST_F(FlowControlOfARelay, FC39_FCU9_TheRelayOfTheTutorialLetsRequestAndReplyPass) {
  start_relay(relay{d});
  EXPECT_EQ(ask(a.node, through_the_relay), "Hello Ockam!");
  EXPECT_TRUE(m.flow_controls().is_consumer(accepted_by_m.sender_address(), d.flow_control_id()));
  EXPECT_TRUE(m.flow_controls().is_consumer(d.sender_address(), accepted_by_m.flow_control_id()));
}

TEST_F(FlowControlOfARelay, FC40_WithoutThePreviousHopTheReplyIsDropped) {
  start_relay(partial_relay{d, false, true});
  expect_dropped(a.node, through_the_relay, m.node, drop_reason::not_a_consumer);
  EXPECT_TRUE(logged({"warning", to_string(d.receiver_address()),
                      to_string(accepted_by_m.sender_address()), "add_consumer"}));
  EXPECT_EQ(b.node.metrics().sent, 1u) << "the request was answered";
}

TEST_F(FlowControlOfARelay, FC41_WithoutTheNextHopTheRelayItselfStillForwards) {
  start_relay(partial_relay{d, true, false});
  EXPECT_EQ(ask(a.node, through_the_relay), "Hello Ockam!");
  EXPECT_EQ(ask(a.node, through_the_relay, "again"), "again");
}

TEST_F(FlowControlOfARelay, FC42_TheNextHopLetsFurtherMessagesGoAroundTheRelay) {
  start_relay(relay{d});
  EXPECT_EQ(ask(a.node, way_around_the_relay(), "second"), "second");
}

TEST_F(FlowControlOfARelay, FC43_WithoutTheNextHopNothingGoesAroundTheRelay) {
  start_relay(partial_relay{d, true, false});
  expect_dropped(a.node, way_around_the_relay(), m.node, drop_reason::not_a_consumer);
  EXPECT_TRUE(logged({"warning", to_string(accepted_by_m.receiver_address()),
                      to_string(d.sender_address()), "add_consumer"}));
  EXPECT_EQ(ask(a.node, through_the_relay), "Hello Ockam!");
}

TEST_F(FlowControlOfARelay, FC44_ARelayThatIsNoConsumerIsNotReached) {
  m.node.start_worker("forward_to_responder", relay{d});
  expect_dropped(a.node, through_the_relay, m.node, drop_reason::not_a_consumer);
  EXPECT_EQ(b.node.metrics().received, 0u);
  admit_at_m("forward_to_responder");
  EXPECT_EQ(ask(a.node, through_the_relay), "Hello Ockam!");
}

TEST_F(FlowControlOfARelay, FC45_FCU9_ALocalClientOfTheRelayIsAddedAtTheNextHopOnly) {
  m.node.start_worker("relay", relay{d});
  EXPECT_EQ(ask(m.node, {"relay", "echoer"}), "Hello Ockam!");
  EXPECT_TRUE(m.flow_controls().consumed_by(d.sender_address()).empty());

  const journal replies;
  m.node.start_worker("w", [=](context& ctx, const routed<std::string>& received) -> result<void> {
    if (received.source_address() == "app")
      return ctx.send({"relay", "echoer"}, received.body());
    replies.write(received.body());
    return {};
  });
  m.node.send("w", "from a worker");
  EXPECT_EQ(replies.wait_for(1), lines{"from a worker"});
  EXPECT_EQ(m.flow_controls().consumed_by("w"), std::vector{d.flow_control_id()});
  EXPECT_TRUE(m.flow_controls().consumed_by("relay").empty());
}

TEST_F(FlowControlOfARelay, FC46_ARelayInFrontOfALocalWorkerMakesItReachable) {
  m.node.start_worker("w", echoer{});
  start_relay(relay{"w"});
  expect_dropped(a.node, {c, "w"}, m.node, drop_reason::not_a_consumer);
  EXPECT_EQ(ask(a.node, {c, "forward_to_responder"}), "Hello Ockam!");
  EXPECT_EQ(ask(a.node, {c, "w"}, "directly"), "directly");
}

TEST_F(FlowControlOfARelay, FC47_ARelayOutlivesItsConnection) {
  start_relay(relay{d});
  EXPECT_EQ(ask(a.node, through_the_relay), "Hello Ockam!");
  ASSERT_TRUE(d.try_close());
  expect_dropped(a.node, through_the_relay, m.node, drop_reason::unknown_address);
  EXPECT_TRUE(logged({"connection_closed", d.peer()}));
  EXPECT_TRUE(m.node.is_registered("forward_to_responder"));
  EXPECT_EQ(m.node.metrics().failed, 1u) << "the handler reports it";
}

TEST_F(FlowControlOfARelay, FC48_TwoClientsOfARelayGetTheirOwnReplies) {
  start_relay(relay{d});
  tcp_node another{start_node()};
  const auto c2 = another.connect(listener_of_m);
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(ask(a.node, through_the_relay, "one"), "one");
    EXPECT_EQ(ask(another.node, {c2, "forward_to_responder", "echoer"}, "two"), "two");
  }
  EXPECT_EQ(m.flow_controls().consumers(d.flow_control_id()).size(), 2u);
}

TEST_F(FlowControlOfARelay, FC49_ARelayNeedsARoute) {
  const auto made = relay::create(route{});
  ASSERT_FALSE(made);
  EXPECT_EQ(error_of(made), errc::empty_route);
  EXPECT_THROW(relay{route{}}, failure);
}

} // namespace
} // namespace ockam::test
