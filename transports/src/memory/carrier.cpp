#include "carrier.hpp"

#include "ockam/protocol/bytes.hpp"

#include <algorithm>

namespace ockam::memory::detail {

namespace {

/// Bytes on their way in one direction, as many as the buffers of a socket take.
constexpr std::size_t stream_size = 256u << 10;

/// Memory that a stream keeps while nothing is on its way: most connections are idle.
constexpr std::size_t thread_cache = 4u << 10;

} // namespace

struct pipe_carrier::stream {
  bytes written{};
  std::size_t read = 0;    // of them
  bool ends = false;       // nothing will be written any more
  bool is_ignored = false; // nothing will be read any more
  std::optional<on_ready> reader{};
  std::optional<on_ready> writer{};

  [[nodiscard]] std::size_t size() const noexcept { return written.size() - read; }
  [[nodiscard]] bool is_readable() const noexcept { return ends || size() > 0; }
  [[nodiscard]] bool has_room() const noexcept { return is_ignored || size() < stream_size; }

  void append(bytes_view data) {
    written.erase(written.begin(), written.begin() + static_cast<std::ptrdiff_t>(read));
    read = 0;
    written.insert(written.end(), data.begin(), data.end());
  }

  void take(std::uint8_t* to, std::size_t count) {
    std::copy_n(written.begin() + static_cast<std::ptrdiff_t>(read), count, to);
    read += count;
    if (size() > 0)
      return;
    read = 0;
    written.clear();
    if (written.capacity() > thread_cache)
      written = {};
  }
};

pipe_carrier::pair pipe_carrier::make(const std::shared_ptr<network_impl>& network) {
  const auto there = std::make_shared<stream>();
  const auto back = std::make_shared<stream>();
  return {std::unique_ptr<pipe_carrier>{new pipe_carrier{network, back, there}},
          std::unique_ptr<pipe_carrier>{new pipe_carrier{network, there, back}}};
}

pipe_carrier::pipe_carrier(std::shared_ptr<network_impl> network, std::shared_ptr<stream> in,
                           std::shared_ptr<stream> out)
  : network_{std::move(network)}, in_{std::move(in)}, out_{std::move(out)} {}

void pipe_carrier::wait(direction what, on_ready then) {
  const bool is_input = what == direction::input;
  auto& waiting = is_input ? in_->reader : out_->writer;
  waiting = std::move(then);
  if (is_input ? in_->is_readable() : out_->has_room())
    notify(waiting);
}

void pipe_carrier::notify(std::optional<on_ready>& waiting) {
  if (waiting)
    network_->post([then = *std::exchange(waiting, std::nullopt)] { then(); });
}

result<internal::carrier::input> pipe_carrier::read(internal::inbox& to) {
  if (in_->size() == 0)
    return in_->ends ? input::ended : input::nothing;
  const auto room = to.prepare();
  if (room.empty())
    return input::no_room;
  const auto count = std::min(room.size(), in_->size());
  in_->take(room.data(), count);
  to.commit(count);
  notify(in_->writer);
  return in_->size() == 0 ? input::drained : input::more;
}

result<internal::carrier::output> pipe_carrier::write(internal::write_batch& batch) {
  bytes_view piece;
  batch.pieces(&piece, 1);
  if (!out_->is_ignored) { // otherwise the end of the input says it, behind what is left of that
    piece = piece.first(std::min(piece.size(), stream_size - out_->size()));
    if (piece.empty())
      return output{.then = output::next::wait};
    out_->append(piece);
    notify(out_->reader);
  }
  batch.advance(piece.size());
  return output{.written = piece.size()};
}

/// For the other end: nothing more is written here, nor read.
void pipe_carrier::end() {
  out_->ends = true;
  in_->is_ignored = true;
  notify(out_->reader);
  notify(in_->writer);
}

} // namespace ockam::memory::detail
