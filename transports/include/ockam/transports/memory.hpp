#pragma once

#include "ockam/actors/node.hpp"
#include "ockam/transports/connection.hpp"
#include "ockam/transports/detail/export.hpp"
#include "ockam/transports/limits.hpp"
#include "ockam/transports/transport/transport_handle.hpp"

#include <memory>
#include <string>
#include <vector>

namespace ockam::memory {

/// Address type of this transport; nothing of it is ever on a real wire.
inline constexpr std::uint8_t address_type = 240;

namespace detail {
class network_impl;
class driver;
class transport_impl;
} // namespace detail

/// What nodes of one process are connected by: names to listen at, and the bytes in between.
///
/// The smallest transport: the same encoding, framing, limits and flow control as every other, but
/// bytes are copied instead of sent. For tests and simulations. A handle; keep one until the nodes
/// have stopped. Thread-safe.
class OCKAM_TRANSPORTS_EXPORT network {
public:
  enum class drive : std::uint8_t {
    thread,  ///< a thread of its own moves the bytes
    by_hand, ///< `run_one` moves them, in an order that repeats
  };
  explicit network(drive how = drive::thread);

  /// Performs one step that is due: false when there is none. Only when driven by hand.
  bool run_one();

private:
  friend class transport;
  std::shared_ptr<detail::network_impl> impl_;
  std::shared_ptr<detail::driver> driver_;
};

/// How one connection behaves; the ids are those of `tcp::connect_options`.
struct connect_options {
  ockam::flow_control_id flow_control_id = ockam::flow_control_id::random();
  std::vector<ockam::flow_control_id> consumer_of{};
  connection_limits limits{};
  connection_observer observer{};
};

/// How a listener behaves, and what it accepts; the id is that of `tcp::listen_options`.
struct listen_options {
  ockam::flow_control_id spawner_flow_control_id = ockam::flow_control_id::random();
  std::vector<ockam::flow_control_id> consumer_of{};
  bool explain_drops = false; ///< as of `tcp::listen_options`
  connection_limits limits{};
  connection_observer observer{};
};

/// A node's way to the others of a network. A handle; the node stops the transport in the end.
/// Thread-safe.
///
/// `listen` takes any name: errc::already_exists when it has a listener. `connect` takes the name
/// of a listener: errc::not_found when it has none.
class OCKAM_TRANSPORTS_EXPORT transport
  : public connecting_handle<listener, connect_options, listen_options> {
public:
  static transport create(node& on, const network& through);

private:
  explicit transport(std::shared_ptr<detail::transport_impl> impl);
};

} // namespace ockam::memory
