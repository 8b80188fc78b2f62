#pragma once

#include "ockam/protocol/detail/ref_counted.hpp"

#include <atomic>
#include <cstddef>

namespace ockam {

/// A limit on the memory of the buffers of many connections together; thread-safe.
class memory_budget final : public ref_counted {
public:
  explicit memory_budget(std::size_t limit) noexcept : limit_{limit} {}

  /// Takes `size` bytes unless that exceeds the limit.
  [[nodiscard]] bool try_take(std::size_t size) noexcept {
    if (used_.fetch_add(size, std::memory_order_relaxed) + size <= limit_)
      return true;
    give_back(size);
    refusals_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }

  /// As above, for memory that is taken later.
  [[nodiscard]] bool has_room_for(std::size_t size) noexcept {
    if (used() + size <= limit_)
      return true;
    refusals_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }

  /// Takes `size` bytes even above the limit, for callers that must not wait for others.
  void take(std::size_t size) noexcept { used_.fetch_add(size, std::memory_order_relaxed); }
  void give_back(std::size_t size) noexcept { used_.fetch_sub(size, std::memory_order_relaxed); }

  [[nodiscard]] std::size_t limit() const noexcept { return limit_; }
  [[nodiscard]] std::size_t used() const noexcept { return used_.load(std::memory_order_relaxed); }

  /// The number of refused requests.
  [[nodiscard]] std::size_t refusals() const noexcept {
    return refusals_.load(std::memory_order_relaxed);
  }

private:
  const std::size_t limit_;
  std::atomic<std::size_t> used_{0};
  std::atomic<std::size_t> refusals_{0};
};

} // namespace ockam
