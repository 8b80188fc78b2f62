#include "byte_stream.hpp"

#include <array>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

namespace ockam::websocket::detail {

namespace {

constexpr std::size_t plain_read_size = 64u << 10;

bool would_block(const error_code& failed) noexcept {
  return failed == net::error::would_block || failed == net::error::try_again
         || failed == net::error::interrupted;
}

class plain_stream final : public byte_stream {
public:
  explicit plain_stream(tcp_socket socket) : socket_{std::move(socket)} {
    error_code ignored;
    socket_.non_blocking(true, ignored);
  }

  loop_executor get_executor() noexcept override { return socket_.get_executor(); }

  void async_handshake(completion done) override {
    net::post(get_executor(), [done = std::move(done)]() mutable { done({}); });
  }

  std::string explain(const error_code& failed) const override { return failed.message(); }

  /// Memory is taken when there is something to read: most connections are idle.
  void async_fill(input_buffer& to, completion done) override {
    to.release();
    socket_.async_wait(tcp_socket::wait_read, [this, &to,
                                               done = std::move(done)](error_code failed) mutable {
      if (failed)
        return done(failed);
      const auto room = to.prepare(plain_read_size);
      const auto count = socket_.read_some(net::buffer(room.data(), room.size()), failed);
      if (would_block(failed))
        return async_fill(to, std::move(done));
      to.commit(count);
      done(failed, count);
    });
  }

  void async_write_some(net::const_buffer from, completion done) override {
    socket_.async_write_some(from, std::move(done));
  }

  void async_end(completion done) override {
    error_code failed;
    socket_.shutdown(tcp_socket::shutdown_send, failed);
    read_and_ignore(std::move(done));
  }

  void close() noexcept override {
    error_code ignored;
    socket_.shutdown(tcp_socket::shutdown_both, ignored);
    socket_.close(ignored);
  }

private:
  void read_and_ignore(completion done) {
    socket_.async_wait(tcp_socket::wait_read,
                       [this, done = std::move(done)](error_code failed) mutable {
                         std::array<char, 16'384> ignored;
                         if (!failed)
                           socket_.read_some(net::buffer(ignored), failed);
                         if (failed && !would_block(failed))
                           return done({});
                         read_and_ignore(std::move(done));
                       });
  }

  tcp_socket socket_;
};

} // namespace

std::unique_ptr<byte_stream> make_plain_stream(tcp_socket socket) {
  return std::make_unique<plain_stream>(std::move(socket));
}

} // namespace ockam::websocket::detail
