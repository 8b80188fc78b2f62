#include "ockam/protocol/detail/forks.hpp"

#include <pthread.h>

namespace ockam::internal {

std::atomic<unsigned> forks{0};

bool watch_forks() noexcept {
  static const bool watched
    = ::pthread_atfork(nullptr, nullptr, [] { forks.fetch_add(1, std::memory_order_relaxed); })
      == 0;
  return watched;
}

} // namespace ockam::internal
