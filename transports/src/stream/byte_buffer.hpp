#pragma once

#include "ockam/protocol/bytes.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

namespace ockam::internal {

/// Bytes that are appended and then written; keeps its memory, and does not clear it first.
class byte_buffer {
public:
  /// Room for `size` bytes behind the content, which counts as content from now on.
  std::uint8_t* grow(std::size_t size) {
    if (size > capacity_ - size_) {
      const auto wanted = std::max({size_ + size, capacity_ * 2, std::size_t{4096}});
      std::unique_ptr<std::uint8_t[]> larger{new std::uint8_t[wanted]};
      if (size_ > 0)
        std::memcpy(larger.get(), data_.get(), size_);
      data_ = std::move(larger);
      capacity_ = wanted;
    }
    auto* room = data_.get() + size_;
    size_ += size;
    return room;
  }

  /// Forgets the content; memory above `keep` bytes is given back.
  void clear(std::size_t keep) noexcept {
    size_ = 0;
    if (capacity_ > keep) {
      data_.reset();
      capacity_ = 0;
    }
  }

  [[nodiscard]] const std::uint8_t* data() const noexcept { return data_.get(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
  std::unique_ptr<std::uint8_t[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

} // namespace ockam::internal
