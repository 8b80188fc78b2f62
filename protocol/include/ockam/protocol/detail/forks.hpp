#pragma once

#include "ockam/protocol/detail/export.hpp"

#include <atomic>

namespace ockam::internal {

OCKAM_PROTOCOL_EXPORT extern std::atomic<unsigned> forks;

/// Lets `count_forks` count from now on, or longer. False when the system refuses that.
OCKAM_PROTOCOL_EXPORT bool watch_forks() noexcept;

/// For what belongs to one process: the child of a `fork` counts one more than its parent.
[[nodiscard]] inline unsigned count_forks() noexcept {
  return forks.load(std::memory_order_relaxed);
}

} // namespace ockam::internal
