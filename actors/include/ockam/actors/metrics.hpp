#pragma once

#include "ockam/actors/detail/export.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ockam {

/// Why a message was not handled. Every drop has exactly one reason.
enum class drop_reason : std::uint8_t {
  unknown_address,      // ERR-1, ERR-2, ERR-5, ERR-6, ERR-16: nothing is registered there
  external_address,     // ERR-12, ERR-13: a transport address that nobody resolved
  not_a_consumer,       // ERR-7: flow control
  outgoing_denied,      // ERR-3
  incoming_denied,      // ERR-4
  access_control_error, // the control itself failed
  worker_gone,          // was queued when the worker ended
  mailbox_full,         // a blocking endpoint's queue
  pending_bytes_full,   // output of a connection
  message_too_large,    // ERR-11
  connection_closed,    // ERR-9, ERR-10: queued, but never written
  too_many_steps,       // loops
  heartbeat,            // ERR-8: from the wire, without an onward route
  undecodable,    // bytes of one message that are none, where the next one can be read all the same
  duplicate,      // a datagram that came again, or too late for its message
  incomplete,     // a message in several datagrams of which not all came in time
  foreign_source, // a datagram from somebody else than the peer
  expired,        // waited for a connection for too long, or its requester had given up
  route_too_long, // a route of too many hops, or an address of too many bytes, out or in
};
inline constexpr std::size_t drop_reason_count = 19;

OCKAM_ACTORS_EXPORT std::string_view to_string(drop_reason reason) noexcept;

/// Dropped messages by their reason.
struct drop_counts {
  std::array<std::uint64_t, drop_reason_count> dropped{};

  [[nodiscard]] std::uint64_t dropped_for(drop_reason reason) const noexcept {
    return dropped[static_cast<std::size_t>(reason)];
  }
  [[nodiscard]] std::uint64_t total_dropped() const noexcept {
    std::uint64_t sum = 0;
    for (auto count : dropped)
      sum += count;
    return sum;
  }
};

/// What a node did since it was made. A snapshot; at any quiet moment
///
///     sent + received == delivered + written + dropped (all reasons) + in flight
struct metrics : drop_counts {
  std::uint64_t sent = 0;      // by workers and endpoints of this node, refused ones included
  std::uint64_t received = 0;  // from connections, heartbeats included
  std::uint64_t delivered = 0; // taken out of a mailbox by a worker or endpoint that was admitted
  std::uint64_t written = 0;   // handed to the operating system by a connection
  std::uint64_t failed = 0;    // of the delivered ones: handler error, exception, undecodable body
  std::uint64_t failed_callbacks = 0; // observers and callbacks of the host that threw something
  std::uint64_t buffer_bytes = 0;     // that the buffers of all connections take now
  std::uint64_t buffer_refusals = 0;  // because of `max_buffer_bytes`

  [[nodiscard]] std::uint64_t in_flight() const noexcept {
    return sent + received - delivered - written - total_dropped();
  }
};

/// What passed through one connection since it was made. A snapshot; at any quiet moment
///
///     accepted == written + lost + waiting
///
/// and the received ones are unhandled, dropped or handled: where no worker passes a message on
/// twice, `received - unhandled - total_dropped()` were handled.
struct connection_metrics : drop_counts { // of received messages, also when workers passed them on
  std::uint64_t received = 0;             // from the peer, heartbeats included
  std::uint64_t unhandled = 0; // of them: in a mailbox, with a worker, or waiting to leave again
  std::uint64_t accepted = 0;  // to the peer: everything that `send` did not refuse
  std::uint64_t written = 0;   // handed to the operating system
  std::uint64_t lost = 0;      // waited, or was being written, when the connection ended or broke
  [[nodiscard]] std::uint64_t waiting() const noexcept { return accepted - written - lost; }
};

} // namespace ockam
