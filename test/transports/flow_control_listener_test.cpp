#include "flow_control_scenario.hpp"

namespace ockam::test {
namespace {

// What reaches the workers of B through its listener, and what does not.
class FlowControlOfAListener : public flow_control_scenario {};

TEST_F(FlowControlOfAListener, FC1_DEC10_AConsumerOfTheListenerAnswersAnyNumberOfTimes) {
  start_echoer(b);
  admit("echoer");
  const std::string payload{"\x00 \x7f and \xc3\xa9", 10};
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(ask(a.node, {c, "echoer"}, payload), payload);
}

TEST_F(FlowControlOfAListener, FC2_ERR7_DEC7_WhoIsNoConsumerIsNotReachable) {
  start_echoer(b);
  expect_denied_at_b({c, "echoer"});
  EXPECT_EQ(b.node.metrics().sent, 1u) << "only the probe may answer: nothing goes back for a drop";
}

TEST_F(FlowControlOfAListener, FC3_AConsumerAddedWhileConnectedIsReachedByTheNextMessage) {
  start_echoer(b);
  expect_dropped(a.node, {c, "echoer"}, b.node, drop_reason::not_a_consumer);
  admit("echoer");
  EXPECT_EQ(ask(a.node, {c, "echoer"}), "Hello Ockam!");
}

TEST_F(FlowControlOfAListener, FC4_FCU1_TheIdExistsBeforeTheListener) {
  tcp::listen_options options;
  start_echoer(b);
  b.flow_controls().add_consumer("echoer", options.spawner_flow_control_id);
  const auto second = b.listen(options);
  EXPECT_EQ(second.flow_control_id(), options.spawner_flow_control_id);
  EXPECT_EQ(b.flow_controls().find_spawner(second.address()), options.spawner_flow_control_id);
  EXPECT_EQ(ask(a.node, {a.connect(second), "echoer"}), "Hello Ockam!");
}

TEST_F(FlowControlOfAListener, FC5_AConsumerMayBeAddedBeforeItsWorkerStarts) {
  admit("echoer");
  expect_dropped(a.node, {c, "echoer"}, b.node, drop_reason::unknown_address);
  start_echoer(b);
  EXPECT_EQ(ask(a.node, {c, "echoer"}), "Hello Ockam!");
}

TEST_F(FlowControlOfAListener, FC6_ERR6_ResolutionComesBeforeFlowControl) {
  expect_dropped(a.node, {c, "missing"}, b.node, drop_reason::unknown_address);
  EXPECT_EQ(b.dropped(drop_reason::not_a_consumer), 0u);
  EXPECT_TRUE(logged({"warning", "not_found", "0#missing", k.peer()}));
  expect_usable(c);
}

TEST_F(FlowControlOfAListener, FC7_AConsumerOfOneListenerIsNotReachedThroughAnother) {
  start_echoer(b);
  const auto first = b.listen();
  b.flow_controls().add_consumer("echoer", first.flow_control_id());
  EXPECT_EQ(ask(a.node, {a.connect(first), "echoer"}), "Hello Ockam!");
  expect_denied_at_b({c, "echoer"});
}

TEST_F(FlowControlOfAListener, FC8_AConsumerOfBothListenersIsReachedThroughBoth) {
  start_echoer(b);
  const auto second = b.listen();
  admit("echoer");
  b.flow_controls().add_consumer("echoer", second.flow_control_id());
  EXPECT_EQ(ask(a.node, {c, "echoer"}), "Hello Ockam!");
  EXPECT_EQ(ask(a.node, {a.connect(second), "echoer"}), "Hello Ockam!");
}

TEST_F(FlowControlOfAListener, FC9_TCP10_TwoClientsOfOneListenerAreAnswered) {
  start_echoer(b);
  admit("echoer");
  const auto c2 = a.connect(l);
  const auto k2 = b.accepted({k});
  EXPECT_NE(k.sender_address(), k2.sender_address());
  EXPECT_NE(k.receiver_address(), k2.receiver_address());
  EXPECT_EQ(ask(a.node, {c, "echoer"}, "first"), "first");
  EXPECT_EQ(ask(a.node, {c2, "echoer"}, "second"), "second");
}

TEST_F(FlowControlOfAListener, FC10_FCU2_AConsumerOfOneAcceptedConnectionServesThatClientOnly) {
  start_echoer(b);
  const auto c2 = a.connect(l);
  const auto k2 = b.accepted({k});
  EXPECT_NE(k.flow_control_id(), k2.flow_control_id());
  b.flow_controls().add_consumer("echoer", k.flow_control_id());
  EXPECT_EQ(ask(a.node, {c, "echoer"}), "Hello Ockam!");
  expect_denied_at_b({c2, "echoer"}, c2);
}

TEST_F(FlowControlOfAListener, FC11_OnlyTheFirstHopIsChecked) {
  b.node.start_worker("hop", hop{});
  start_echoer(b, "secret");
  admit("hop");
  EXPECT_EQ(ask(a.node, {c, "hop", "secret"}), "Hello Ockam!");
}

TEST_F(FlowControlOfAListener, FC12_WhatIsBehindAConsumerIsNotReachedDirectly) {
  b.node.start_worker("hop", hop{});
  start_echoer(b, "secret");
  admit("hop");
  expect_denied_at_b({c, "secret"});
}

TEST_F(FlowControlOfAListener, FC13_AnAliasIsAConsumerOfItsOwn) {
  start_echoer(b, {"primary", "alias"});
  admit("primary");
  EXPECT_EQ(ask(a.node, {c, "primary"}), "Hello Ockam!");
  expect_denied_at_b({c, "alias"});
  admit("alias");
  EXPECT_EQ(ask(a.node, {c, "alias"}), "Hello Ockam!");
}

TEST_F(FlowControlOfAListener, FC14_TheRootEndpointIsReachedAsAConsumerOnly) {
  expect_denied_at_b({c, "app"});
  admit("app");
  a.node.send({c, "app"}, "for the program");
  const auto received = b.node.receive<std::string>({long_timeout});
  EXPECT_EQ(received.body(), "for the program");
  EXPECT_EQ(received.source_address(), k.receiver_address());
}

TEST_F(FlowControlOfAListener, FC15_ACD10_ACD12_TransportAddressesAreNotReachable) {
  for (const auto& own : {k.receiver_address(), l.address()})
    expect_denied_at_b({c, own});
}

TEST_F(FlowControlOfAListener, FC16_AMessageDoesNotLoopBackThroughItsConnection) {
  expect_denied_at_b({c, k.sender_address(), "app"});
}

TEST_F(FlowControlOfAListener, FC17_ANodeIsNoTransitByDefault) {
  const auto c2 = a.connect(l);
  const auto k2 = b.accepted({k});
  a.flow_controls().add_consumer("app", c2.flow_control_id());
  expect_denied_at_b({c, k2.sender_address(), "app"});
}

TEST_F(FlowControlOfAListener, FC18_DEC6_TheRightGoesWithTheWorker) {
  start_echoer(b);
  admit("echoer");
  EXPECT_EQ(ask(a.node, {c, "echoer"}), "Hello Ockam!");
  b.node.stop_worker("echoer");
  start_echoer(b);
  expect_denied_at_b({c, "echoer"});
}

TEST_F(FlowControlOfAListener, FC19_TheRightGoesWithTheEndpoint) {
  auto reader = std::make_optional(b.node.detached("reader"));
  admit("reader");
  a.node.send({c, "reader"}, "first");
  EXPECT_EQ(reader->receive<std::string>({long_timeout})->body(), "first");
  reader.reset();
  reader.emplace(b.node.detached("reader"));
  expect_denied_at_b({c, "reader"});
}

TEST_F(FlowControlOfAListener, FC20_AddingTwiceIsLikeOnce) {
  start_echoer(b);
  admit("echoer");
  admit("echoer");
  EXPECT_EQ(b.flow_controls().consumers(l.flow_control_id()), std::set<address>{"echoer"});
  EXPECT_EQ(ask(a.node, {c, "echoer"}), "Hello Ockam!");
  b.node.stop_worker("echoer");
  EXPECT_TRUE(b.flow_controls().consumers(l.flow_control_id()).empty());
}

TEST_F(FlowControlOfAListener, FC21_AReplacedWorkerIsReachedOnceItIsAddedAgain) {
  start_echoer(b);
  admit("echoer");
  b.node.stop_worker("echoer");
  b.node.start_worker("echoer", [](context& ctx, const routed<std::string>& received) {
    return ctx.send(received.return_route(), "the new one");
  });
  admit("echoer");
  EXPECT_EQ(ask(a.node, {c, "echoer"}), "the new one");
}

} // namespace
} // namespace ockam::test
