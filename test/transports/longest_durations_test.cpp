// The largest value of an option that is a duration means "never".

#include "raw_peer.hpp"
#include "test_nodes.hpp"
#include "udp_node.hpp"

#include "ockam/actors/workers.hpp"
#include "ockam/transports/puncture.hpp"
#include "ockam/transports/uds.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

namespace ockam::test {
namespace {

constexpr auto never = std::chrono::milliseconds::max();

class LongestDurations : public nodes_test {
protected:
  tcp::listener listen(tcp_node& at) {
    at.node.start_worker("echoer", echoer{});
    const auto made = at.listen();
    at.flow_controls().add_consumer("echoer", made.flow_control_id());
    return made;
  }
};

TEST_F(LongestDurations, DUR1_OfConnectingNeverEndsIt) {
  tcp_node a{start_node()};
  tcp_node b{start_node()};
  const auto there = listen(b);
  for (const auto& place : {there.socket_address(), "localhost:" + std::to_string(there.port())}) {
    const auto c = a.tcp.try_connect(place, {.connect_timeout = never});
    ASSERT_TRUE(c) << to_string(c.error());
    EXPECT_EQ(ask(a.node, {*c, "echoer"}), "Hello Ockam!");
  }
}

TEST_F(LongestDurations, DUR1_OfRetryingWaitsForAPeerThatComesLater) {
  tcp_node a{start_node()};
  tcp_node b{start_node()};
  const auto place = listen(b).socket_address();
  ASSERT_TRUE(b.tcp.try_stop_listener(b.tcp.listeners().front().address()));

  std::atomic<bool> done = false;
  a.tcp.async_connect(place, {.retry_for = never}, [&](const result<connection>& made) {
    EXPECT_TRUE(made) << to_string(made.error());
    done = true;
  });
  EXPECT_FALSE(eventually([&] { return done.load(); }, 100ms));
  static_cast<void>(b.tcp.listen(place));
  EXPECT_TRUE(eventually([&] { return done.load(); }));
}

TEST_F(LongestDurations, DUR1_OfAPauseBeforeConnectingAgainNeverConnects) {
  tcp_node a{start_node()};
  const connection_journal events;
  raw_listener peer;
  const auto c = a.tcp.connect(peer.address(), {.reconnect = reconnect_policy{never, never},
                                                .observer = events.observer()});
  peer.accept().close();
  ASSERT_TRUE(events.wait_for(connection_state::reconnecting));
  EXPECT_FALSE(eventually([&] { return events.count(connection_state::connected) > 1; }, 100ms));
  ASSERT_TRUE(c.try_close());
}

TEST_F(LongestDurations, DUR1_OfKeepaliveAndALongDeadlineAreAccepted) {
  tcp_node a{start_node()};
  tcp_node b{start_node()};
  const auto there = listen(b);
  tcp::connect_options options;
  options.keepalive = {.idle = std::chrono::seconds::max(),
                       .interval = std::chrono::seconds::max()};
  options.limits.write_timeout = std::chrono::hours{24} * 30;
  forget_log();
  EXPECT_EQ(ask(a.node, {a.connect(there, options), "echoer"}), "Hello Ockam!");
  options.keepalive = {.idle = std::chrono::seconds{100'000}, .interval = {}, .probes = 0};
  EXPECT_EQ(ask(a.node, {a.connect(there, options), "echoer"}), "Hello Ockam!");
  EXPECT_TRUE(std::ranges::none_of(logged_lines(),
                                   [](const std::string& line) {
                                     return line.find("warning") != std::string::npos;
                                   }))
    << "the system refused none of them";
}

TEST_F(LongestDurations, DUR1_OfABindingNeverForgetAnything) {
  udp_node a{start_node()};
  udp_node b{start_node()};
  udp::bind_options options;
  options.peer_timeout = options.resolve_timeout = options.reassembly.timeout
    = options.limits.idle_timeout = never;
  const auto there = b.bind(options);
  b.start_echoer(there);
  const auto port = there.socket_address().substr(there.socket_address().rfind(':'));
  const auto here = a.bind_to("localhost" + port, options);
  const std::string large(5'000, 'x'); // in several datagrams
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(ask(a.node, {here, "echoer"}, large), large);
    EXPECT_FALSE(eventually([&] { return !here.is_open(); }, 60ms));
  }
  EXPECT_TRUE(here.flush(never));
}

TEST_F(LongestDurations, DUR1_OfThePunctureNeverEndTheWaiting) {
  udp_node a{start_node()};
  udp_node b{start_node()};
  udp_node middle{start_node()};
  middle.node.start_worker("rendezvous", udp::rendezvous_service{});
  const auto at = middle.bind();
  middle.node.flow_controls().add_consumer("rendezvous", at.flow_control_id());
  b.node.start_worker("echoer", echoer{});
  const route rendezvous{udp_address(at), "rendezvous"};

  udp::puncture_options options;
  options.bind = "127.0.0.1:0";
  options.rendezvous_timeout = options.acknowledge_timeout = options.pong_timeout = never;
  const auto listener = udp::puncture_listener::start(b.node.root(), "udp", b.udp, rendezvous,
                                                      {.each = options});
  b.node.flow_controls().add_consumer("echoer", listener.flow_control_id());
  const auto entrance = b.bind();
  b.node.flow_controls().add_consumer("udp", entrance.flow_control_id());
  const auto way = a.bind_to(entrance.socket_address());
  const auto there = udp::puncture::start(a.node.root(), a.udp, rendezvous, {way, "udp"}, options);
  const auto open = there.try_wait_until_open(never);
  ASSERT_TRUE(open) << to_string(open.error());
  EXPECT_EQ(ask(a.node, {there, "echoer"}), "Hello Ockam!");
}

} // namespace
} // namespace ockam::test
