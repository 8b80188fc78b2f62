#pragma once

#include "ockam/protocol/result.hpp"
#include "ockam/transports/detail/export.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace ockam::sdk {

/// The operation of a socket that failed: the same code has another remedy for each.
enum class socket_use : std::uint8_t { create, connect, listen, transfer };

/// The remedy for a failed socket of an IP address.
OCKAM_TRANSPORTS_EXPORT std::string_view error_hint(const std::error_code& code, socket_use use);

using hint_for_code = std::string_view (*)(const std::error_code&, socket_use);

/// The error of a failed call on a socket, with the address, "connect to 127.0.0.1:4000: ...", and a hint.
OCKAM_TRANSPORTS_EXPORT error socket_error(std::error_code code, socket_use use,
                                           const std::string& what,
                                           hint_for_code hint = &error_hint);

} // namespace ockam::sdk
