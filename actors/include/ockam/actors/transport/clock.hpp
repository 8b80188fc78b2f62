#pragma once

#include <algorithm>
#include <chrono>
#include <ctime>

namespace ockam {

/// The steady clock to a few milliseconds, for a few nanoseconds: what is looked at for each message.
inline std::chrono::steady_clock::time_point coarse_now() noexcept {
#ifdef CLOCK_MONOTONIC_COARSE
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return std::chrono::steady_clock::time_point{std::chrono::seconds{now.tv_sec}
                                               + std::chrono::nanoseconds{now.tv_nsec}};
#else
  return std::chrono::steady_clock::now();
#endif
}

/// What is longer by that clock is too long for an I/O thread. Well above what a busy machine takes
/// away from a thread, for that looks the same, and above one tick of the clock.
inline std::chrono::nanoseconds longest_quick_run() noexcept {
  static const auto limit = [] {
    timespec tick{};
#ifdef CLOCK_MONOTONIC_COARSE
    clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
#endif
    const std::chrono::nanoseconds once{tick.tv_nsec};
    return std::max<std::chrono::nanoseconds>(std::chrono::milliseconds{5}, once + once / 2);
  }();
  return limit;
}

} // namespace ockam
