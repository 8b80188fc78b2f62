#include "error_of.hpp"
#include "raw_peer.hpp"
#include "test_nodes.hpp"

#include "ockam/actors/workers.hpp"

#include <future>
#include <thread>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace ockam::test {
namespace {

/// Two nodes; one listens.
class TcpConnect : public nodes_test {
protected:
  tcp_node a{start_node()};
  tcp_node b{start_node()};

  void start_echoer(const tcp::listener& behind) {
    if (!b.node.is_registered("echoer"))
      b.node.start_worker("echoer", echoer{});
    b.flow_controls().add_consumer("echoer", behind.flow_control_id());
  }

  /// A place without a listener, for the moment.
  std::string free_place() {
    const auto taken = b.listen();
    EXPECT_TRUE(taken.try_stop());
    return taken.socket_address();
  }
};

/// An option of the socket in this process that is connected to this port.
int option_of_socket_to(std::uint16_t port, int level, int name) {
  const auto limit = static_cast<int>(open_descriptors()) + 100;
  for (int each = 0; each < limit; ++each) {
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    if (::getpeername(each, reinterpret_cast<sockaddr*>(&peer), &size) != 0
        || peer.sin_family != AF_INET || ntohs(peer.sin_port) != port)
      continue;
    int value = -1;
    socklen_t length = sizeof value;
    ::getsockopt(each, level, name, &value, &length);
    return value;
  }
  return -1;
}

void expect_socket_options(std::uint16_t peer_port, const tcp::keepalive_options& expected) {
  EXPECT_TRUE(
    eventually([&] { return option_of_socket_to(peer_port, IPPROTO_TCP, TCP_NODELAY) > 0; }));
  EXPECT_GT(option_of_socket_to(peer_port, SOL_SOCKET, SO_KEEPALIVE), 0);
  EXPECT_EQ(option_of_socket_to(peer_port, IPPROTO_TCP, TCP_KEEPIDLE), expected.idle.count());
  EXPECT_EQ(option_of_socket_to(peer_port, IPPROTO_TCP, TCP_KEEPINTVL), expected.interval.count());
  EXPECT_EQ(option_of_socket_to(peer_port, IPPROTO_TCP, TCP_KEEPCNT), expected.probes);
  const std::chrono::milliseconds long_timeout = expected.idle
                                                 + expected.interval * expected.probes;
  EXPECT_EQ(option_of_socket_to(peer_port, IPPROTO_TCP, TCP_USER_TIMEOUT), long_timeout.count());
}

// -- listening -------------------------------------------------------------------------------------

TEST_F(TcpConnect, TCP7_TCP9_PortZeroTakesAFreePortAndTheHandleTellsIt) {
  const auto listener = b.listen();
  EXPECT_GT(listener.port(), 0u);
  EXPECT_EQ(listener.socket_address(), "127.0.0.1:" + std::to_string(listener.port()));
  EXPECT_TRUE(a.tcp.try_connect(listener.socket_address()));
}

TEST_F(TcpConnect, TCP7_ListeningTakesNumericAddressesOnly) {
  for (const auto* each : {"localhost:0", "127.0.0.1", "4000", ":4000", "", "127.0.0.1:65536",
                           "::1:0", "[::1]", "256.0.0.1:0"}) {
    const auto refused = b.tcp.try_listen(each);
    ASSERT_FALSE(refused) << each;
    EXPECT_EQ(error_of(refused), errc::invalid_value) << each;
  }
}

TEST_F(TcpConnect, TCP8_DEC19_AFailedBindTellsTheSystemError) {
  const auto listener = b.listen();
  const auto refused = a.tcp.try_listen(listener.socket_address());
  ASSERT_FALSE(refused);
  EXPECT_EQ(error_of(refused).code(), std::errc::address_in_use);
  EXPECT_EQ(error_of(refused).origin(), error_origin::transport);
  EXPECT_NE(to_string(error_of(refused)).find(listener.socket_address()), std::string::npos);
  EXPECT_THROW(a.tcp.listen(listener.socket_address()), failure);

  const auto elsewhere = a.tcp.try_listen("192.0.2.1:0"); // reserved for documentation
  ASSERT_FALSE(elsewhere);
  EXPECT_EQ(error_of(elsewhere).code(), std::errc::address_not_available);
  EXPECT_TRUE(a.tcp.listeners().empty());
}

TEST_F(TcpConnect, TCP11_AStoppedListenerFreesItsPortAtOnce) {
  for (int round = 0; round < 20; ++round) {
    const auto listener = b.listen();
    ASSERT_TRUE(listener.try_stop());
    const auto again = b.tcp.try_listen(listener.socket_address());
    ASSERT_TRUE(again) << to_string(again.error());
    EXPECT_TRUE(a.tcp.try_connect(again->socket_address()));
    ASSERT_TRUE(again->try_stop());
  }
}

TEST_F(TcpConnect, TCP11_StoppingAListenerTwiceIsNotFound) {
  const auto listener = b.listen();
  ASSERT_TRUE(b.tcp.try_stop_listener(listener.address()));
  EXPECT_EQ(error_of(b.tcp.try_stop_listener("missing")), errc::not_found);
  EXPECT_EQ(error_of(listener.try_stop()), errc::not_found);
  EXPECT_TRUE(eventually([&] { return b.tcp.listeners().empty(); }));
  EXPECT_EQ(error_of(b.tcp.try_stop_listener(listener.address())), errc::not_found);
  EXPECT_FALSE(b.node.is_registered(listener.address()));
}

// -- connecting ------------------------------------------------------------------------------------

TEST_F(TcpConnect, TCP12_TheShortFormsMeanLoopback) {
  const auto listener = b.listen();
  start_echoer(listener);
  const auto port = std::to_string(listener.port());
  for (const auto& each : {port, ":" + port, "127.0.0.1:" + port, "localhost:" + port}) {
    const auto made = a.tcp.connect(each);
    EXPECT_EQ(made.peer(), "127.0.0.1:" + port) << each;
    EXPECT_EQ(ask(a.node, {made, "echoer"}, each), each);
  }
}

TEST_F(TcpConnect, TCP12_TCP7_IPv6IsWrittenInBrackets) {
  const auto listener = b.tcp.try_listen("[::1]:0");
  if (!listener)
    GTEST_SKIP() << "no IPv6 here: " << to_string(listener.error());
  start_echoer(*listener);
  EXPECT_EQ(listener->socket_address(), "[::1]:" + std::to_string(listener->port()));
  const auto made = a.tcp.connect(listener->socket_address());
  EXPECT_EQ(made.peer(), listener->socket_address());
  EXPECT_EQ(ask(a.node, {made, "echoer"}), "Hello Ockam!");
}

TEST_F(TcpConnect, TCP12_AMalformedPeerFailsBeforeAnythingIsSent) {
  for (const auto* each :
       {"", ":", "localhost", "localhost:", "localhost:x", "localhost:65536", "-a.b:1", "a..b:1",
        ".a:1", "a.:1", "a b:1", "::1:4000", "[::1]", "[::1:4000", "\xc3\xa9.org:1"}) {
    const auto refused = a.tcp.try_connect(each);
    ASSERT_FALSE(refused) << each;
    EXPECT_EQ(error_of(refused), errc::invalid_value) << each;
  }
}

TEST_F(TcpConnect, TCP14_TCP15_DEC12_ConnectingGivesUpAfterItsTimeout) {
  EXPECT_EQ(tcp::connect_options{}.connect_timeout, 5s);
  const raw_listener full{0};
  const auto only = raw_peer::connect_to(full.port()); // the queue has room for one
  const auto before = std::chrono::steady_clock::now();
  const auto late = a.tcp.try_connect(full.address(), {.connect_timeout = 100ms});
  ASSERT_FALSE(late);
  EXPECT_EQ(error_of(late).code(), std::errc::timed_out);
  EXPECT_EQ(error_of(late).origin(), error_origin::transport);
  EXPECT_NE(to_string(error_of(late)).find(full.address()), std::string::npos);
  EXPECT_NE(to_string(error_of(late)).find("connect-timeout"), std::string::npos);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 3s);
  EXPECT_TRUE(a.tcp.connections().empty());
}

