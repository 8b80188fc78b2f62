// A WebSocket from its upgrade on: any split of the same bytes yields the same messages, and an
// end.
//
// Input: a byte that says the limit, one for the seed of the pieces, then what the peer
// sends behind the handshake.

#include "check.hpp"

#include "recorded_peer.hpp"
#include "stream.hpp"

#include "ockam/protocol/codec.hpp"
#include "ockam/protocol/wire/frame.hpp"

#include <cstdint>
#include <optional>
#include <vector>

using namespace ockam;
using namespace ockam::websocket::detail;
using fuzz::require;
using test::recorded_peer;

namespace {

/// Takes messages as a connection does, and keeps them.
class reader final : public stream_user {
public:
  reader(std::shared_ptr<stream> from, std::size_t limit)
    : from_{std::move(from)},
      decoder_{make_ref<buffer_pool>(4096, 4), limit, no_framing},
      limit_{limit} {
    from_->attach(*this);
    from_->read(decoder_.prepare(), nullptr);
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
    from_->read(decoder_.prepare(), nullptr);
  }
  void on_drained() override {}
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
  const auto peer = stream::create(std::make_unique<recorded_peer>(context, said, seed), "peer",
                                   limit, std::chrono::seconds{1});
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
