#pragma once

#include "ockam/actors/node.hpp"
#include "ockam/transports/connection.hpp"
#include "ockam/transports/detail/export.hpp"
#include "ockam/transports/transport/transport_handle.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace asio {
class io_context;
}

namespace ockam::tcp {

/// TCP promises no secrecy, no integrity and no authenticity: every received message is a claim of the
/// last hop. Secure channels belong above it.

/// TCP keepalive, on both sides. Durations count from 1 s to 9 h.
struct keepalive_options {
  std::chrono::seconds idle{30};     ///< silence before the first probe; `max()` is off
  std::chrono::seconds interval{10}; ///< between two probes
  int probes = 3; ///< unanswered ones before the connection closes, `timed_out`; 1 to 127
};

/// Which addresses of a host name are tried first; all of them are tried.
enum class family : std::uint8_t { any, ipv4_first, ipv6_first };

/// How one connection is made and behaves; every limit has an error that names it.
struct connect_options {
  std::chrono::milliseconds connect_timeout{5'000}; ///< resolving and connecting, all addresses
  std::chrono::milliseconds retry_for{0}; ///< keeps trying while nothing listens there; 0 is off
  std::optional<reconnect_policy> reconnect{}; ///< off by default
  family prefer = family::any;                 ///< which addresses of the name come first
  keepalive_options keepalive{};
  connection_options connection{};
};

/// How a listener behaves, and the connections it accepts.
struct listen_options {
  std::size_t max_connections = 10'000; ///< then accepting pauses
  int backlog = 1'024;                  ///< connections that the operating system queues
  keepalive_options keepalive{};

  /// Answers requests to unknown and denied addresses with the reason for the drop. For networks whose
  /// members may know which addresses exist; requests that fail otherwise are always answered.
  bool explain_drops = false;
  connection_options connection{}; ///< its id is the listener's
};

namespace detail {
class transport_impl;
} // namespace detail

/// A listener with a port.
class OCKAM_TRANSPORTS_EXPORT listener : public ockam::listener {
public:
  using ockam::listener::listener;
  [[nodiscard]] std::uint16_t port() const noexcept; ///< the real one
};

/// How a transport runs.
struct transport_options {
  std::size_t io_threads = 1; ///< connections are spread over them

  /// A loop of the host, which does all the work instead of threads of the transport; any number of
  /// threads may run it. It must outlive the node, and must run: `connect` and `node::stop` wait for
  /// it, so call those on threads that do not run it.
  asio::io_context* io_context = nullptr;

  /// How long a thread polls for input before it sleeps. Saves the time of waking up, and costs a core
  /// while there is traffic; other threads get that core between two polls. Answers that take longer
  /// gain nothing: 1 ms is a good value, 0 is off.
  std::chrono::microseconds poll_before_sleeping{0};

  connect_options connect{}; ///< defaults of `connect`; their flow_control_id is not used
  listen_options listen{};   ///< defaults of `listen`, likewise
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
  /// Without options: those of the group `ockam` of the system's configuration
  /// (ockam/transports/config.hpp). errc::misuse for options that contradict each other.
  static transport create(node& on);
  static transport create(node& on, transport_options options);

private:
  explicit transport(std::shared_ptr<detail::transport_impl> impl);
};

} // namespace ockam::tcp
