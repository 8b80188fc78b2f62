#pragma once

#include "ockam/transports/io/stream_socket.hpp"
#include "ockam/transports/tcp.hpp"

#include <system_error>

#include <asio/ip/tcp.hpp>

namespace ockam::tcp::detail {

/// No delay, keepalive, not blocking; bytes that the peer's system does not acknowledge end the
/// connection as late as an unanswered probe, or after `write_timeout` when that is longer. A failure
/// to set one of them is not fatal.
std::error_code prepare(internal::stream_socket& socket, const keepalive_options& keepalive,
                        std::chrono::milliseconds write_timeout);

/// The TCP endpoint in a socket's address; of the family 0 for an empty one.
asio::ip::tcp::endpoint tcp_endpoint(const internal::stream_endpoint& where);

} // namespace ockam::tcp::detail
