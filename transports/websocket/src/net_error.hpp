#pragma once

#include "byte_stream.hpp"

#include <system_error>

namespace ockam::websocket::detail {

std::error_code to_std(const error_code& code);
bool is_tls_error(const error_code& code) noexcept;

} // namespace ockam::websocket::detail
