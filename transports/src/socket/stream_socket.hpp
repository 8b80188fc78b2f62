#pragma once

#include "../socket_advice.hpp"

#include "ockam/protocol/result.hpp"

#include <string>
#include <string_view>
#include <system_error>

#include <asio/generic/stream_protocol.hpp>

namespace ockam::internal {

/// A socket with a stream of bytes, of whatever family: TCP or Unix.
using stream_socket = asio::generic::stream_protocol::socket;
using stream_endpoint = asio::generic::stream_protocol::endpoint;

using advice_for_code = std::string_view (*)(const std::error_code&);

/// A failed call on a socket, in words that name the address: "connect to 127.0.0.1:4000: ...", with
/// what to try.
error socket_error(std::error_code code, const std::string& what,
                   advice_for_code advice = &socket_advice);

} // namespace ockam::internal
