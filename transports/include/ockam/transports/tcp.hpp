#pragma once

#include "ockam/actors/node.hpp"
#include "ockam/transports/connection.hpp"
#include "ockam/transports/detail/export.hpp"
#include "ockam/transports/limits.hpp"
#include "ockam/transports/transport/transport_handle.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace asio {
class io_context;
}

namespace ockam::tcp {

/// What happens on the wire is a claim of the last hop: the transport promises no secrecy, no
/// integrity and no authenticity. Those belong to secure channels above it.

/// Probes on an idle connection, on both sides.
struct keepalive_options {
  std::chrono::seconds idle{30};
  std::chrono::seconds interval{10};
  int probes = 3;
};

/// Which addresses of a host name are tried first; all of them are tried.
enum class family : std::uint8_t { any, ipv4_first, ipv6_first };

/// How one connection is made and behaves; every limit has an error that names it.
struct connect_options {
  /// Names this connection in flow control; it exists before the connection does.
  ockam::flow_control_id flow_control_id = ockam::flow_control_id::random();

  /// Producers of this node that may send through the connection: deliberate transit.
  std::vector<ockam::flow_control_id> consumer_of{};

  std::chrono::milliseconds connect_timeout{5'000}; ///< resolving and connecting, all addresses
  std::chrono::milliseconds retry_for{0}; ///< keeps trying while nothing listens there; 0 is off
  std::optional<reconnect_policy> reconnect{}; ///< off by default
  family prefer = family::any;
  keepalive_options keepalive{};
  connection_limits limits{};
  connection_observer observer{};

  connect_options& as_consumer(const ockam::flow_control_id& producer) {
    consumer_of.push_back(producer);
    return *this;
  }
};

/// How a listener behaves, and the connections it accepts.
struct listen_options {
  /// Names the listener in flow control; a consumer of it is reachable through every connection it
  /// accepts. It exists before the listener does.
  ockam::flow_control_id spawner_flow_control_id = ockam::flow_control_id::random();

  std::vector<ockam::flow_control_id> consumer_of{}; ///< for each accepted connection
  std::size_t max_connections = 10'000;              ///< then accepting pauses
  int backlog = 1'024;
  keepalive_options keepalive{};
  /// Tells requesters at the peer why their request was dropped: unknown and denied addresses too. For
  /// networks whose members may know what is there; requests that fail otherwise are always answered.
  bool explain_drops = false;
  connection_limits limits{};
  connection_observer observer{}; ///< of each accepted connection
};

namespace detail {
class transport_impl;
} // namespace detail

/// A listener, which knows its port.
class OCKAM_TRANSPORTS_EXPORT listener : public ockam::listener {
public:
  using ockam::listener::listener;
  [[nodiscard]] std::uint16_t port() const noexcept; ///< the real one
};

/// How a transport runs.
struct transport_options {
  std::size_t io_threads = 1; ///< connections are spread over them

  /// A loop of the host's that does all the work instead of threads of ours; any number of threads
  /// may run it. It must outlive the node, and must be running: `connect` and `node::stop` wait for it,
  /// so call those on other threads than the ones that run it.
  asio::io_context* io_context = nullptr;

  /// How long a thread of ours looks for input before it sleeps. Saves the time that waking up takes,
  /// and costs a core while anything is going on; other threads get that core between two looks.
  /// Answers that take longer than this gain nothing: 1 ms is a good value, 0 is off.
  std::chrono::microseconds poll_before_sleeping{0};

  connect_options connect{}; ///< where a call gives none; its flow_control_id is not used
  listen_options listen{};   ///< likewise
};

/// TCP for a node. A handle; the node stops the transport in the end. Thread-safe.
///
/// `listen` takes a numeric address, `127.0.0.1:4000` or `[::1]:4000`; port 0 takes a free one.
/// - errc::invalid_value  no such address
/// - a system error       port in use, no permission
///
/// `connect` takes `host:port`, `[v6]:port`, `:port` or `port`; the last two mean loopback.
/// - errc::invalid_value  malformed; nothing was sent anywhere
/// - std::errc::timed_out `connect_timeout` is over
/// - a system error       of the last address that was tried
class OCKAM_TRANSPORTS_EXPORT transport
  : public connecting_handle<listener, connect_options, listen_options> {
public:
  /// Several transports of one node are independent; the last one resolves `1#host:port`.
  /// Without options: as the group `ockam` of the system's configuration says
  /// (ockam/transports/config.hpp). errc::misuse for options that contradict each other.
  static transport create(node& on);
  static transport create(node& on, transport_options options);

private:
  explicit transport(std::shared_ptr<detail::transport_impl> impl);
};

} // namespace ockam::tcp
