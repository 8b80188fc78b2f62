#include "raw_peer.hpp"
#include "test_nodes.hpp"

#include "ockam/actors/workers.hpp"

#include <atomic>
#include <memory>
#include <string>

namespace ockam::test {
namespace {

constexpr std::size_t chunk = 256u << 10; // what a connection that receives takes at least

/// A node whose connections may take little memory together (max-buffer-bytes).
class Buffers : public nodes_test {
protected:
  static constexpr std::size_t limit = 1u << 20;

  Buffers() {
    start_echoer("echoer");
    plenty.node.start_worker("replies", [](context&, routed<any_body>&) {});
  }

  /// Sends until everything on the way is full: until nothing more is taken for a while.
  error fill(const connection& to, std::size_t size) {
    error refusal{errc::internal};
    while (eventually(
      [&] {
        const auto sent = scarce.node.root().send({to, "unknown"}, std::string(size, '.'));
        if (!sent)
          refusal = sent.error();
        return sent.has_value();
      },
      short_timeout))
      ;
    return refusal;
  }

  void start_echoer(const char* name) {
    scarce.node.start_worker(name, echoer{});
    scarce.flow_controls().add_consumer(name, listener.flow_control_id());
  }

  [[nodiscard]] metrics counted() const { return scarce.node.metrics(); }

  tcp_node scarce{start_node({.max_buffer_bytes = limit})};
  tcp_node plenty{start_node()};
  connection_journal events;
  tcp::listener listener = scarce.listen({.connection = {.observer = events.observer()}});
};

TEST_F(Buffers, ORD8_SendersAreRefusedWhenTheOutputOfAllConnectionsReachesTheLimit) {
  const raw_listener silent{16, true};
  std::vector<raw_peer> peers; // they never read
  std::vector<connection> all;
  for (int i = 0; i < 3; ++i) {
    all.push_back(scarce.tcp.connect(silent.address()));
    peers.push_back(silent.accept());
  }
  const auto why = to_string(fill(all[0], 30'000));
  EXPECT_NE(why.find("max-buffer-bytes is " + std::to_string(limit)), std::string::npos) << why;
  EXPECT_LE(counted().buffer_bytes, limit);
  EXPECT_GT(counted().buffer_bytes, limit / 2);
  EXPECT_GE(counted().buffer_refusals, 1u);
  EXPECT_EQ(counted().dropped_for(drop_reason::pending_bytes_full), counted().buffer_refusals);

  // what waits in one connection does not keep the first message of another from its queue
  EXPECT_TRUE(scarce.node.root().send({all[1], "unknown"}, std::string(30'000, '.')));
  peers.clear();
  EXPECT_TRUE(eventually([&] { return counted().buffer_bytes == 0; })) << counted().buffer_bytes;
}

TEST_F(Buffers, ORD8_WhoWasRefusedForTheSakeOfTheNodeIsToldWhenItMaySend) {
  const raw_listener silent{16, true};
  const auto full = scarce.tcp.connect(silent.address());
  const auto full_peer = silent.accept();
  fill(full, 30'000);
  const connection_journal load;
  const auto tries = std::make_shared<std::atomic<int>>(0);
  // outlives this function: the node ends later
  const auto again = [this, tries, tell = load.observer()](const connection_event& event) {
    tell(event);
    if (event.what == connection_event::kind::writable && ++*tries < 100) // as soon as it is told
      static_cast<void>(
        scarce.node.root().send({event.sender, "unknown"}, std::string(400'000, '.')));
  };
  const auto c = scarce.tcp.connect(silent.address(), {.connection = {.observer = again}});
  auto peer = silent.accept();
  fill(c, 400'000);
  const auto relieved = load.count(connection_event::kind::writable); // while it filled up
  EXPECT_EQ(load.count(connection_event::kind::overloaded), relieved + 1) << "the node is full";
  const auto is_told = [&] { return load.count(connection_event::kind::writable) > relieved; };
  while (!is_told() && peer.read(1'000).size() == 1'000)
    ;
  EXPECT_TRUE(eventually(is_told)) << "nothing waits here any more";
  peer.close_at_once();
}

TEST_F(Buffers, ALargeFramePassesWhileThereIsRoom) {
  const auto c = plenty.connect(listener);
  plenty.flow_controls().add_consumer("replies", c.flow_control_id());
  const std::string body(limit - chunk - 100'000, '.');
  EXPECT_EQ(ask(plenty.node, {c, "echoer"}, body), body);
  EXPECT_EQ(counted().buffer_refusals, 0u);
}

TEST_F(Buffers, ALargeFrameWithoutRoomEndsItsConnectionAndNoOther) {
  const auto other = plenty.connect(listener);
  const auto c = plenty.connect(listener);
  EXPECT_TRUE(plenty.node.root().send({c, "echoer"}, std::string(4u << 20, '.')));
  ASSERT_TRUE(events.wait_for(connection_event::kind::closed));
  EXPECT_NE(events.cause().find("max-buffer-bytes"), std::string::npos) << events.cause();
  EXPECT_TRUE(logged({"warning", "max-buffer-bytes is " + std::to_string(limit)}));
  EXPECT_EQ(ask(plenty.node, {other, "echoer"}, "still there?"), "still there?");
  EXPECT_TRUE(eventually([&] { return counted().buffer_bytes <= chunk; }));
}

TEST_F(Buffers, WhoeverKeepsMessagesLeavesTheOthersEnoughToGoOn) {
  const gate released;
  scarce.node.start_worker(
    "keeper", [released](context&, routed<any_body>&) { EXPECT_TRUE(released.wait()); }, pooled);
  scarce.flow_controls().add_consumer("keeper", listener.flow_control_id());
  std::vector<connection> greedy;
  for (std::size_t i = 0; i < limit / chunk; ++i) { // each message keeps a chunk
    greedy.push_back(plenty.connect(listener));
    plenty.node.send({greedy.back(), "keeper"}, std::string{"keep me"});
  }
  EXPECT_TRUE(eventually([&] { return counted().buffer_bytes == limit; }))
    << counted().buffer_bytes;
  const auto c = plenty.connect(listener);
  for (const auto size : {10u, 20'000u, 10u})
    EXPECT_EQ(ask(plenty.node, {c, "echoer"}, std::string(size, '.')).size(), size);
  EXPECT_GT(counted().buffer_refusals, 0u);
  released.open();
}

} // namespace
} // namespace ockam::test
