#pragma once

#include "ockam/protocol/bytes.hpp"

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace ockam::fuzz {

/// Stops the fuzzer with the input that broke a property.
inline void require(bool holds, const char* property) {
  if (holds)
    return;
  std::fprintf(stderr, "broken: %s\n", property);
  std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return as_text({data, size});
}

} // namespace ockam::fuzz
