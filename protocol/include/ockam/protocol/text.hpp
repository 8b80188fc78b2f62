#pragma once

#include "ockam/protocol/detail/export.hpp"

#include <string>
#include <string_view>

namespace ockam {

/// Whether `text` is well-formed UTF-8: no surrogates, no overlong forms.
[[nodiscard]] OCKAM_PROTOCOL_EXPORT bool is_utf8(std::string_view text) noexcept;

/// Text that is safe in a log line or on a terminal: control characters and bytes that are not
/// UTF-8 become `\xNN`; text above `max_length` bytes is cut and ends with `...`.
[[nodiscard]] OCKAM_PROTOCOL_EXPORT std::string escaped(std::string_view text,
                                                        std::size_t max_length = 256);

} // namespace ockam
