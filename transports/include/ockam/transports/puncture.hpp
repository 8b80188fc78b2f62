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
///     auto listener = udp::puncture_listener::create(node.root(), "udp", udp, rendezvous);
///     auto there = udp::puncture::create(node.root(), udp, rendezvous, {connection, "udp"});
///     there.wait_until_open();
///     node.send({there, "echoer"}, "Hello Ockam!");
///
/// Nothing of it is secret or authentic: anyone who sees the random address of one end (a relay of the
/// negotiation, an observer of the network) can impersonate the other end.

/// Answers pings, and tells nodes which UDP address their messages come from.
///
/// Reached through open bindings only, it discloses nothing beyond the request: it does not answer when
/// the return route has no UDP address.
class OCKAM_TRANSPORTS_EXPORT rendezvous_service {
public:
  result<void> handle_message(context& ctx, const routed<rendezvous_request>& asked);
};

/// How a puncture behaves.
struct puncture_options {
  /// Names the puncture in flow control, as producer. Valid before the puncture exists.
  ockam::flow_control_id flow_control_id = ockam::flow_control_id::random();

  /// Producers of this node that may send through the puncture: deliberate transit.
  std::vector<ockam::flow_control_id> consumer_of{};

  std::string bind = "0.0.0.0:0"; ///< the socket, which is the puncture's own

  std::chrono::milliseconds rendezvous_timeout{3'000};   ///< for the own public address
  std::chrono::milliseconds acknowledge_timeout{10'000}; ///< for the other node's
  std::chrono::milliseconds ping_interval{1'000}; ///< also between two requests to the service
  std::chrono::milliseconds pong_timeout{10'000}; ///< without a pong: it ends

  /// Gets `connected` when the puncture is open, and `closed` when it has ended. Called by a worker of
  /// the node, or by the caller of `close`; must be quick.
  connection_observer observer{};
};

namespace detail {
class puncture_state;
struct puncture_listening;
} // namespace detail

/// A path to another node through NAT: its address goes to the front of a route. It is open from the
/// first pong of the other end on, and never reopens.
///
/// A handle; copies mean the same puncture, and dropping them all does not close it. Thread-safe.
class OCKAM_TRANSPORTS_EXPORT puncture {
public:
  explicit puncture(std::shared_ptr<detail::puncture_state> state);

  /// Binds a socket, asks the service for its public address, agrees with the listener of the other
  /// node, and begins to ping. Returns at once; may be called in a worker, with its context.
  /// @param rendezvous  from the socket on: `{"2#host:port", "rendezvous"}`
  /// @param listener    to the other node's listener, any way there is
  /// - errc::invalid_value  no such address to bind, a route of another kind, an interval of nothing
  /// - errc::shutting_down  the node is stopping
  [[nodiscard]] static result<puncture> try_create(sender& from, transport over,
                                                   const route& rendezvous, route listener,
                                                   puncture_options options = {});
  static puncture create(sender& from, transport over, const route& rendezvous, route listener,
                         puncture_options options = {}) {
    return value_or_throw(
      try_create(from, std::move(over), rendezvous, std::move(listener), std::move(options)));
  }

  /// The address to send to; `send` fails with errc::misuse before the first pong of the other end, and
  /// with errc::not_found after the end.
  [[nodiscard]] const address& sender_address() const noexcept;
  operator address() const { return sender_address(); }      // NOLINT: route{puncture, "echoer"}
  operator route() const { return route{sender_address()}; } // NOLINT

  /// As `connection::receiver_address`.
  [[nodiscard]] const address& receiver_address() const noexcept;
  [[nodiscard]] const ockam::flow_control_id& flow_control_id() const noexcept;
  [[nodiscard]] const std::string& socket_address() const noexcept; ///< its own, `host:port`
  [[nodiscard]] std::optional<std::string> peer() const; ///< its public `host:port`, once known

  [[nodiscard]] bool is_open() const noexcept;
  [[nodiscard]] bool has_ended() const noexcept;

  /// Blocks until it is open. Errors, thrown as `failure` or returned:
  /// - errc::timeout    not open yet
  /// - the cause of its end; errc::not_found when it was closed
  /// - errc::misuse     in a worker, an observer or a callback
  void wait_until_open(std::chrono::milliseconds timeout = std::chrono::seconds{30}) const {
    value_or_throw(try_wait_until_open(timeout));
  }
  [[nodiscard]] result<void> try_wait_until_open(std::chrono::milliseconds timeout
                                                 = std::chrono::seconds{30}) const;

  /// From now on the address is unknown; the other end notices the silence.
  /// errc::not_found when it has ended already: thrown as `failure`, or returned.
  void close() const { value_or_throw(try_close()); }
  [[nodiscard]] result<void> try_close() const;

private:
  std::shared_ptr<detail::puncture_state> state_;
};

/// How a listener behaves.
struct puncture_listener_options {
  /// Names the listener in flow control, as spawner: its consumers are reachable through all its
  /// punctures, each of which has a random id of its own.
  ockam::flow_control_id flow_control_id = ockam::flow_control_id::random();

  /// At a time: further ones are refused, logged and counted. A requester makes the node send pings to
  /// any address that it names, for `pong_timeout`.
  std::size_t max_punctures = 100;

  puncture_options each{}; ///< of its punctures; their `flow_control_id` is not used
};

/// A worker with which other nodes negotiate punctures. Flow control decides which nodes may: make its
/// address a consumer of the connections that lead to it.
///
/// A handle; thread-safe.
class OCKAM_TRANSPORTS_EXPORT puncture_listener {
public:
  explicit puncture_listener(std::shared_ptr<detail::puncture_listening> state);

  /// Errors: those of `puncture::try_create`; errc::already_exists
  [[nodiscard]] static result<puncture_listener> try_create(sender& on, ockam::address at,
                                                            transport over, route rendezvous,
                                                            puncture_listener_options options = {});
  static puncture_listener create(sender& on, ockam::address at, transport over, route rendezvous,
                                  puncture_listener_options options = {}) {
    return value_or_throw(
      try_create(on, std::move(at), std::move(over), std::move(rendezvous), std::move(options)));
  }

  [[nodiscard]] const ockam::address& address() const noexcept;
  [[nodiscard]] const ockam::flow_control_id& flow_control_id() const noexcept;
  [[nodiscard]] std::vector<puncture> punctures() const; ///< that have not ended
  [[nodiscard]] std::uint64_t refused() const noexcept;  ///< because of `max_punctures`

  /// No new punctures; existing ones continue. errc::not_found when it has stopped already: thrown as
  /// `failure`, or returned.
  void stop() const { value_or_throw(try_stop()); }
  [[nodiscard]] result<void> try_stop() const;

private:
  std::shared_ptr<detail::puncture_listening> state_;
};

} // namespace ockam::udp
