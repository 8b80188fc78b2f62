#include "contract/connection_contract.hpp"
#include "error_of.hpp"

namespace ockam::test {
namespace {

TEST_P(WithoutPeer, DEC12_TCP14_OffByDefault) {
  lose_peer(std::nullopt);
  ASSERT_TRUE(events.wait_for(connection_state::closed));
  EXPECT_EQ(events.count(connection_state::reconnecting), 0u);
  EXPECT_FALSE(c->is_open());
}

TEST_P(WithoutPeer, DEC12_TrafficFlowsAgainAfterTheOtherNodeRestarted) {
  lose_peer(quickly);
  const auto lost = events.wait_for(connection_state::reconnecting);
  ASSERT_TRUE(lost && lost->cause);
  auto another = make_side();
  start_echoer(another, listen_again(another));
  EXPECT_TRUE(eventually([&] { return ask(a.node, {*c, "echoer"}, "two", 200ms) == "two"; }));
  EXPECT_EQ(events.count(connection_state::connected), 2u);
  EXPECT_EQ(a.transport->ends(), 1u);
}

TEST_P(WithoutPeer, DEC12_WhatWaitsIsDelivered) {
  lose_peer_and_keep_for(long_timeout);
  for (const auto* each : {"1", "2"})
    ASSERT_TRUE(a.node.root().send({*c, "reader"}, each));
  auto another = make_side();
  auto reader = another.node.detached("reader");
  another.node.flow_controls().add_consumer("reader", listen_again(another));
  for (const auto* each : {"1", "2"}) {
    const auto next = reader.receive<std::string>({long_timeout});
    ASSERT_TRUE(next) << each;
    EXPECT_EQ(next->body(), each);
  }
}

TEST_P(WithoutPeer, DEC12_DisconnectEndsIt) {
  lose_peer_and_keep_for(0ms);
  ASSERT_TRUE(c->try_close());
  ASSERT_TRUE(events.wait_for(connection_state::closed));
  EXPECT_FALSE(c->is_open());
  EXPECT_FALSE(c->try_close());
}

TEST_P(WithoutPeer, DEC12_TheNodeStopsInTheMiddleOfIt) {
  lose_peer_and_keep_for(0ms);
  a.node.stop();
  EXPECT_TRUE(events.wait_for(connection_state::closed));
}

// -- what waits meanwhile --------------------------------------------------------------------------

TEST_P(WithoutPeer, ANS6_AMessageWaitsForAsLongAsThePolicySays) {
  lose_peer_and_keep_for(100ms);
  ASSERT_TRUE(a.node.root().send({*c, "echoer"}, "waits"));
  EXPECT_GT(c->pending_bytes(), 0u);
  EXPECT_TRUE(eventually([&] { return a.dropped(drop_reason::expired) == 1; }));
  EXPECT_EQ(c->pending_bytes(), 0u);
  EXPECT_TRUE(c->is_open());
}

TEST_P(WithoutPeer, ANS6_ARequestThatWaitedForTooLongEndsAtOnce) {
  lose_peer_and_keep_for(100ms);
  const auto reply = a.node.root().send_and_receive<std::string>({*c, "echoer"}, "waits");
  EXPECT_EQ(error_of(reply), errc::connection_closed);
  EXPECT_NE(error_of(reply).detail().find("keep_for"), std::string::npos)
    << error_of(reply).detail();
}

TEST_P(WithoutPeer, ANS6_WithoutKeepForMessagesAreRefused) {
  lose_peer_and_keep_for(0ms);
  const auto sent = a.node.root().send({*c, "echoer"}, "x");
  EXPECT_EQ(error_of(sent), errc::connection_closed);
  EXPECT_NE(error_of(sent).detail().find("being made again"), std::string::npos);
  EXPECT_EQ(a.dropped(drop_reason::connection_closed), 1u);
}

TEST_P(WithoutPeer, ANS7_ARequestThatTimedOutIsTakenBack) {
  lose_peer_and_keep_for(10s);
  const auto late = a.node.root().send_and_receive<std::string>({*c, "echoer"}, "x",
                                                                {.timeout = 20ms});
  EXPECT_EQ(error_of(late), errc::timeout);
  EXPECT_NE(error_of(late).detail().find("which is being made again"), std::string::npos)
    << error_of(late).detail();
  EXPECT_TRUE(eventually([&] { return a.dropped(drop_reason::expired) == 1; }));
  EXPECT_EQ(c->pending_bytes(), 0u);
}

TEST_P(WithoutPeer, ANS4_ANS6_AThreadThatWaitsForRoomGoesOnWhenMessagesExpire) {
  lose_peer_and_keep_for(200ms);
  const std::string large(30'000, '.');
  for (int i = 0; i < 3; ++i) // the third one finds no room at first
    EXPECT_TRUE(a.node.root().send({*c, "echoer"}, large, {.timeout = long_timeout}));
  EXPECT_TRUE(eventually([&] { return a.dropped(drop_reason::expired) == 3; }));
}

} // namespace
} // namespace ockam::test
