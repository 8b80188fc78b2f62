#pragma once

#include "ockam/transports/export.hpp"

#include <cstdint>
#include <string_view>
#include <system_error>

namespace ockam::internal {

/// What was done with a socket when it failed. The same code has another remedy for each.
enum class socket_use : std::uint8_t { create, connect, listen, transfer };

/// What to try when a socket of an IP address fails like this.
OCKAM_TRANSPORTS_EXPORT std::string_view socket_advice(const std::error_code& code, socket_use use);

} // namespace ockam::internal
