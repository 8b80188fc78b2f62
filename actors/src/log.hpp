#pragma once

#include "ockam/actors/access_control.hpp"
#include "ockam/actors/export.hpp"

#include <atomic>
#include <cstdint>
#include <string_view>

// One logger named "ockam"; a host replaces or silences it through spdlog's registry.

namespace ockam::internal {

/// At most 10 lines a second about one party; the first line after a pause tells how many were left
/// out. Thread-safe.
class log_limit {
public:
  [[nodiscard]] bool allow();

private:
  static constexpr unsigned lines_per_second = 10;

  // milliseconds when the window began (40 bits), lines that were left out (16), lines (8)
  std::atomic<std::uint64_t> state_{0};
};

void log_debug(std::string_view text);
void log_error(std::string_view text);

// Private and exported all the same: the transports write to this logger too.
OCKAM_ACTORS_EXPORT void log_info(std::string_view text);
OCKAM_ACTORS_EXPORT void log_warning(std::string_view text);

/// A denied message, with what would let it pass. `verdict` is false or an error.
void log_denial(std::string_view direction, const relay_message& what,
                const access_control& control, const result<bool>& verdict);

} // namespace ockam::internal
