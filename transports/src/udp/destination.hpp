#pragma once

#include "datagram_socket.hpp"

#include "ockam/protocol/detail/ref_counted.hpp"

#include <asio/ip/address.hpp>

namespace ockam::udp::detail {

/// Where a message goes, as it travels with it through the output.
struct destination final : ref_counted {
  destination(const asio::ip::address& own, const endpoint& to) : from{own}, where{to} {}
  const asio::ip::address from; ///< unspecified: the system chooses
  const endpoint where;
};

} // namespace ockam::udp::detail
