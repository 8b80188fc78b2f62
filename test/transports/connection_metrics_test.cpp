#include "raw_peer.hpp"
#include "test_nodes.hpp"

#include "ockam/actors/workers.hpp"

namespace ockam::test {
namespace {

/// A has two connections to B; what passes through one is not counted for the other.
class ConnectionMetrics : public nodes_test {
protected:
  tcp_node a{start_node()};
  tcp_node b{start_node()};
  tcp::listener place = b.listen();
  connection c = a.connect(place);
  connection at_b = b.accepted();
  connection other = a.connect(place);
  connection other_at_b = b.accepted({at_b});
};

TEST_F(ConnectionMetrics, DEC7_WhatPassesIsCountedForEachConnection) {
  b.node.start_worker("echoer", echoer{});
  b.flow_controls().add_consumer("echoer", place.flow_control_id());
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(ask(a.node, {c, "echoer"}), "Hello Ockam!");
  EXPECT_EQ(ask(a.node, {other, "echoer"}), "Hello Ockam!");
  EXPECT_TRUE(eventually([&] { return at_b.metrics().unhandled == 0; }));
  for (const auto& [end, count] : {std::pair{c, 3u}, {at_b, 3u}, {other, 1u}, {other_at_b, 1u}}) {
    EXPECT_EQ(end.metrics().received, count);
    EXPECT_EQ(end.metrics().total_dropped(), 0u);
    EXPECT_EQ(end.metrics().accepted, count);
    EXPECT_TRUE(eventually([&end = end, count = count] { return end.metrics().written == count; }));
    EXPECT_EQ(end.metrics().lost, 0u);
  }
}

TEST_F(ConnectionMetrics, DEC7_ADropIsCountedForTheConnectionThatTheMessageCameThrough) {
  b.node.start_worker("hidden", echoer{});
  b.node.start_worker("hop", hop{});
  b.flow_controls().add_consumer("hop", place.flow_control_id());
  a.node.send({c, "missing"}, "x");
  a.node.send({c, "hidden"}, "x");
  a.node.send({c, "hop", "missing"}, "x"); // further on in the node
  expect_drops(b.node, drop_reason::unknown_address, 2);
  expect_drops(b.node, drop_reason::not_a_consumer, 1);
  const auto seen = at_b.metrics();
  EXPECT_EQ(seen.received, 3u);
  EXPECT_EQ(seen.dropped_for(drop_reason::unknown_address), 2u);
  EXPECT_EQ(seen.dropped_for(drop_reason::not_a_consumer), 1u);
  EXPECT_EQ(seen.total_dropped(), 3u);
  EXPECT_EQ(other_at_b.metrics().total_dropped(), 0u);
}

TEST_F(ConnectionMetrics, DEC7_WhatAWorkerHasNotHandledIsSeen) {
  const gate opened;
  b.node.start_worker(
    "slow", [=](context&, const routed<any_body>&) { EXPECT_TRUE(opened.wait()); }, pooled);
  b.flow_controls().add_consumer("slow", place.flow_control_id());
  for (int i = 0; i < 5; ++i)
    a.node.send({c, "slow"}, "x");
  EXPECT_TRUE(eventually([&] { return at_b.metrics().received == 5; }));
  EXPECT_EQ(at_b.metrics().unhandled, 5u);
  EXPECT_EQ(other_at_b.metrics().unhandled, 0u);
  opened.open();
  EXPECT_TRUE(eventually([&] { return at_b.metrics().unhandled == 0; }));
}

TEST_F(ConnectionMetrics, DEC7_ERR9_WhatIsLostWithAConnectionIsCountedForIt) {
  const raw_listener silent{16, true};
  const auto d = a.tcp.connect(silent.address());
  auto peer = silent.accept(); // takes nothing: what waits here cannot leave before the reset
  while (a.node.root().send({d, "unknown"}, std::string(100'000, 'x'))) // until nothing more fits
    ;
  peer.close_at_once();
  EXPECT_TRUE(eventually([&] { return !d.is_open(); }));
  const auto after = d.metrics();
  EXPECT_GT(after.lost, 0u);
  EXPECT_EQ(after.waiting(), 0u);
  EXPECT_EQ(after.lost, a.dropped(drop_reason::connection_closed));
}

} // namespace
} // namespace ockam::test
