#pragma once

#include <atomic>
#include <thread>

namespace ockam::internal {

/// A mutex of one byte, for critical sections of a few nanoseconds that rarely collide.
class spin_lock {
public:
  void lock() noexcept {
    while (held_.test_and_set(std::memory_order_acquire))
      std::this_thread::yield();
  }
  void unlock() noexcept { held_.clear(std::memory_order_release); }

private:
  std::atomic_flag held_;
};

} // namespace ockam::internal
