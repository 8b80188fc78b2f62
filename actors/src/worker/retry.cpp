#include "retry.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace ockam::internal {

bool may_repeat(const retry_policy& policy, unsigned attempts, const error& why) {
  return attempts < policy.attempts
         && (why == errc::timeout || why == errc::connection_closed
             || why == errc::resource_exhausted);
}

std::chrono::milliseconds pause_after(const retry_policy& policy, unsigned attempts) {
  constexpr std::chrono::milliseconds none{0};
  const auto longest = std::max(policy.longest, none);
  auto pause = std::clamp(policy.first, none, longest);
  for (unsigned made = 1; made < attempts && pause > none && pause < longest; ++made)
    pause = pause > longest / 2 ? longest : pause * 2;
  return pause;
}

error after_attempts(unsigned attempts, error why) {
  if (attempts <= 1)
    return why;
  return error{why.code(),
               why.detail() + " (attempt " + std::to_string(attempts) + ", the last one)"}
    .with_cause(why.cause());
}

} // namespace ockam::internal
