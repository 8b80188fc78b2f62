#pragma once

#include "ockam/actors/node.hpp"
#include "ockam/transports/limits.hpp"
#include "ockam/transports/transport/transport_handle.hpp"

#include <chrono>

/// Connections over TCP with several paths (RFC 8684), which Linux has.
namespace mptcp {

/// What it resolves: `241#host:port`.
inline constexpr std::uint8_t address_type = 241;

struct connect_options {
  ockam::flow_control_id flow_control_id = ockam::flow_control_id::random();
  std::chrono::milliseconds connect_timeout{5'000};
  ockam::connection_limits limits{};
  ockam::connection_observer observer{};
};

struct listen_options {
  ockam::flow_control_id spawner_flow_control_id = ockam::flow_control_id::random();
  std::size_t max_connections = 1'000;
  bool explain_drops = false;
  ockam::connection_limits limits{};
  ockam::connection_observer observer{}; ///< of each accepted connection
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
