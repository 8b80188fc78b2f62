#pragma once

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <string>

#include <malloc.h>

namespace ockam::test {

/// How long and how often: little by default, what scripts/soak asks for there.
inline std::size_t scaled(const char* variable, std::size_t otherwise) {
  const auto* const given = std::getenv(variable);
  return given != nullptr ? std::stoul(given) : otherwise;
}

inline std::chrono::seconds soak_time() {
  return std::chrono::seconds{scaled("OCKAM_SOAK_SECONDS", 4)};
}
inline std::size_t soak_cycles() {
  return scaled("OCKAM_SOAK_CYCLES", 400);
}
inline std::size_t soak_restarts() {
  return scaled("OCKAM_SOAK_RESTARTS", 2);
}

/// Bytes of the heap in use.
inline std::size_t heap_in_use() {
  const auto all = mallinfo2();
  return all.uordblks + all.hblkhd;
}

} // namespace ockam::test
