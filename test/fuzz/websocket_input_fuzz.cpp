// A WebSocket from its upgrade on: any split of the same bytes yields the same messages, and an end.
//
// Input: a byte that says the limit, one for the seed of the pieces, then what the peer
// sends behind the handshake.

#include "check.hpp"

#include "stream.hpp"

#include "ockam/protocol/codec.hpp"
#include "ockam/protocol/frame.hpp"

#include <cstdint>
#include <optional>
#include <vector>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

using namespace ockam;
using namespace ockam::websocket::detail;
using fuzz::require;

namespace {

constexpr std::string_view request
  = "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// A socket whose peer has said all it will ever say, and takes everything.
class recorded_peer final : public byte_stream {
public:
  recorded_peer(net::io_context& context, bytes said, std::uint32_t seed)
    : executor_{context.get_executor()}, said_{std::move(said)}, seed_{seed} {}

  executor get_executor() noexcept override { return executor_; }
  void async_handshake(completion done) override { later(std::move(done), {}, 0); }
  std::string explain(const error_code& failed) const override { return failed.message(); }

  void async_fill(input_buffer& to, completion done) override {
    if (closed_ || read_ == said_.size())
      return later(std::move(done), net::error::eof, 0);
    seed_ = seed_ * 1664525 + 1013904223;
    const auto room = to.prepare(64);
    const auto wish = seed_ % 7 == 0 ? room.size() : 1 + (seed_ >> 16) % 13;
    const auto count = std::min({wish, room.size(), said_.size() - read_});
    std::copy_n(said_.begin() + static_cast<std::ptrdiff_t>(read_), count, room.begin());
    read_ += count;
    to.commit(count);
    later(std::move(done), {}, count);
  }
  void async_write_some(net::const_buffer from, completion done) override {
    later(std::move(done), closed_ ? error_code{net::error::broken_pipe} : error_code{},
          closed_ ? 0 : from.size());
  }
  void async_end(completion done) override { later(std::move(done), {}, 0); }
  void close() noexcept override { closed_ = true; }

private:
  void later(completion done, error_code failed, std::size_t count) {
    net::post(executor_,
              [done = std::move(done), failed, count]() mutable { done(failed, count); });
  }

  const executor executor_;
  const bytes said_;
  std::uint32_t seed_;
  std::size_t read_ = 0;
  bool closed_ = false;
};

/// Takes messages as a connection does, and keeps them.
class reader final : public stream_user {
public:
  reader(std::shared_ptr<stream> from, std::size_t limit)
    : from_{std::move(from)},
      decoder_{make_ref<chunk_pool>(4096, 4), limit, no_framing},
      limit_{limit} {
    from_->attach(*this);
    from_->read(decoder_.prepare());
  }

  void on_read(std::size_t count, bool message_ends) override {
    decoder_.commit(count);
    if (message_ends)
      decoder_.end_body();
    const auto body = decoder_.next();
    require(body.has_value(), "the stream keeps the limit");
    require(body->has_value() == message_ends, "an end is the end of a message");
    if (*body) {
      require((*body)->size() <= limit_, "no message is above the limit");
      static_cast<void>(decode_bare_message(**body));
      messages.emplace_back((*body)->view().begin(), (*body)->view().end());
    }
    from_->read(decoder_.prepare());
  }
  void on_written() override {}
  void on_lost(error) override { lost = true; }

  std::vector<bytes> messages;
  bool lost = false;

private:
  const std::shared_ptr<stream> from_;
  frame_decoder decoder_;
  const std::size_t limit_;
};

std::vector<bytes> run(bytes_view said, std::size_t limit, std::uint32_t seed) {
  net::io_context context;
  bytes all{request.begin(), request.end()};
  all.insert(all.end(), said.begin(), said.end());
  const auto peer = stream::create(std::make_unique<recorded_peer>(context, std::move(all), seed),
                                   "peer", limit, std::chrono::seconds{1});
  std::optional<reader> user;
  peer->accept({.max_request_size = 1024, .limit = std::chrono::seconds{1}},
               [&](const result<void>& opened) {
                 require(opened.has_value(), "the request is one");
                 user.emplace(peer, limit);
               });
  context.run();
  require(user && user->lost, "a stream that ends is told to end");
  return std::move(user->messages);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2)
    return 0;
  const std::size_t limit = 1 + std::size_t{data[0]} * 4;
  const std::uint32_t seed = data[1];
  const bytes_view said{data + 2, size - 2};
  require(run(said, limit, seed) == run(said, limit, seed + 77), "other pieces, same messages");
  return 0;
}
