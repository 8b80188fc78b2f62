#pragma once

#include "ockam/protocol/result.hpp"
#include "ockam/transports/detail/export.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace ockam::sdk {

/// What was done with a socket when it failed. The same code has another remedy for each.
enum class socket_use : std::uint8_t { create, connect, listen, transfer };

/// What to try when a socket of an IP address fails like this.
OCKAM_TRANSPORTS_EXPORT std::string_view error_hint(const std::error_code& code, socket_use use);

using hint_for_code = std::string_view (*)(const std::error_code&, socket_use);

/// A failed call on a socket, in words that name the address: "connect to 127.0.0.1:4000: ...", with
/// what to try.
OCKAM_TRANSPORTS_EXPORT error socket_error(std::error_code code, socket_use use,
                                           const std::string& what,
                                           hint_for_code advice = &error_hint);

} // namespace ockam::sdk
