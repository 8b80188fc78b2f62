#include "fragment_writer.hpp"

#include "destination.hpp"

#include <algorithm>
#include <array>
#include <random>

namespace ockam::udp::detail {

namespace {

/// Moves the next `size` bytes of the batch.
void move_bytes(sdk::write_batch& batch, std::size_t size, std::uint8_t* to) {
  std::array<bytes_view, 8> pieces;
  for (auto left = size; left > 0;) {
    const auto count = batch.pieces(pieces.data(), pieces.size(), left);
    std::size_t copied = 0;
    for (std::size_t i = 0; i < count; ++i) {
      to = std::ranges::copy(pieces[i], to).out;
      copied += pieces[i].size();
    }
    batch.advance(copied);
    left -= copied;
  }
}

} // namespace

routing_number fragment_writer::random_number() {
  std::random_device random;
  return routing_number{static_cast<std::uint16_t>(random())};
}

std::size_t fragment_writer::fill(sdk::write_batch& batch) {
  std::size_t moved = 0;
  while (cut_ || !batch.empty()) {
    if (!cut_)
      begin_message(batch);
    const auto size = cut_->datagram_size(next_fragment_);
    auto* const room = socket_.room_for(size);
    if (room == nullptr)
      break;
    const auto content = cut_->part_size(next_fragment_);
    move_bytes(batch, content, cut_->put_head(room, next_fragment_));
    moved += content;
    const bool is_last = ++next_fragment_ == cut_->parts();
    socket_.add(size, from_, to_, is_last);
    if (is_last)
      cut_.reset();
  }
  return moved;
}

void fragment_writer::begin_message(sdk::write_batch& batch) {
  const auto size = batch.next_message_size();
  if (!has_peer_) {
    const auto& next = static_cast<const destination&>(*batch.destination());
    from_ = next.from;
    to_ = next.where;
  }
  cut_.emplace(format_, number_, size, datagram_size_);
  number_ = number_.next();
  next_fragment_ = 0;
}

} // namespace ockam::udp::detail
