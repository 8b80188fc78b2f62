#pragma once

#include "ockam/actors/node.hpp"
#include "ockam/transports/connection.hpp"
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
/// `wss` protects the path to the next node, or to the proxy in front of it, and no further: the content
/// of a message is still a claim of the last hop.

/// Pings to a silent peer, on both sides.
struct keepalive_options {
  std::chrono::milliseconds idle{30'000};   ///< without a byte of the peer, before a ping; 0 is off
  std::chrono::milliseconds answer{30'000}; ///< after a ping without a byte: the connection closes
};

/// Certificates that a client of `wss` trusts and presents; files are PEM.
struct client_tls_options {
  std::string ca_file{};          ///< trusted authorities; empty: those of the system
  std::string certificate_file{}; ///< with its chain, for servers that request one
  std::string private_key_file{};

  /// Accepts any certificate: no protection against interception. For experiments.
  bool insecure_skip_verification = false;
};

/// Certificates that a listener at `wss` presents and trusts; files are PEM.
struct server_tls_options {
  std::string certificate_file{}; ///< with its chain
  std::string private_key_file{};
  std::string
    client_ca_file{}; ///< clients need a certificate of one of these authorities; empty: none
};

/// How one connection is made and behaves; every limit has an error that names it.
struct connect_options {
  /// Resolving, connecting, TLS and the HTTP upgrade, all addresses together.
  std::chrono::milliseconds connect_timeout{5'000};

  /// Keeps trying while that fails, 50 ms apart and doubling to 500 ms; 0 is off.
  std::chrono::milliseconds retry_for{0};

  /// Off by default. Connected again means that the peer has agreed to the upgrade.
  std::optional<reconnect_policy> reconnect{};

  std::string host{}; ///< the HTTP field Host; empty: the one of the URL
  client_tls_options tls{};
  keepalive_options keepalive{};
  connection_options connection{};
};

/// How a listener behaves, and the connections it accepts.
struct listen_options {
  std::size_t max_connections = 10'000;    ///< upgraded or not, then accepting pauses
  std::size_t max_request_size = 8u << 10; ///< bytes of the HTTP request

  /// Origins of the pages from which a browser may connect: `https://example.com`, or `*` for any. Any
  /// page in a browser could otherwise reach a node of the same machine. Nodes send no origin.
  std::vector<std::string> allowed_origins{};

  int backlog = 1'024; ///< connections that the operating system queues
  server_tls_options tls{};
  keepalive_options keepalive{};
  bool explain_drops = false;      ///< as of `tcp::listen_options`
  connection_options connection{}; ///< `limits.handshake_timeout` is for TLS and the HTTP request
};

namespace detail {
class transport_impl;
} // namespace detail

/// How a transport runs.
struct transport_options {
  std::size_t io_threads = 1; ///< connections are spread over them

  boost::asio::io_context* io_context = nullptr;     ///< as of `tcp::transport_options`, of Boost
  std::chrono::microseconds poll_before_sleeping{0}; ///< as of `tcp::transport_options`

  connect_options connect{}; ///< defaults of `connect`; their flow_control_id is not used
  listen_options listen{};   ///< defaults of `listen`, likewise
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
  /// options: those of the group `ockam` of the system's configuration. errc::misuse for options that
  /// contradict each other.
  static transport create(node& on);
  static transport create(node& on, transport_options options);

private:
  explicit transport(std::shared_ptr<detail::transport_impl> impl);
};

/// The options for WebSocket in the group `ockam` of a configuration (ockam/transports/config.hpp):
/// those that TCP has as well. Throws `failure` with errc::invalid_value as those for TCP do.
OCKAM_WEBSOCKET_EXPORT transport_options
transport_options_from(const caf::actor_system_config& config);

} // namespace ockam::websocket
