#pragma once

#include "ockam/actors/node.hpp"
#include "ockam/transports/connection.hpp"
#include "ockam/transports/transport/transport_handle.hpp"

#include <chrono>

/// Connections over TCP with several paths (RFC 8684), which Linux has.
namespace mptcp {

/// What it resolves: `241#host:port`.
inline constexpr std::uint8_t address_type = 241;

struct connect_options {
  std::chrono::milliseconds connect_timeout{5'000};
  ockam::connection_options connection{};
};

struct listen_options {
  std::size_t max_connections = 1'000;
  bool explain_drops = false;
  ockam::connection_options connection{};
};

class transport_impl;

/// A handle; the node stops the transport in the end.
class transport
  : public ockam::connecting_handle<ockam::listener, connect_options, listen_options> {
public:
  static transport create(ockam::node& on);

private:
  explicit transport(std::shared_ptr<transport_impl> impl);
};

} // namespace mptcp
