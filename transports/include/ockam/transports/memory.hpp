#pragma once

#include "ockam/actors/node.hpp"
#include "ockam/transports/connection.hpp"
#include "ockam/transports/detail/export.hpp"
#include "ockam/transports/transport/transport_handle.hpp"

#include <memory>
#include <string>

namespace ockam::memory {

/// Address type of this transport; never on a real wire.
inline constexpr std::uint8_t address_type = 240;

namespace detail {
class network_impl;
class driver;
class transport_impl;
} // namespace detail

/// Connects nodes of one process: names to listen at, and the bytes in between.
///
/// The smallest transport: the same encoding, framing, limits and flow control as every other, but
/// bytes are copied instead of sent. For tests and simulations. A handle; keep one until the nodes
/// have stopped. Thread-safe.
class OCKAM_TRANSPORTS_EXPORT network {
public:
  enum class drive : std::uint8_t {
    thread, ///< a thread of its own moves the bytes
    manual, ///< `run_one` moves them, in an order that repeats
  };
  explicit network(drive mode = drive::thread);

  /// Performs one due step; false when there is none. Only of a network that is driven manually.
  bool run_one();

private:
  friend class transport;
  std::shared_ptr<detail::network_impl> impl_;
  std::shared_ptr<detail::driver> driver_;
};

/// How one connection behaves.
struct connect_options {
  connection_options connection{};
};

/// How a listener behaves, and the connections it accepts.
struct listen_options {
  bool explain_drops = false; ///< as of `tcp::listen_options`
  connection_options connection{};
};

/// Connects a node to the others of a network. A handle; the node stops the transport in the end.
/// Thread-safe.
///
/// `listen` takes any name: errc::already_exists when it is taken. `connect` takes the name of a
/// listener: errc::not_found when there is none.
class OCKAM_TRANSPORTS_EXPORT transport
  : public connecting_handle<listener, connect_options, listen_options> {
public:
  static transport create(node& on, const network& through);

private:
  explicit transport(std::shared_ptr<detail::transport_impl> impl);
};

} // namespace ockam::memory