TEST_F(TcpConnect, NOD5_AStopEndsAConnectThatIsUnderWay) {
  const raw_listener full{0};
  const auto only = raw_peer::connect_to(full.port());
  auto outcome = std::async(std::launch::async, [&] {
    return a.tcp.try_connect(full.address(), {.connect_timeout = 60s});
  });
  ASSERT_EQ(outcome.wait_for(50ms), std::future_status::timeout);
  const auto before = std::chrono::steady_clock::now();
  a.node.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 2s);
  ASSERT_EQ(outcome.wait_for(5s), std::future_status::ready) << "connect waits for ever";
  EXPECT_FALSE(outcome.get());
}

TEST_F(TcpConnect, TCP15_DEC19_ARefusedConnectTellsTheSystemErrorAndTheAddress) {
  const auto place = free_place();
  const auto refused = a.tcp.try_connect(place);
  ASSERT_FALSE(refused);
  EXPECT_EQ(error_of(refused).code(), std::errc::connection_refused);
  EXPECT_EQ(error_of(refused).origin(), error_origin::transport);
  EXPECT_EQ(error_of(refused).kind(), error_kind::io);
  EXPECT_NE(to_string(error_of(refused)).find(place), std::string::npos);
  EXPECT_THROW(a.tcp.connect(place), failure);
}

