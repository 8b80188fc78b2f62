#include "fragment_writer.hpp"

#include "destination.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <utility>

namespace ockam::udp::detail {

routing_number fragment_writer::random_number() {
  std::random_device random;
  return routing_number{static_cast<std::uint16_t>(random())};
}

std::size_t fragment_writer::fill() {
  std::size_t moved = 0;
  while (cut_ || !batch_.empty()) {
    if (!cut_)
      begin_message();
    const auto size = cut_->datagram_size(next_fragment_);
    auto* const room = socket_.room_for(size);
    if (room == nullptr)
      break;
    const auto content = cut_->part_size(next_fragment_);
    copy_fragment(cut_->put_head(room, next_fragment_), content);
    moved += content;
    const bool is_last = ++next_fragment_ == cut_->parts();
    socket_.add(size, from_, to_, is_last);
    if (is_last)
      cut_.reset();
  }
  return moved;
}

void fragment_writer::begin_message() {
  const auto size = batch_.next_message_size();
  if (!has_peer_) {
    const auto& next = static_cast<const destination&>(*batch_.destination());
    from_ = next.from;
    to_ = next.where;
  }
  cut_.emplace(format_, number_, size, datagram_size_);
  number_ = number_.next();
  next_fragment_ = 0;
}

/// Moves the next `size` bytes of the batch.
void fragment_writer::copy_fragment(std::uint8_t* to, std::size_t size) {
  std::array<bytes_view, 8> pieces;
  for (auto left = size; left > 0;) {
    const auto count = batch_.pieces(pieces.data(), pieces.size(), left);
    std::size_t copied = 0;
    for (std::size_t i = 0; i < count; ++i) {
      to = std::ranges::copy(pieces[i], to).out;
      copied += pieces[i].size();
    }
    batch_.advance(copied);
    left -= copied;
  }
}

datagram_socket::send_outcome fragment_writer::send() {
  const auto outcome = socket_.send();
  lost_ += outcome.messages_lost;
  return outcome;
}

fragment_writer::tally fragment_writer::finish_batch() noexcept {
  const auto lost = std::exchange(lost_, 0);
  const tally done{.written = batch_.messages() - lost, .lost = lost};
  batch_.clear();
  return done;
}

} // namespace ockam::udp::detail
