#pragma once

#include "byte_stream.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace ockam::test {

inline constexpr std::string_view recorded_request
  = "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// A socket whose peer has requested an upgrade and sent all its input; it accepts every output.
class recorded_peer final : public websocket::detail::byte_stream {
public:
  using completion = websocket::detail::completion;
  using error_code = websocket::detail::error_code;
  using loop_executor = websocket::detail::loop_executor;

  /// @param said  behind the request
  /// @param seed  of the pieces in which it comes
  recorded_peer(boost::asio::io_context& context, bytes_view said, std::uint32_t seed)
    : executor_{context.get_executor()},
      said_{recorded_request.begin(), recorded_request.end()},
      seed_{seed} {
    said_.insert(said_.end(), said.begin(), said.end());
  }

  [[nodiscard]] int writes() const noexcept { return writes_; }

  loop_executor get_executor() noexcept override { return executor_; }
  void async_handshake(completion done) override { later(std::move(done), {}, 0); }
  std::string explain(const error_code& failed) const override { return failed.message(); }

  void async_fill(websocket::detail::input_buffer& to, completion done) override {
    if (closed_ || read_ == said_.size())
      return later(std::move(done), boost::asio::error::eof, 0);
    seed_ = seed_ * 1664525 + 1013904223;
    const auto room = to.prepare(64);
    const auto wish = seed_ % 7 == 0 ? room.size() : 1 + (seed_ >> 16) % 13;
    const auto count = std::min({wish, room.size(), said_.size() - read_});
    std::copy_n(said_.begin() + static_cast<std::ptrdiff_t>(read_), count, room.begin());
    read_ += count;
    to.commit(count);
    later(std::move(done), {}, count);
  }
  void async_write_some(boost::asio::const_buffer from, completion done) override {
    ++writes_;
    later(std::move(done), closed_ ? error_code{boost::asio::error::broken_pipe} : error_code{},
          closed_ ? 0 : from.size());
  }
  void async_end(completion done) override { later(std::move(done), {}, 0); }
  void close() noexcept override { closed_ = true; }

private:
  void later(completion done, error_code failed, std::size_t count) {
    boost::asio::post(executor_,
                      [done = std::move(done), failed, count]() mutable { done(failed, count); });
  }

  const loop_executor executor_;
  bytes said_;
  std::uint32_t seed_;
  std::size_t read_ = 0;
  int writes_ = 0;
  bool closed_ = false;
};

} // namespace ockam::test
