#pragma once

#include "ockam/protocol/codec.hpp"
#include "ockam/protocol/wire/frame.hpp"

#include <chrono>
#include <cstddef>

namespace ockam {

/// What one connection may cost, the same for every transport that carries a stream of frames.
///
/// Each limit is named in the error it causes. Nothing is reserved in advance.
struct connection_limits {
  std::size_t max_frame_size = default_max_frame_size; ///< bytes of one encoded message, both ways
  decode_limits decode{};                              ///< hops, addresses, tracing context

  /// Output that waits, in bytes. Above it `send` fails with errc::resource_exhausted for messages
  /// that this node sends of its own accord; one message always fits into an empty queue. What is
  /// passed on from a connection is bounded by its credit instead. What is sent while a message of a
  /// connection is handled, such as its answer, is never refused: above this limit that connection is
  /// not read, and its messages are not handled, until half of the answers is written.
  std::size_t max_pending_bytes = 8u << 20;

  /// Received messages, or their bytes, that are not handled yet, and likewise messages between
  /// workers that those have led to; then reading pauses.
  std::size_t max_unhandled_messages = 1'024;
  std::size_t max_unhandled_bytes = 4u << 20;

  std::chrono::milliseconds handshake_timeout{5'000}; ///< for the peer's version byte
  std::chrono::milliseconds frame_timeout{30'000};    ///< for the rest of a frame that has begun
  std::chrono::milliseconds write_timeout{10'000};    ///< without any progress
  std::chrono::milliseconds idle_timeout{0};          ///< without any byte either way; 0 is off

  bool operator==(const connection_limits&) const = default;
};

/// Connecting again when a connection is lost; its address stays valid meanwhile.
///
/// What is sent while there is no socket, or the peer has not shown its version byte, waits, up to
/// `max_pending_bytes` and for `keep_for`; what was being written is lost. The pauses begin anew when a
/// frame has come, or the connection has lasted for `longest`. Requests that were written end with
/// errc::connection_closed at once, others when they have waited for too long. All of it is counted.
/// `close` ends it for good.
struct reconnect_policy {
  std::chrono::milliseconds first{100};     ///< before the first attempt, then doubling
  std::chrono::milliseconds longest{5'000}; ///< each one varied by up to 20 %

  /// How long a message waits for the connection, to about 50 ms; then it is dropped as `expired`. 0
  /// refuses messages while there is no connection.
  std::chrono::milliseconds keep_for{1'000};
};

} // namespace ockam
