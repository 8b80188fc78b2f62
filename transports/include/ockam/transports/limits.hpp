#pragma once

#include "ockam/protocol/codec.hpp"
#include "ockam/protocol/wire/frame.hpp"

#include <chrono>
#include <cstddef>

namespace ockam {

/// Limits of one connection, the same in every transport.
///
/// The error of a limit names it. Nothing is reserved in advance.
struct connection_limits {
  std::size_t max_frame_size = default_max_frame_size; ///< bytes of one encoded message, both ways
  decode_limits decode{};                              ///< hops, addresses, tracing context

  /// Bytes of queued output. Above it `send` fails with errc::resource_exhausted for messages of this
  /// node; one message always fits into an empty queue. Messages of another connection are bounded by
  /// its credit instead. Messages sent while a message of a connection is handled, such as its answer,
  /// are never refused: above this limit that connection is not read, and its messages are not handled,
  /// until half of the answers are written.
  std::size_t max_pending_bytes = 8u << 20;

  /// Unhandled received messages, and their bytes; likewise of the messages between workers that those
  /// have led to. Beyond, reading pauses.
  std::size_t max_unhandled_messages = 1'024;
  std::size_t max_unhandled_bytes = 4u << 20;

  std::chrono::milliseconds handshake_timeout{5'000}; ///< for the peer's version byte
  std::chrono::milliseconds frame_timeout{30'000};    ///< for the rest of a frame that has begun
  std::chrono::milliseconds write_timeout{10'000};    ///< without progress of the output
  std::chrono::milliseconds idle_timeout{0};          ///< without any byte either way; 0 is off

  bool operator==(const connection_limits&) const = default;
};

/// Connects again when a connection is lost; its address stays valid meanwhile.
///
/// Messages sent before there is a socket, and a version byte of the peer, are queued, up to
/// `max_pending_bytes` and for `keep_for`; those being written are lost. The pauses begin anew when a
/// frame has come, or the connection has lasted for `longest`. Written requests end with
/// errc::connection_closed at once, queued ones when they expire. Every loss is counted.
/// `connection::close` ends the attempts for good.
struct reconnect_policy {
  std::chrono::milliseconds first{100};     ///< before the first attempt, then doubling
  std::chrono::milliseconds longest{5'000}; ///< each one varied by up to 20 %

  /// How long a message is queued, to about 50 ms; then it is dropped as `expired`. 0 refuses messages
  /// while there is no connection.
  std::chrono::milliseconds keep_for{1'000};
};

} // namespace ockam
