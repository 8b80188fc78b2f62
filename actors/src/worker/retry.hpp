#pragma once

#include "ockam/actors/context.hpp"
#include "ockam/protocol/result.hpp"

#include <chrono>

namespace ockam::internal {

/// Whether to repeat a request after this many attempts, the last of which failed with `why`.
[[nodiscard]] bool may_repeat(const retry_policy& policy, unsigned attempts, const error& why);

/// How long to wait after this many attempts.
[[nodiscard]] std::chrono::milliseconds pause_after(const retry_policy& policy, unsigned attempts);

/// What a request ends with after this many attempts, the last of which has failed with `why`.
[[nodiscard]] error after_attempts(unsigned attempts, error why);

} // namespace ockam::internal
