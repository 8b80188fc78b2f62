#pragma once

#include "ockam/protocol/detail/export.hpp"

#include <atomic>

namespace ockam::internal {

OCKAM_PROTOCOL_EXPORT extern std::atomic<unsigned> forks;

/// Starts counting forks; repeated calls have no effect. False when the system refuses.
OCKAM_PROTOCOL_EXPORT bool watch_forks() noexcept;

/// Distinguishes processes: the child of a `fork` returns one more than its parent.
[[nodiscard]] inline unsigned count_forks() noexcept {
  return forks.load(std::memory_order_relaxed);
}

} // namespace ockam::internal
