#pragma once

#include "ockam/protocol/bytes.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <span>

namespace ockam::simulation {

class link;

/// What joins two links: bytes on their way, in both directions.
class wire {
public:
  explicit wire(std::size_t capacity) : capacity_{capacity} {}

  /// Takes what fits of `data`; nullopt when the wire is cut.
  std::optional<std::size_t> write(std::size_t end, bytes_view data) {
    if (cut_)
      return std::nullopt;
    auto& [bytes, closed] = towards_[1 - end];
    if (towards_[end].closed) // the far end has gone and throws away what comes
      return data.size();
    const auto count = std::min({data.size(), capacity_ - bytes.size(), left_});
    bytes.insert(bytes.end(), data.begin(), data.begin() + static_cast<std::ptrdiff_t>(count));
    left_ -= count;
    if (left_ == 0)
      cut();
    return count;
  }

  [[nodiscard]] bool has_room(std::size_t end) const noexcept {
    return cut_ || towards_[end].closed || towards_[1 - end].bytes.size() < capacity_;
  }

  /// Fills `room` with what is there: 0 at the end of the stream; nullopt when the wire is cut.
  std::optional<std::size_t> read(std::size_t end, std::span<std::uint8_t> room) {
    if (cut_)
      return std::nullopt;
    auto& bytes = towards_[end].bytes;
    const auto count = std::min(room.size(), bytes.size());
    const auto behind = bytes.begin() + static_cast<std::ptrdiff_t>(count);
    std::copy(bytes.begin(), behind, room.begin());
    bytes.erase(bytes.begin(), behind);
    return count;
  }

  [[nodiscard]] bool is_readable(std::size_t end) const noexcept {
    return cut_ || towards_[end].closed || !towards_[end].bytes.empty();
  }

  /// What was written still arrives.
  void close(std::size_t end) noexcept { towards_[1 - end].closed = true; }

  /// Both ends find out when they read or write next; what is on its way is lost.
  void cut() noexcept {
    cut_ = true;
    for (auto& each : towards_)
      each.bytes.clear();
  }
  void cut_after(std::size_t bytes) noexcept { left_ = std::max<std::size_t>(bytes, 1); }
  [[nodiscard]] bool is_cut() const noexcept { return cut_; }

  std::array<std::weak_ptr<link>, 2> ends{};
  std::array<std::uint32_t, 2> nodes{};

private:
  struct direction {
    std::deque<std::uint8_t> bytes;
    bool closed = false;
  };

  const std::size_t capacity_;
  std::array<direction, 2> towards_{};
  std::size_t left_ = std::numeric_limits<std::size_t>::max();
  bool cut_ = false;
};

} // namespace ockam::simulation
