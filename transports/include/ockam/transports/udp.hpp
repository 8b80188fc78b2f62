#pragma once

#include "ockam/actors/node.hpp"
#include "ockam/protocol/detail/reassembler.hpp"
#include "ockam/protocol/wire/datagram.hpp"
#include "ockam/transports/connection.hpp"
#include "ockam/transports/detail/export.hpp"
#include "ockam/transports/limits.hpp"
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
  /// Names this binding in flow control; it exists before the binding does.
  ockam::flow_control_id flow_control_id = ockam::flow_control_id::random();

  /// Producers of this node that may send through the binding: deliberate transit.
  std::vector<ockam::flow_control_id> consumer_of{};

  /// Ties the binding to one peer, `host:port`: what comes from others is dropped.
  std::optional<std::string> peer{};

  datagram_format format = datagram_format::b;       ///< of what is sent; both are read
  std::size_t datagram_size = default_datagram_size; ///< both ways; peers take no more by default

  /// What is sent to a peer that was heard before it was sent to, in bytes for each byte that came
  /// from it: its address may be forged. 0 is off. Not for the peer of a tied binding.
  std::size_t max_amplification = 3;

  // Beyond that, so that a handshake passes: to one such IP address, whatever its ports, and to all of
  // them together. A peer that sends to a random address which was written to it alone, as a handshake
  // does, is where it says; then there is no bound.
  std::size_t unproven_allowance = 4'096; ///< bytes in each window; 0 is off
  std::chrono::milliseconds unproven_window{10'000};
  std::size_t unproven_bytes_per_second = 1u << 20;

  std::size_t max_peers = 10'000; ///< remembered at a time; then the longest silent one goes
  std::chrono::milliseconds peer_timeout{60'000};   ///< silent for longer: forgotten
  std::chrono::milliseconds resolve_timeout{5'000}; ///< for the name of a host
  reassembly_limits reassembly{};

  /// `max_frame_size` is for the whole message. Of the deadlines only `idle_timeout` counts.
  bool explain_drops = false; ///< as of `tcp::listen_options`
  connection_limits limits{};
  connection_observer observer{};

  bind_options& as_consumer(const ockam::flow_control_id& producer) {
    consumer_of.push_back(producer);
    return *this;
  }
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

  [[nodiscard]] const address& receiver_address() const noexcept;
  [[nodiscard]] const std::string& socket_address() const noexcept; ///< `host:port`, the real port
  [[nodiscard]] std::uint16_t port() const noexcept;
  [[nodiscard]] std::optional<std::string> peer() const; ///< of a tied one, its socket address
  [[nodiscard]] const ockam::flow_control_id& flow_control_id() const noexcept;

  [[nodiscard]] bool is_open() const noexcept;
  [[nodiscard]] std::size_t pending_bytes() const noexcept;  ///< output that waits
  [[nodiscard]] connection_metrics metrics() const noexcept; ///< of all its peers together

  /// As `connection::flush`; names that are being resolved are not waited for.
  bool flush(std::chrono::milliseconds timeout = std::chrono::seconds{10}) const;

  /// Makes the address unknown at once; what was sent is still written, then the port is free.
  /// errc::not_found when it has ended already.
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

  /// A loop of the host's that does all the work instead of threads of ours: as `tcp::transport_options`.
  asio::io_context* io_context = nullptr;

  /// What the unfinished messages of all peers take together.
  std::size_t max_reassembly_bytes = 32u << 20;

  bind_options bind{}; ///< where a call gives none; its flow_control_id and peer are not used
};

/// UDP for a node. A handle; the node stops the transport in the end. Thread-safe.
///
/// `resolve_transport_route`, and implicit connections, make a tied binding for `2#host:port`.
class OCKAM_TRANSPORTS_EXPORT transport : public transport_handle {
public:
  /// Without options as with TCP. errc::misuse for options that contradict each other.
  static transport create(node& on);
  static transport create(node& on, transport_options options);

  /// The transport's defaults, with a flow control id of their own: to change and pass on.
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
