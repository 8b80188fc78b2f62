#pragma once

#include "ockam/transports/tcp.hpp"

#include <string>
#include <system_error>

#include <asio/ip/tcp.hpp>

namespace ockam::tcp::detail {

/// No delay, keepalive, not blocking; bytes that the peer's system does not acknowledge end the
/// connection as late as an unanswered probe, or after `write_deadline` when that is longer. A failure
/// to set one of them is reported, not fatal.
void prepare(asio::ip::tcp::socket& socket, const keepalive_options& keepalive,
             std::chrono::milliseconds write_deadline);

/// `host:port`, IPv6 in brackets.
std::string to_text(const asio::ip::tcp::endpoint& where);

/// A failed call on a socket, in words that name the address: "connect to 127.0.0.1:4000: ...".
error socket_error(std::error_code code, const std::string& what);

} // namespace ockam::tcp::detail
