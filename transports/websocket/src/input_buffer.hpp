#pragma once

#include "ockam/protocol/bytes.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>

namespace ockam::websocket::detail {

/// Bytes that were read in large pieces, to be taken in small ones. Has memory while there are any.
class input_buffer {
public:
  [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }
  [[nodiscard]] bytes_view data() const noexcept { return {memory_.get() + begin_, end_ - begin_}; }
  void consume(std::size_t count) noexcept { begin_ += count; }

  /// Where to read to: at least half of `size` bytes, behind what is here.
  std::span<std::uint8_t> prepare(std::size_t size) {
    const auto here = end_ - begin_;
    if (!memory_ || capacity_ - here < size / 2) {
      const auto capacity = std::max(size, here + size);
      std::unique_ptr<std::uint8_t[]> larger{new std::uint8_t[capacity]}; // not cleared first
      std::copy_n(memory_.get() + begin_, here, larger.get());
      memory_ = std::move(larger);
      capacity_ = capacity;
    } else if (begin_ > 0) {
      std::memmove(memory_.get(), memory_.get() + begin_, here);
    }
    begin_ = 0;
    end_ = here;
    return {memory_.get() + end_, capacity_ - end_};
  }
  void commit(std::size_t count) noexcept { end_ += count; }

  /// Gives the memory back, when there is nothing in it.
  void release() noexcept {
    if (!empty())
      return;
    memory_.reset();
    begin_ = end_ = capacity_ = 0;
  }

private:
  std::unique_ptr<std::uint8_t[]> memory_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

} // namespace ockam::websocket::detail
