#pragma once

#include "ockam/actors/node.hpp"
#include "ockam/protocol/detail/reassembler.hpp"
#include "ockam/protocol/wire/datagram.hpp"
#include "ockam/transports/connection.hpp"
#include "ockam/transports/detail/export.hpp"
#include "ockam/transports/transport/transport_handle.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio {
class io_context;
}

namespace ockam::udp {

/// Messages may be lost, and overtake each other; one that is delivered is intact, and is delivered
/// once. There is no secrecy and no authenticity: any host can claim to be any peer.

/// How a binding behaves; every limit has an error that names it.
struct bind_options {
  /// Ties the binding to one peer, `host:port`: datagrams of others are dropped.
  std::optional<std::string> peer{};

  datagram_format format = datagram_format::b;       ///< of what is sent; both are read
  std::size_t datagram_size = default_datagram_size; ///< both ways; peers take no more by default

  /// Bytes sent for each received byte to a peer that this node did not send to first: its address may
  /// be forged. 0 is off. Not for the peer of a tied binding.
  std::size_t max_amplification = 3;

  // Allowances beyond that, for handshakes: to one such IP address, whatever its ports, and to all of
  // them together. A peer that sends to a random address which was written to it alone, as a handshake
  // does, has proved its address; then there is no bound.
  std::size_t unproven_allowance = 4'096; ///< bytes in each window; 0 is off
  std::chrono::milliseconds unproven_window{10'000};
  std::size_t unproven_bytes_per_second = 1u << 20;

  std::size_t max_peers = 10'000; ///< at a time; then the longest silent one is forgotten
  std::chrono::milliseconds peer_timeout{60'000};   ///< silent for longer: forgotten
  std::chrono::milliseconds resolve_timeout{5'000}; ///< for the name of a host
  reassembly_limits reassembly{};

  bool explain_drops = false; ///< as of `tcp::listen_options`

  /// `max_frame_size` is for the whole message. Of the deadlines only `idle_timeout` counts.
  connection_options connection{};
};

namespace detail {
class transport_impl;
class udp_binding;
} // namespace detail

/// A bound socket: its address goes to the front of a route. An open binding takes
/// `[binding, 2#host:port, worker]`, a tied one `[binding, worker]`.
///
/// A handle; copies mean the same binding, and dropping them all does not close it. Thread-safe.
class OCKAM_TRANSPORTS_EXPORT binding {
public:
  explicit binding(std::shared_ptr<detail::udp_binding> impl);

  [[nodiscard]] const address& sender_address() const noexcept;
  operator address() const { return sender_address(); }      // NOLINT: route{binding, "echoer"}
  operator route() const { return route{sender_address()}; } // NOLINT

  /// As `connection::receiver_address`.
  [[nodiscard]] const address& receiver_address() const noexcept;
  [[nodiscard]] const std::string& socket_address() const noexcept; ///< `host:port`, the real port
  [[nodiscard]] std::uint16_t port() const noexcept;
  [[nodiscard]] std::optional<std::string> peer() const; ///< of a tied one, its socket address
  [[nodiscard]] const ockam::flow_control_id& flow_control_id() const noexcept;

  [[nodiscard]] bool is_open() const noexcept;
  [[nodiscard]] std::size_t pending_bytes() const noexcept;  ///< of queued output
  [[nodiscard]] connection_metrics metrics() const noexcept; ///< of all its peers together

  /// As `connection::flush`; does not wait for the resolution of names.
  bool flush(std::chrono::milliseconds timeout = std::chrono::seconds{10}) const;

  /// From now on the address is unknown; what was sent is still written, then the port is free.
  /// errc::not_found when it has closed already: thrown as `failure`, or returned.
  void close() const { value_or_throw(try_close()); }
  [[nodiscard]] result<void> try_close() const;

  /// For what is built on bindings.
  [[nodiscard]] const std::shared_ptr<detail::udp_binding>& impl() const noexcept { return impl_; }

private:
  std::shared_ptr<detail::udp_binding> impl_;
};

/// How a transport runs.
struct transport_options {
  std::size_t io_threads = 1; ///< bindings are spread over them

  /// A loop of the host, instead of threads of the transport: as of `tcp::transport_options`.
  asio::io_context* io_context = nullptr;

  /// Memory of the unfinished messages of all peers together.
  std::size_t max_reassembly_bytes = 32u << 20;

  bind_options bind{}; ///< defaults of `bind`; their flow_control_id and peer are not used
};

/// UDP for a node. A handle; the node stops the transport in the end. Thread-safe.
///
/// `resolve_transport_route`, and implicit connections, make a tied binding for `2#host:port`.
class OCKAM_TRANSPORTS_EXPORT transport : public transport_handle {
public:
  /// Without options: as `tcp::transport`. errc::misuse for options that contradict each other.
  static transport create(node& on);
  static transport create(node& on, transport_options options);

  /// The transport's defaults with a new flow control id: to change and pass on.
  [[nodiscard]] bind_options default_bind_options() const;

  /// Binds a numeric address, `127.0.0.1:5000` or `[::]:5000`; port 0 takes a free one. Datagrams are
  /// read when it returns. With a `peer` it waits for the name: not from a worker then.
  /// - errc::invalid_value   no such address, peer or size
  /// - a system error        port in use, no permission; the name of the peer is unknown
  binding bind(std::string_view at = "127.0.0.1:0");
  binding bind(std::string_view at, bind_options options);
  [[nodiscard]] result<binding> try_bind(std::string_view at = "127.0.0.1:0");
  [[nodiscard]] result<binding> try_bind(std::string_view at, bind_options options);

  [[nodiscard]] std::vector<binding> bindings() const;

private:
  explicit transport(std::shared_ptr<detail::transport_impl> impl);
  std::shared_ptr<detail::transport_impl> impl_;
};

} // namespace ockam::udp
