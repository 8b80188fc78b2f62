#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include <sys/resource.h>

namespace ockam::internal {

/// Pauses of a listener that cannot accept, for lack of descriptors for instance: doubling.
inline constexpr std::chrono::milliseconds first_back_off{10};
inline constexpr std::chrono::milliseconds longest_back_off{1'000};

/// Connections accepted before the connections of the same thread get their turn.
inline constexpr int accepts_in_a_row = 64;

/// At most half of the descriptors this process may have.
inline std::size_t descriptor_share() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return SIZE_MAX;
  return std::max<std::size_t>(1, limit.rlim_cur / 2);
}

} // namespace ockam::internal
