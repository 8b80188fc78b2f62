#pragma once

#include "byte_stream.hpp"
#include "socket_advice.hpp"

#include "ockam/protocol/result.hpp"

#include <string>

namespace ockam::websocket::detail {

std::error_code to_std(const error_code& code);
bool is_tls_error(const error_code& code) noexcept;

/// With what failed, and advice.
error net_error(const error_code& code, internal::socket_use use, const std::string& what);

std::string to_text(const net::ip::tcp::endpoint& where);

} // namespace ockam::websocket::detail
