#include "error_of.hpp"
#include "raw_websocket.hpp"
#include "websocket_nodes.hpp"

#include <future>

namespace ockam::test {
namespace {

class WebSocketRetry : public nodes_test {
protected:
  /// A place without a listener, for the moment.
  std::string free_place() {
    const auto taken = b.listen();
    EXPECT_TRUE(taken.try_stop());
    return taken.socket_address();
  }
  std::future<result<connection>> connect(const std::string& place) {
    return std::async(std::launch::async, [this, place] {
      return a.websocket.try_connect(place, {.retry_for = long_timeout});
    });
  }

  websocket_node a{start_node()};
  websocket_node b{start_node()};
};

TEST_F(WebSocketRetry, WS10_TCP14_ConnectingMayBeRetriedUntilThereIsAListener) {
  const auto place = free_place();
  auto outcome = connect(place);
  EXPECT_EQ(outcome.wait_for(100ms), std::future_status::timeout);
  const auto listener = b.websocket.listen(place);
  EXPECT_TRUE(outcome.get());
}

TEST_F(WebSocketRetry, WS10_TCP14_ConnectingMayBeRetriedUntilTheServerAgrees) {
  const raw_listener server;
  auto outcome = connect(server.address());
  const auto declined = server.accept();
  read_head(declined);
  write_text(declined, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
  const auto agreed = raw_websocket::accept_from(server);
  EXPECT_TRUE(outcome.get());
  EXPECT_TRUE(declined.is_closed());
}

TEST_F(WebSocketRetry, WS10_TCP14_RetryingEndsWithTheLastError) {
  const auto refused = a.websocket.try_connect(free_place(), {.retry_for = 100ms});
  ASSERT_FALSE(refused);
  EXPECT_EQ(error_of(refused).code(), std::errc::connection_refused);
}

TEST_F(WebSocketRetry, WS10_TCP14_EachAttemptHasATimeLimit) {
  const raw_listener server;
  auto outcome = std::async(std::launch::async, [&] {
    return a.websocket.try_connect(server.address(),
                                   {.connect_timeout = 100ms, .retry_for = long_timeout});
  });
  const auto silent = server.accept();
  read_head(silent);
  const auto agreed = raw_websocket::accept_from(server);
  EXPECT_TRUE(outcome.get());
  EXPECT_TRUE(silent.is_closed());
}

} // namespace
} // namespace ockam::test
