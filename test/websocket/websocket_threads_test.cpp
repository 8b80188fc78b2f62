#include "error_of.hpp"
#include "io_thread.hpp"
#include "raw_websocket.hpp"
#include "websocket_nodes.hpp"

#include "ockam/actors/workers.hpp"

#include <optional>
#include <thread>

namespace ockam::test {
namespace {

/// Threads of a transport, and the host's loop in their place. What it does there as all transports do
/// is in `HostLoop`.
class WebSocketThreads : public nodes_test {
protected:
  boost::asio::io_context loop;
};

TEST_F(WebSocketThreads, OptionsThatContradictEachOtherAreRefused) {
  const auto refused = [&](const websocket::transport_options& options) {
    EXPECT_THROW(websocket_node(start_node(), options), failure);
  };
  refused({.io_threads = 2, .io_context = &loop});
  refused({.io_context = &loop, .poll_before_sleeping = 1us});
  refused({.poll_before_sleeping = -1us});
}

TEST_F(WebSocketThreads, AThreadThatPollsAnswersAtOnceAfterAPauseAndWhenItStops) {
  websocket_node a{start_node()};
  websocket_node polling{start_node(), {.poll_before_sleeping = 2ms}};
  const auto place = polling.listen();
  polling.node.start_worker("echoer", echoer{});
  polling.flow_controls().add_consumer("echoer", place.flow_control_id());
  const auto connection = a.websocket.connect(place.socket_address());
  for (const auto pause : {0ms, 1ms, 20ms}) { // while it polls, and when it sleeps
    for (int i = 0; i < 20; ++i)
      EXPECT_EQ(ask(a.node, {connection, "echoer"}), "Hello Ockam!");
    EXPECT_EQ(error_of(a.node.root().receive<any_body>({.timeout = pause})), errc::timeout);
  }
  polling.node.stop();
  EXPECT_TRUE(eventually([&] { return a.websocket.connections().empty(); }));
}

TEST_F(WebSocketThreads, MAP10_InTheLoopOfTheHostASocketRunsItsHandlersOnItsThread) {
  using namespace websocket::detail;
  const auto thread = std::make_shared<io_thread>(start_node().services(), loop);
  const raw_listener peer;
  tcp_socket opened{thread->loop()};
  opened.connect({boost::asio::ip::address_v4::loopback(), peer.port()});
  error_code failed;
  auto bound = bind_to(*thread, std::move(opened), failed);
  ASSERT_FALSE(failed) << failed.message();
  std::optional<bool> there;
  bound.async_wait(tcp_socket::wait_write,
                   [&](const error_code&) { there = thread->is_this_thread(); });
  while (!there && loop.run_one_for(long_timeout) > 0)
    ;
  EXPECT_EQ(there, true);
}

/// A node in the loop of its host, and peers that are plain sockets.
class WebSocketGuest : public WebSocketThreads {
protected:
  void TearDown() override {
    nodes_test::TearDown();
    work_.reset();
    host_.join(); // nothing of ours keeps the loop busy
  }

private:
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
    loop.get_executor()};
  std::thread host_{[this] { loop.run(); }};

protected:
  websocket_node guest{start_node(), {.io_context = &loop}};
  ockam::listener place = guest.listen({.connection = {.limits = {.write_timeout = 100ms}}});
};

TEST_F(WebSocketGuest, NOD6_WS10_APeerThatAsksForNothingDoesNotOutliveTheNode) {
  const auto silent = raw_peer::connect_to(port_of(place));
  const auto served = raw_websocket::connect_to(port_of(place)); // so the one before is too
  guest.node.stop();
  EXPECT_TRUE(silent.is_closed());
}

TEST_F(WebSocketGuest, NOD6_WS8_APeerThatDoesNotAnswerACloseIsNotWaitedForLong) {
  const auto peer = raw_websocket::connect_to(port_of(place));
  static_cast<void>(guest.accepted());
  guest.node.stop();
  EXPECT_EQ(peer.read().close_code(), 1001);
  EXPECT_TRUE(peer.bytes().is_closed());
}

} // namespace
} // namespace ockam::test
