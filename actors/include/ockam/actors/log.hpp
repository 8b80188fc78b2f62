#pragma once

#include "ockam/actors/detail/export.hpp"

#include <cstdint>
#include <functional>
#include <string_view>

namespace ockam {

/// How bad a line of the log is (docs/operate.md, "Logs").
enum class log_level : std::uint8_t { debug, info, warning, error, off };

OCKAM_ACTORS_EXPORT std::string_view to_string(log_level level) noexcept;

/// Takes a line of the log, without a time, a level or a line end.
///
/// Called on the thread that logs, by several threads at once: must be quick, and safe to call until the
/// program ends. A line whose sink throws goes to stderr.
using log_sink = std::function<void(log_level level, std::string_view line)>;

/// Sends the log of all nodes of the process to `sink`: lines of `least` and worse; the others are
/// dropped. Without a sink, or with an empty one, lines go to the spdlog logger "ockam". Thread-safe;
/// calls of an earlier sink may end after this.
OCKAM_ACTORS_EXPORT void set_log_sink(log_sink sink, log_level least = log_level::warning);

} // namespace ockam
