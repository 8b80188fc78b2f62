#pragma once

#include "ockam/actors/metrics.hpp"

#include <string>

namespace ockam::test {

/// What was counted, for a message that says that a sum is wrong.
inline std::string text_of(const metrics& counted) {
  std::string text = "sent " + std::to_string(counted.sent) + ", received "
                     + std::to_string(counted.received) + ", delivered "
                     + std::to_string(counted.delivered) + ", written "
                     + std::to_string(counted.written);
  for (std::size_t i = 0; i < drop_reason_count; ++i)
    if (counted.dropped[i] != 0)
      text += ", " + std::string{to_string(static_cast<drop_reason>(i))} + " "
              + std::to_string(counted.dropped[i]);
  return text;
}

} // namespace ockam::test
