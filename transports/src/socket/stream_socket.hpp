#pragma once

#include "ockam/protocol/result.hpp"

#include <string>
#include <string_view>
#include <system_error>

#include <asio/generic/stream_protocol.hpp>

namespace ockam::internal {

/// A socket with a stream of bytes, of whatever family: TCP or Unix.
using stream_socket = asio::generic::stream_protocol::socket;
using stream_endpoint = asio::generic::stream_protocol::endpoint;

/// A failed call on a socket, in words that name the address: "connect to 127.0.0.1:4000: ...".
error socket_error(std::error_code code, const std::string& what,
                   std::string_view advice = "check the address and the network");

} // namespace ockam::internal
