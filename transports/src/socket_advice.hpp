#pragma once

#include "ockam/transports/export.hpp"

#include <string_view>
#include <system_error>

namespace ockam::internal {

/// What to try when a socket fails like this.
OCKAM_TRANSPORTS_EXPORT std::string_view socket_advice(const std::error_code& code);

} // namespace ockam::internal