TEST_F(TcpConnect, TCP14_ConnectingMayBeRetriedUntilThereIsAListener) {
  const auto place = free_place();
  auto outcome = std::async(std::launch::async,
                            [&] { return a.tcp.try_connect(place, {.retry_for = long_timeout}); });
  EXPECT_EQ(outcome.wait_for(100ms), std::future_status::timeout);
  const auto listener = b.tcp.listen(place);
  EXPECT_TRUE(outcome.get());
}

TEST_F(TcpConnect, TCP14_RetryingEndsWithTheLastError) {
  const auto refused = a.tcp.try_connect(free_place(), {.retry_for = 100ms});
  ASSERT_FALSE(refused);
  EXPECT_EQ(error_of(refused).code(), std::errc::connection_refused);
}

TEST_F(TcpConnect, TCP16_TCP17_DEC13_BothSidesProbeAndDoNotDelay) {
  const tcp::keepalive_options by_default;
  EXPECT_EQ(by_default.idle, 30s);
  EXPECT_EQ(by_default.interval, 10s);
  EXPECT_EQ(by_default.probes, 3);
  const auto listener = b.listen();
  const auto client = raw_peer::connect_to(listener.port());
  expect_socket_options(client.local_port(), by_default);

  const raw_listener elsewhere;
  const tcp::keepalive_options own{.idle = 7s, .interval = 2s, .probes = 5};
  const auto made = a.tcp.connect(elsewhere.address(), {.keepalive = own});
  expect_socket_options(elsewhere.port(), own);

  const raw_listener slow;
  const auto patient = a.tcp.connect(slow.address(),
                                     {.keepalive = own, .limits = {.write_timeout = 70s}});
  EXPECT_EQ(option_of_socket_to(slow.port(), IPPROTO_TCP, TCP_USER_TIMEOUT), 70'000);
}

TEST_F(TcpConnect, TCP19_ConnectingTwiceMakesTwoIndependentConnections) {
  const auto listener = b.listen();
  start_echoer(listener);
  const auto first = a.connect(listener);
  const auto second = a.connect(listener);
  EXPECT_NE(first.sender_address(), second.sender_address());
  EXPECT_NE(first.flow_control_id(), second.flow_control_id());
  ASSERT_TRUE(first.try_close());
  EXPECT_EQ(ask(a.node, {second, "echoer"}), "Hello Ockam!");
}

// -- from a worker ---------------------------------------------------------------------------------

TEST_F(TcpConnect, MAP10_AWorkerConnectsWithoutWaiting) {
  const auto listener = b.listen();
  start_echoer(listener);
  const journal book;
  a.node.start_worker("caller", [=, tcp = a.tcp](context& ctx,
                                                 const routed<std::string>& received) mutable {
    tcp.async_connect(received.body(), {},
                      [=, again = ctx.make_dispatcher()](const result<connection>& made) {
                        again([=](context& back) {
                          if (!made)
                            return book.write(to_string(made.error()));
                          static_cast<void>(back.send_and_receive<std::string>(
                            {*made, "echoer"}, "from a worker",
                            [=](const result<std::string>& reply) { book.write(*reply); }));
                        });
                      });
  });
  a.node.send("caller", listener.socket_address());
  EXPECT_EQ(book.wait_for(1), lines{"from a worker"});
}

TEST_F(TcpConnect, MAP10_ConnectingInAWorkerOfTheIoThreadIsRefusedInsteadOfBlocking) {
  const auto listener = b.listen();
  const journal book;
  b.node.start_worker("caller", [=, tcp = b.tcp](context&, const routed<std::string>& to) mutable {
    const auto made = tcp.try_connect(to.body());
    book.write(made ? "connected" : made.error().code().message());
  });
  b.flow_controls().add_consumer("caller", listener.flow_control_id());
  a.node.send({a.connect(listener), "caller"}, listener.socket_address());
  EXPECT_EQ(book.wait_for(1), lines{"misuse"});
}

} // namespace
} // namespace ockam::test
