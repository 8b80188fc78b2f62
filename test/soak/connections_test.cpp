#include "scale.hpp"

#include "transports/raw_peer.hpp"
#include "transports/test_nodes.hpp"

#include "ockam/actors/workers.hpp"
#include "ockam/protocol/wire/frame.hpp"

#include <iostream>

namespace ockam::test {
namespace {

/// Connections that come and go, in every way to end.
class ConnectionSoak : public nodes_test {
protected:
  ConnectionSoak() {
    server.node.start_worker("echoer", echoer{});
    server.flow_controls().add_consumer("echoer", listener.flow_control_id());
  }

  void by_the_client() {
    const auto c = client.connect(listener);
    EXPECT_EQ(ask(client.node, {c, "echoer"}, "hello"), "hello");
    EXPECT_TRUE(c.try_close());
  }

  void by_the_server() {
    const connection_journal events;
    const auto known = server.tcp.connections();
    const auto c = client.connect(listener, {.observer = events.observer()});
    EXPECT_TRUE(server.accepted(known).try_close());
    EXPECT_TRUE(events.wait_for(connection_state::closed));
  }

  void before_the_version() const { raw_peer::connect_to(listener.port()).close(); }
  void by_a_reset() const { raw_peer::connect_to(listener.port()).close_at_once(); }

  /// The peer will write no more, and waits for our end.
  void half_way(const bytes& last_words) const {
    const auto peer = raw_peer::connect_to(listener.port());
    peer.write(last_words);
    peer.shut_down_writing();
    EXPECT_TRUE(peer.is_closed());
  }
  void between_frames() const { half_way({1}); }
  void inside_a_frame() const { half_way({1, 0, 0, 0, 9, 0x84}); }
  void inside_a_large_frame() const {
    bytes begun{1, 0, 0x80, 0, 0};
    begun.resize(100'000, 0x84);
    half_way(begun);
  }

  void by_garbage(const bytes& sent) const {
    const auto peer = raw_peer::connect_to(listener.port());
    peer.write(sent);
    EXPECT_TRUE(peer.is_closed());
  }
  void by_another_version() const { by_garbage({7}); }
  void by_a_frame_that_is_no_message() const { by_garbage({1, 0, 0, 0, 1, 0xff}); }
  void by_a_length_beyond_the_limit() const { by_garbage({1, 0xff, 0xff, 0xff, 0xff}); }

  void all_ways() {
    by_the_client();
    by_the_server();
    before_the_version();
    by_a_reset();
    between_frames();
    inside_a_frame();
    inside_a_large_frame();
    by_another_version();
    by_a_frame_that_is_no_message();
    by_a_length_beyond_the_limit();
    forget_log(); // which is kept for tests that look at it
  }
  static constexpr std::size_t ways = 10;

  void expect_nothing_left() {
    EXPECT_TRUE(eventually([&] {
      return server.tcp.connections().empty() && client.tcp.connections().empty()
             && server.node.metrics().buffer_bytes == 0;
    }));
  }

  tcp_node server{start_node()};
  tcp_node client{start_node()};
  tcp::listener listener = server.listen();
};

TEST_F(ConnectionSoak, TCP37_ConnectionsThatEndInEveryWayLeaveNothing) {
  constexpr std::size_t tolerance = 1u << 20;
  const auto cycles = soak_cycles();
  for (std::size_t i = 0; i < cycles / 4; i += ways) // what is allocated once
    all_ways();
  expect_nothing_left();
  const auto workers = server.node.list_workers().size();
  const auto descriptors = open_descriptors();
  const auto heap = heap_in_use();
  for (std::size_t i = 0; i < cycles; i += ways)
    all_ways();
  expect_nothing_left();
  EXPECT_EQ(server.node.list_workers().size(), workers);
  EXPECT_TRUE(eventually([&] { return open_descriptors() == descriptors; }));
  EXPECT_LE(heap_in_use(), heap + tolerance);
  std::cout << cycles << " connections came and went; the heap grew by "
            << (static_cast<double>(heap_in_use()) - static_cast<double>(heap)) / 1024 << " KiB\n";
}

} // namespace
} // namespace ockam::test
