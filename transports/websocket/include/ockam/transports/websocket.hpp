#pragma once

#include "ockam/actors/node.hpp"
#include "ockam/transports/connection.hpp"
#include "ockam/transports/limits.hpp"
#include "ockam/transports/transport/transport_handle.hpp"
#include "ockam/transports/websocket_export.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <caf/fwd.hpp>

namespace boost::asio {
class io_context;
}

namespace ockam::websocket {

/// WebSocket, RFC 6455: each message is one binary message (docs/transports.md, "WebSocket").
///
/// `wss` protects the way to the next node, or to the proxy in front of it, and no further: what is
/// in a message is still a claim of the last hop.

/// Pings for a peer that is silent, on both sides.
struct keepalive_options {
  std::chrono::milliseconds idle{30'000};   ///< without a byte from it, before a ping; 0 is off
  std::chrono::milliseconds answer{30'000}; ///< then without a byte, before it is given up
};

/// Certificates that a client of `wss` trusts and presents; files are PEM.
struct client_tls_options {
  std::string ca_file{};          ///< trusted authorities; empty: the system's
  std::string certificate_file{}; ///< with its chain, for servers that ask for one
  std::string private_key_file{};

  /// Accepts any certificate: no protection against a host in between. For experiments.
  bool insecure_skip_verification = false;
};

/// What a listener at `wss` shows and believes; files are PEM.
struct server_tls_options {
  std::string certificate_file{}; ///< with its chain
  std::string private_key_file{};
  std::string
    client_ca_file{}; ///< clients need a certificate of one of these; empty: they need none
};

/// How one connection is made and behaves; every limit has an error that names it.
struct connect_options {
  /// Names this connection in flow control; it exists before the connection does.
  ockam::flow_control_id flow_control_id = ockam::flow_control_id::random();

  /// Producers of this node that may send through the connection: deliberate transit.
  std::vector<ockam::flow_control_id> consumer_of{};

  /// Resolving, connecting, TLS and the HTTP upgrade, all addresses together.
  std::chrono::milliseconds connect_timeout{5'000};

  /// Keeps trying while that fails, 50 ms apart and doubling to 500 ms; 0 is off.
  std::chrono::milliseconds retry_for{0};

  /// Off by default. The peer is there again when it has agreed to the upgrade.
  std::optional<reconnect_policy> reconnect{};

  std::string host{}; ///< the HTTP field Host; empty: the one of the URL
  client_tls_options tls{};
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
  std::size_t max_connections = 10'000;              ///< upgraded or not, then accepting pauses
  std::size_t max_request_size = 8u << 10;           ///< bytes of the HTTP request

  /// Origins of pages that a browser may connect from: `https://example.com`, or `*` for any. Otherwise
  /// any page in a browser could reach a node of the same machine. Nodes send no origin.
  std::vector<std::string> allowed_origins{};

  int backlog = 1'024;
  server_tls_options tls{};
  keepalive_options keepalive{};
  bool explain_drops = false;     ///< as of `tcp::listen_options`
  connection_limits limits{};     ///< `handshake_timeout` is for TLS and the HTTP request
  connection_observer observer{}; ///< of each accepted connection
};

namespace detail {
class transport_impl;
} // namespace detail

/// How a transport runs.
struct transport_options {
  std::size_t io_threads = 1; ///< connections are spread over them

  boost::asio::io_context* io_context = nullptr;     ///< as of `tcp::transport_options`, of Boost
  std::chrono::microseconds poll_before_sleeping{0}; ///< as of `tcp::transport_options`

  connect_options connect{}; ///< where a call gives none; its flow_control_id is not used
  listen_options listen{};   ///< likewise
};

/// WebSocket for a node. A handle; the node stops the transport in the end. Thread-safe.
///
/// `listen` takes a numeric address: `127.0.0.1:4000`, `ws://[::1]:4000` or, with a certificate in the
/// options, `wss://0.0.0.0:443`; port 0 takes a free one. With a path, as in
/// `ws://127.0.0.1:4000/ockam`, requests for other ones are answered with 404. The listener's
/// `socket_address` is the URL, with the real port.
/// - errc::invalid_value  no such address, or no certificate
/// - a system error       port in use, no permission
///
/// `connect` takes `host:port` as TCP does, `ws://host:port/path` or `wss://host/path`; without a path
/// it means `/`, without a port in a URL 80 or 443.
/// - errc::invalid_value  malformed; nothing was sent anywhere
/// - std::errc::timed_out `connect_timeout` is over
/// - errc::closed_by_peer the server did not agree to WebSocket; its answer is in the text
/// - a system error       of the last address that was tried, or of TLS
class OCKAM_WEBSOCKET_EXPORT transport
  : public connecting_handle<listener, connect_options, listen_options> {
public:
  /// Several transports of one node are independent; the last one resolves `3#host:port`. Without
  /// options: as the group `ockam` of the system's configuration says. errc::misuse for options that
  /// contradict each other.
  static transport create(node& on);
  static transport create(node& on, transport_options options);

private:
  explicit transport(std::shared_ptr<detail::transport_impl> impl);
};

/// What the group `ockam` of a configuration says about WebSocket (ockam/transports/config.hpp): the
/// options that TCP has as well. Throws `failure` with errc::invalid_value as those for TCP do.
OCKAM_WEBSOCKET_EXPORT transport_options
transport_options_from(const caf::actor_system_config& config);

} // namespace ockam::websocket
