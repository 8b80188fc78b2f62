#pragma once

#include "ockam/actors/log.hpp"

#include <string_view>

namespace ockam::internal {

/// Escapes a line, wherever its parts are from, and hands it to the sink of the program, or to the
/// logger "ockam" where there is none. From any thread, also while static objects are destroyed.
void write_line(log_level level, std::string_view text) noexcept;

/// Whether a line of this level would be taken.
bool would_write(log_level level) noexcept;

} // namespace ockam::internal
