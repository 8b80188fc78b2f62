#include "ockam/transports/io/closing.hpp"

#include "ockam/protocol/time_span.hpp"

#include <array>
#include <memory>

#include <asio/bind_executor.hpp>
#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/steady_timer.hpp>

namespace ockam::internal {

namespace {

class closing_socket : public std::enable_shared_from_this<closing_socket> {
public:
  closing_socket(stream_socket socket, const asio::any_io_executor& executor)
    : socket_{std::move(socket)}, limit_{executor} {}

  void start(std::chrono::milliseconds limit) {
    std::error_code failed;
    socket_.cancel(failed); // a pending wait keeps its former users alive
    socket_.shutdown(asio::socket_base::shutdown_send, failed);
    if (failed) // the peer has gone
      return close_now(socket_);
    limit_.expires_at(moment_after(limit));
    limit_.async_wait([me = shared_from_this()](const std::error_code& cancelled) {
      if (!cancelled)
        close_now(me->socket_);
    });
    wait();
  }

private:
  void wait() {
    socket_.async_wait(asio::socket_base::wait_read,
                       asio::bind_executor(limit_.get_executor(), [me = shared_from_this()](
                                                                    const std::error_code& failed) {
                         if (failed || !me->read_and_ignore())
                           me->end();
                         else
                           me->wait();
                       }));
  }

  /// False when nothing will come any more.
  bool read_and_ignore() {
    std::array<char, 16'384> ignored;
    std::error_code failed;
    socket_.read_some(asio::buffer(ignored), failed);
    return !failed || failed == asio::error::would_block || failed == asio::error::try_again
           || failed == asio::error::interrupted;
  }

  void end() {
    limit_.cancel();
    close_now(socket_);
  }

  stream_socket socket_;
  asio::steady_timer limit_;
};

} // namespace

void close_now(stream_socket& socket) {
  std::error_code ignored;
  socket.shutdown(asio::socket_base::shutdown_both, ignored);
  socket.close(ignored);
}

void close_after_peer(stream_socket socket, const asio::any_io_executor& executor,
                      std::chrono::milliseconds limit) {
  std::make_shared<closing_socket>(std::move(socket), executor)->start(limit);
}

} // namespace ockam::internal
