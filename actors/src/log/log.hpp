#pragma once

#include "ockam/actors/access_control.hpp"
#include "ockam/actors/detail/export.hpp"
#include "ockam/actors/log.hpp"

#include <string>
#include <string_view>

// One logger named "ockam"; a host replaces or silences it through spdlog's registry.

namespace ockam::internal {

/// Escapes a line, wherever its parts are from, and hands it to the sink of the program, or to the
/// logger "ockam" where there is none. From any thread, also while static objects are destroyed. What a
/// node says goes through its `node_log`.
OCKAM_ACTORS_EXPORT void log_line(log_level level, std::string_view text) noexcept;

/// Of a message that was dropped for this reason: a reply that comes too late is nothing to warn of.
inline log_level level_of(const error& why) noexcept {
  return why.cause() == errc::timeout ? log_level::info : log_level::warning;
}

/// A denied message, with what would let it pass. `verdict` is false or an error.
std::string describe_denial(std::string_view direction, const relay_message& what,
                            const access_control& control, const result<bool>& verdict);

} // namespace ockam::internal
