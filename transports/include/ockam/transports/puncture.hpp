#pragma once

#include "ockam/actors/context.hpp"
#include "ockam/protocol/wire/puncture.hpp"
#include "ockam/transports/connection.hpp"
#include "ockam/transports/detail/export.hpp"
#include "ockam/transports/udp.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ockam::udp {

/// Two nodes behind NAT that send each other messages over UDP (docs/transports.md).
///
///     node.start_worker("rendezvous", udp::rendezvous_service{});         // where both can reach it
///     auto listener = udp::puncture_listener::start(node.root(), "udp", udp, rendezvous);
///     auto there = udp::puncture::start(node.root(), udp, rendezvous, {connection, "udp"});
///     there.wait_until_open();
///     node.send({there, "echoer"}, "Hello Ockam!");
///
/// Nothing of it is secret or authentic: an observer of one end's random address (a relay of the
/// negotiation, an observer of the network) can impersonate the other end.

/// Answers pings, and tells nodes which UDP address their messages come from.
///
/// Reached through open bindings only, it says nothing that is not in the question: it is silent when
/// the return route has no UDP address.
class OCKAM_TRANSPORTS_EXPORT rendezvous_service {
public:
  result<void> handle_message(context& ctx, const routed<rendezvous_request>& asked);
};

/// How a puncture behaves.
struct puncture_options {
  /// Names what comes out of the puncture in flow control; it exists before the puncture does.
  ockam::flow_control_id flow_control_id = ockam::flow_control_id::random();

  /// Producers of this node that may send through the puncture: deliberate transit.
  std::vector<ockam::flow_control_id> consumer_of{};

  std::string bind = "0.0.0.0:0"; ///< the socket, which is the puncture's own

  std::chrono::milliseconds rendezvous_timeout{3'000};   ///< for the own public address
  std::chrono::milliseconds acknowledge_timeout{10'000}; ///< for the other node's
  std::chrono::milliseconds ping_interval{1'000};        ///< the service is asked as often
  std::chrono::milliseconds pong_timeout{10'000};        ///< without a pong: it ends

  /// Told `connected` when the puncture is open, and `closed` when it has ended. Called by a worker of
  /// the node, or on the thread that stops it; must be quick.
  connection_observer observer{};
};

namespace detail {
class puncture_state;
struct puncture_listening;
} // namespace detail

/// A way to another node through NAT: its address goes to the front of a route. It is open from the
/// first pong of the other end on, and over for good when it ends.
///
/// A handle; copies mean the same puncture, and dropping them all does not end it. Thread-safe.
class OCKAM_TRANSPORTS_EXPORT puncture {
public:
  explicit puncture(std::shared_ptr<detail::puncture_state> state);

  /// Binds a socket, asks the service for its public address, agrees with the listener of the other
  /// node, and begins to ping. Returns at once; may be called in a worker, with its context.
  /// @param rendezvous  from the socket on: `{"2#host:port", "rendezvous"}`
  /// @param listener    to the other node's listener, any way there is
  /// - errc::invalid_value  no such address to bind, a route of another kind, an interval of nothing
  /// - errc::shutting_down  the node is stopping
  [[nodiscard]] static result<puncture> try_start(sender& from, transport over,
                                                  const route& rendezvous, route listener,
                                                  puncture_options options = {});
  static puncture start(sender& from, transport over, const route& rendezvous, route listener,
                        puncture_options options = {}) {
    return value_or_throw(
      try_start(from, std::move(over), rendezvous, std::move(listener), std::move(options)));
  }

  /// The address to send to; `send` fails with errc::misuse as long as nothing was heard of the other
  /// end, and with errc::not_found after the end.
  [[nodiscard]] const address& sender_address() const noexcept;
  operator address() const { return sender_address(); }      // NOLINT: route{puncture, "echoer"}
  operator route() const { return route{sender_address()}; } // NOLINT

  [[nodiscard]] const address& receiver_address() const noexcept;
  [[nodiscard]] const ockam::flow_control_id& flow_control_id() const noexcept;
  [[nodiscard]] const std::string& socket_address() const noexcept; ///< its own, `host:port`
  [[nodiscard]] std::optional<std::string> peer() const; ///< public address, once it is known

  [[nodiscard]] bool is_open() const noexcept;
  [[nodiscard]] bool has_ended() const noexcept;

  /// - errc::timeout    not open yet
  /// - why it ended; errc::not_found when it was stopped
  /// - errc::misuse     in a worker, an observer or a callback
  void wait_until_open(std::chrono::milliseconds timeout = std::chrono::seconds{30}) const {
    value_or_throw(try_wait_until_open(timeout));
  }
  [[nodiscard]] result<void> try_wait_until_open(std::chrono::milliseconds timeout
                                                 = std::chrono::seconds{30}) const;

  /// Makes the address unknown at once; the other end notices by the silence.
  /// errc::not_found when it has ended already.
  void close() const { value_or_throw(try_close()); }
  [[nodiscard]] result<void> try_close() const;

private:
  std::shared_ptr<detail::puncture_state> state_;
};

/// How a listener behaves.
struct puncture_listener_options {
  /// Names the listener in flow control: consumers of it are reached through all its punctures.
  ockam::flow_control_id flow_control_id = ockam::flow_control_id::random();

  /// At a time: further ones are refused, logged and counted. Any peer may ask, and a request makes
  /// the node send pings to an address of the peer's choice for `pong_timeout`.
  std::size_t max_punctures = 100;

  puncture_options each{}; ///< of its punctures; its `flow_control_id` is not used
};

/// A worker that negotiates punctures with other nodes. Flow control decides which: make its address a
/// consumer of the connections that lead to it.
///
/// A handle; thread-safe.
class OCKAM_TRANSPORTS_EXPORT puncture_listener {
public:
  explicit puncture_listener(std::shared_ptr<detail::puncture_listening> state);

  /// Errors: those of `puncture::try_start`; errc::already_exists
  [[nodiscard]] static result<puncture_listener> try_start(sender& on, ockam::address at,
                                                           transport over, route rendezvous,
                                                           puncture_listener_options options = {});
  static puncture_listener start(sender& on, ockam::address at, transport over, route rendezvous,
                                 puncture_listener_options options = {}) {
    return value_or_throw(
      try_start(on, std::move(at), std::move(over), std::move(rendezvous), std::move(options)));
  }

  [[nodiscard]] const ockam::address& address() const noexcept;
  [[nodiscard]] const ockam::flow_control_id& flow_control_id() const noexcept;
  [[nodiscard]] std::vector<puncture> punctures() const; ///< that have not ended
  [[nodiscard]] std::uint64_t refused() const noexcept;  ///< because of `max_punctures`

  /// No new punctures; existing ones continue. errc::not_found when it has ended.
  void stop() const { value_or_throw(try_stop()); }
  [[nodiscard]] result<void> try_stop() const;

private:
  std::shared_ptr<detail::puncture_listening> state_;
};

} // namespace ockam::udp
