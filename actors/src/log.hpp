#pragma once

#include "ockam/actors/access_control.hpp"
#include "ockam/actors/export.hpp"
#include "ockam/actors/log.hpp"

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

// One logger named "ockam"; a host replaces or silences it through spdlog's registry.

namespace ockam::internal {

/// At most 10 lines a second about one party. Thread-safe.
class log_limit {
public:
  static constexpr std::uint64_t most_left_out = 0xffff;

  struct verdict {
    bool allowed = false;
    std::uint64_t left_out_before = 0; // since the last time that this was not 0; ends its count
  };
  [[nodiscard]] OCKAM_ACTORS_EXPORT verdict take() noexcept;

private:
  static constexpr unsigned lines_per_second = 10;

  // milliseconds when the window began (40 bits), lines that were left out (16), lines (8)
  std::atomic<std::uint64_t> state_{0};
};

/// Escapes a line, wherever its parts are from, and hands it to the sink of the program, or to the
/// logger "ockam" where there is none. From any thread, also while static objects are destroyed. What a
/// node says goes through its `node_log`.
OCKAM_ACTORS_EXPORT void log_line(log_level level, std::string_view text) noexcept;

/// Whether a line of this level would be taken.
OCKAM_ACTORS_EXPORT bool log_shows(log_level level) noexcept;

/// Of a message that was dropped for this reason: a reply that comes too late is nothing to warn of.
inline log_level level_of(const error& why) noexcept {
  return why.cause() == errc::timeout ? log_level::info : log_level::warning;
}

/// A denied message, with what would let it pass. `verdict` is false or an error.
std::string describe_denial(std::string_view direction, const relay_message& what,
                            const access_control& control, const result<bool>& verdict);

} // namespace ockam::internal
