#pragma once

#include "ockam/actors/access_control.hpp"
#include "ockam/actors/export.hpp"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string_view>

// One logger named "ockam"; a host replaces or silences it through spdlog's registry.

namespace ockam::internal {

/// At most 10 lines a second about one party; the first line after a pause tells how many were left
/// out. Thread-safe.
class log_limit {
public:
  [[nodiscard]] bool allow();

private:
  static constexpr int lines_per_second = 10;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point window_{};
  int used_ = 0;
  std::uint64_t left_out_ = 0;
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
