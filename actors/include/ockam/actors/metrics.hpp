#pragma once

#include "ockam/actors/detail/export.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ockam {

/// Why a message was not handled. A drop has exactly one reason.
enum class drop_reason : std::uint8_t {
  unknown_address,  // nothing is registered there
  external_address, // a transport address that was not resolved
  not_a_consumer,   // flow control
  outgoing_denied,
  incoming_denied,
  access_control_error, // the control itself failed
  worker_gone,          // was queued when the worker ended
  mailbox_full,         // a blocking endpoint's queue
  pending_bytes_full,   // output of a connection
  message_too_large,
  connection_closed, // queued, but never written
  too_many_steps,    // loops
  heartbeat,         // from the wire, without an onward route
  undecodable,       // bytes that are no message, between readable ones
  duplicate,         // a datagram that arrived again, or too late for its message
  incomplete,        // a fragmented message whose datagrams did not all arrive in time
  foreign_source,    // a datagram from another source than the peer
  expired,           // queued too long for a connection, or its requester had given up
  route_too_long,    // too many hops, or too many bytes in an address; sent or received
  last = route_too_long,
};
inline constexpr std::size_t drop_reason_count = static_cast<std::size_t>(drop_reason::last) + 1;

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

/// Counters of a node since its construction. A snapshot; at any quiet moment
///
///     sent + received == delivered + written + dropped (all reasons) + in flight
struct metrics : drop_counts {
  std::uint64_t sent = 0;      // by workers and endpoints, refused messages included
  std::uint64_t received = 0;  // from connections, heartbeats included
  std::uint64_t delivered = 0; // taken out of a mailbox by a worker or endpoint that was admitted
  std::uint64_t written = 0;   // handed to the operating system by a connection
  std::uint64_t failed = 0;    // of the delivered ones: handler error, exception, undecodable body
  std::uint64_t failed_callbacks = 0; // observers and callbacks of the host that threw
  std::uint64_t buffer_bytes = 0;     // in the buffers of all connections now
  std::uint64_t buffer_refusals = 0;  // because of `max_buffer_bytes`

  [[nodiscard]] std::uint64_t in_flight() const noexcept {
    return sent + received - delivered - written - total_dropped();
  }
};

/// Counters of one connection since it was made. A snapshot; at any quiet moment
///
///     accepted == written + lost + waiting
///
/// A received message is unhandled, dropped or handled. When no worker forwards a message twice,
/// `received - unhandled - total_dropped()` were handled.
struct connection_metrics : drop_counts { // of received messages, also when workers passed them on
  std::uint64_t received = 0;             // from the peer, heartbeats included
  std::uint64_t unhandled = 0; // of them: in a mailbox, with a worker, or waiting to leave again
  std::uint64_t accepted = 0;  // to the peer: all messages that `send` did not refuse
  std::uint64_t written = 0;   // handed to the operating system
  std::uint64_t lost = 0;      // queued or half written when the connection ended or broke
  [[nodiscard]] std::uint64_t waiting() const noexcept { return accepted - written - lost; }
};

} // namespace ockam
