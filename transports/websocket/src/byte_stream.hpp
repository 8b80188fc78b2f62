#pragma once

#include "input_buffer.hpp"
#include "loop_executor.hpp"

#include <memory>
#include <string>
#include <utility>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace ockam::websocket::detail {

namespace net = boost::asio;
using boost::system::error_code;
using tcp_socket = net::basic_stream_socket<net::ip::tcp, loop_executor>;

/// What is called when an operation is done: with an error, or with how many bytes. Unlike
/// std::function it takes handlers that can only be moved. Called once, never inside the operation's
/// first function.
class completion {
public:
  template <class Handler>
  explicit completion(Handler handler)
    : held_{std::make_unique<holder<Handler>>(std::move(handler))} {}

  void operator()(const error_code& failed, std::size_t count = 0) {
    const auto held = std::move(held_); // goes with the call, not later
    held->call(failed, count);
  }

private:
  struct base {
    virtual ~base() = default;
    virtual void call(const error_code& failed, std::size_t count) = 0;
  };

  template <class Handler>
  struct holder final : base {
    explicit holder(Handler&& handler) : handler{std::move(handler)} {}
    void call(const error_code& failed, std::size_t count) override { handler(failed, count); }
    Handler handler;
  };

  std::unique_ptr<base> held_;
};

/// A connected socket, plain or with TLS. One operation of each kind at a time; the owner of
/// one stays alive until it is done.
class byte_stream {
public:
  virtual ~byte_stream() = default;

  [[nodiscard]] virtual loop_executor get_executor() noexcept = 0;

  /// What has to be done before bytes can flow.
  virtual void async_handshake(completion done) = 0;

  /// What went wrong with it, and what to try.
  [[nodiscard]] virtual std::string explain(const error_code& failed) const = 0;

  /// Waits for input and adds some to `to`. While it waits, `to` may be without memory.
  virtual void async_fill(input_buffer& to, completion done) = 0;

  virtual void async_write_some(net::const_buffer from, completion done) = 0;

  /// Tells the peer that nothing will follow, and waits until it has ended too: what was written is
  /// still with the operating system, which throws it away when a socket is closed that has unread
  /// input. So what comes is read, and ignored.
  virtual void async_end(completion done) = 0;

  /// Now. What is under way fails.
  virtual void close() noexcept = 0;
};

std::unique_ptr<byte_stream> make_plain_stream(tcp_socket socket);

} // namespace ockam::websocket::detail
