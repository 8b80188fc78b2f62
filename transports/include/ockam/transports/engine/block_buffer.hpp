#pragma once

#include "ockam/protocol/bytes.hpp"

#include <algorithm>
#include <memory>
#include <vector>

namespace ockam::sdk {

/// Bytes that are appended and stay where they are until all are forgotten; in blocks of memory, some
/// of which are kept for the next time.
class block_buffer {
public:
  /// Room for `size` bytes in one piece.
  std::uint8_t* grow(std::size_t size) {
    if (used_ == 0 || size > blocks_[used_ - 1].size - filled_)
      next_block(size);
    auto* room = blocks_[used_ - 1].memory.get() + filled_;
    filled_ += size;
    return room;
  }

  /// Forgets the content. One small block is not worth keeping: most connections are idle. Many are
  /// kept as long as they are in use each time.
  void clear() noexcept {
    if (used_ == 0)
      return;
    const auto kept = std::clamp(used_, kept_blocks, max_kept_blocks);
    used_ = 0;
    filled_ = 0;
    if (blocks_.size() == 1 && blocks_.front().size == first_size)
      blocks_.front() = {};
    else
      blocks_.resize(std::min(blocks_.size(), kept));
  }

  /// Memory that is here, with content or without.
  [[nodiscard]] std::size_t capacity() const noexcept {
    std::size_t sum = 0;
    for (const auto& each : blocks_)
      sum += each.size;
    return sum;
  }

private:
  static constexpr std::size_t first_size = 1'000; // malloc has it at hand
  static constexpr std::size_t block_size = 64u << 10;
  static constexpr std::size_t kept_blocks = 8;
  static constexpr std::size_t max_kept_blocks = 32;

  struct block {
    std::unique_ptr<std::uint8_t[]> memory;
    std::size_t size = 0;
  };

  void next_block(std::size_t size) {
    if (used_ == blocks_.size())
      blocks_.emplace_back();
    auto& next = blocks_[used_];
    if (next.size < size) {
      const auto wanted = std::max(size, used_ == 0 ? first_size : block_size);
      next.memory.reset(new std::uint8_t[wanted]); // not cleared first
      next.size = wanted;
    }
    ++used_;
    filled_ = 0;
  }

  std::vector<block> blocks_;
  std::size_t used_ = 0;   // blocks with content
  std::size_t filled_ = 0; // bytes of the last one
};

} // namespace ockam::sdk
