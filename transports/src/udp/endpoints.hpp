#pragma once

#include "datagram_socket.hpp"

#include "ockam/protocol/address.hpp"
#include "ockam/protocol/host_port.hpp"

#include <string>

namespace ockam::udp::detail {

/// `host:port`, IPv6 in brackets.
std::string to_text(const endpoint& where);

/// `2#host:port`.
address address_of(const endpoint& where);

/// Of a numeric host.
result<endpoint> endpoint_of(const host_port& where);

/// - errc::invalid_value  malformed, or port 0
result<host_port> parse_destination(std::string_view text);

} // namespace ockam::udp::detail
