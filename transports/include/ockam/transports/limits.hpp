#pragma once

#include "ockam/protocol/codec.hpp"
#include "ockam/protocol/frame.hpp"

#include <chrono>
#include <cstddef>

namespace ockam {

/// What one connection may cost, the same for every transport that carries a stream of frames.
///
/// Each limit is named in the error it causes. Nothing is reserved in advance.
struct connection_limits {
  std::size_t max_frame_size = default_max_frame_size; ///< bytes of one encoded message, both ways
  decode_limits message{};                             ///< hops, addresses, tracing context

  /// Output that waits, in bytes. Above it `send` fails with errc::resource_exhausted for messages
  /// made in this node; one message always fits into an empty queue. What is passed on from other
  /// connections is bounded by their credit instead.
  std::size_t max_pending_bytes = 8u << 20;

  /// Received messages, or their bytes, that are not handled yet; then reading pauses.
  std::size_t credit_messages = 1'024;
  std::size_t credit_bytes = 4u << 20;

  std::chrono::milliseconds handshake_timeout{5'000}; ///< for the peer's version byte
  std::chrono::milliseconds frame_timeout{30'000};    ///< for the rest of a frame that has begun
  std::chrono::milliseconds write_deadline{10'000};   ///< without any progress
  std::chrono::milliseconds idle_timeout{0};          ///< without any byte from the peer; 0 is off

  bool operator==(const connection_limits&) const = default;
};

/// Connecting again when a connection is lost; its address stays valid meanwhile (DEC-12).
///
/// What is sent while there is no socket waits, up to `max_pending_bytes`; what was being written is
/// lost, and counted. `disconnect` ends it for good.
struct reconnect_policy {
  std::chrono::milliseconds first{100};     ///< before the first attempt, then doubling
  std::chrono::milliseconds longest{5'000}; ///< each one varied by up to 20 %
};

} // namespace ockam
