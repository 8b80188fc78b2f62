#pragma once

#include "ockam/protocol/detail/export.hpp"
#include "ockam/protocol/message.hpp"
#include "ockam/protocol/result.hpp"
#include "ockam/protocol/shared_bytes.hpp"

#include <cstddef>
#include <cstdint>

namespace ockam {

/// Message to bytes and back (docs/wire_format.md, "Routing message").
///
///     array of 4
///       array of addresses     onward route
///       array of addresses     return route
///       byte string            payload
///       text string            tracing context, `{}` when there is none
///     address = array of 2
///       unsigned               transport type, up to 255
///       byte string            value
///
/// Pure functions: no state, no I/O, safe from every thread.

/// What a message from the wire may ask of us. Every limit is far above what peers send.
struct decode_limits {
  std::size_t max_route_hops = 1024;      ///< more: errc::route_too_long
  std::size_t max_address_size = 1024;    ///< bytes; longer: errc::address_too_long
  std::size_t max_tracing_context = 4096; ///< bytes; longer: the field is dropped, not the message
  bool operator==(const decode_limits&) const = default;
};

/// Whether a peer with these limits takes the message, whose return route is longer by one hop where
/// it arrives: the connection that it comes through. What is refused is for its sender alone.
///
/// - errc::route_too_long, errc::address_too_long  no peer with these limits takes it
/// @param skip_hops  see `encode_options`
[[nodiscard]] OCKAM_PROTOCOL_EXPORT result<void> check_limits(const message& value,
                                                              const decode_limits& limits,
                                                              std::size_t skip_hops = 0);

/// Whether a message was refused for its routes: it is one, and the next one can be read.
[[nodiscard]] inline bool exceeds_limits(const error& why) noexcept {
  return why == errc::route_too_long || why == errc::address_too_long;
}

/// How "no tracing context" is written. Peers read all three alike.
enum class absent_tracing : std::uint8_t {
  empty_object, ///< the text `{}`, what a default Rust node writes; accepted by every peer
  null,         ///< an explicit null; accepted by every peer
  omitted,      ///< an array of three; Elixir nodes refuse it
};

/// Reads one message; `frame` is the body of a frame, or a whole datagram.
///
/// The payload shares the memory of `frame`. Allocates the message, and a route only when it has
/// more than 72 bytes: at most 8 bytes of heap a byte of input, plus a small constant. Bytes behind
/// the message are ignored, and so are array elements that are not known. An empty onward route is
/// a heartbeat; that is for the caller to notice.
///
/// - errc::truncated, errc::type_mismatch, errc::missing_field, errc::integer_out_of_range,
///   errc::invalid_utf8, errc::nesting_too_deep  the bytes are no routing message
/// - errc::route_too_long, errc::address_too_long  above `limits`
[[nodiscard]] OCKAM_PROTOCOL_EXPORT result<message> decode_message(shared_bytes frame,
                                                                   const decode_limits& limits
                                                                   = {});

/// What is written of a message.
struct encode_options {
  /// Addresses at the front of the onward route that are not written: a connection's own does not
  /// leave the node. More than there are: all.
  std::size_t skip_hops = 0;

  absent_tracing when_absent = absent_tracing::empty_object;
};

/// Number of bytes `encode_message` writes.
[[nodiscard]] OCKAM_PROTOCOL_EXPORT std::size_t encoded_size(const message& value,
                                                             encode_options options = {}) noexcept;

/// Writes `encoded_size(value, options)` bytes in canonical form and returns the position behind them.
/// Local info stays here.
OCKAM_PROTOCOL_EXPORT std::uint8_t* encode_message(const message& value, std::uint8_t* to,
                                                   encode_options options = {}) noexcept;

/// The same, into bytes of its own.
[[nodiscard]] OCKAM_PROTOCOL_EXPORT bytes encode_message(const message& value,
                                                         encode_options options = {});

// -- in two pieces, for a payload that is sent from where it is ------------------------------------

/// Everything up to and including the head of the payload: head, payload, tail are the message.
[[nodiscard]] OCKAM_PROTOCOL_EXPORT std::size_t encoded_head_size(const message& value,
                                                                  encode_options options
                                                                  = {}) noexcept;
OCKAM_PROTOCOL_EXPORT std::uint8_t* encode_message_head(const message& value, std::uint8_t* to,
                                                        encode_options options = {}) noexcept;

/// The tracing context, the only thing behind the payload.
[[nodiscard]] OCKAM_PROTOCOL_EXPORT std::size_t encoded_tail_size(const message& value,
                                                                  encode_options options
                                                                  = {}) noexcept;
OCKAM_PROTOCOL_EXPORT std::uint8_t* encode_message_tail(const message& value, std::uint8_t* to,
                                                        encode_options options = {}) noexcept;

// -- the older form, still spoken over WebSocket, UDS and BLE --------------------------------------

/// Reads a message in BARE form (docs/wire_format.md, "BARE routing message").
///
/// The version byte is not looked at and a malformed tracing context is no tracing context, as in
/// the reference. Shares memory, limits and errors with `decode_message`; also
/// - errc::varint_overflow  a length of more than 64 bits
[[nodiscard]] OCKAM_PROTOCOL_EXPORT result<message> decode_bare_message(shared_bytes frame,
                                                                        const decode_limits& limits
                                                                        = {});

/// @param version  readers ignore it; 1 is what the reference writes.
[[nodiscard]] OCKAM_PROTOCOL_EXPORT bytes encode_bare_message(const message& value,
                                                              encode_options options = {},
                                                              std::uint8_t version = 1);

// -- either form, for code that serves transports of both ------------------------------------------

/// One form of a message: the functions above.
struct message_form {
  using measure = std::size_t (*)(const message& value, encode_options options) noexcept;
  using write = std::uint8_t* (*) (const message& value, std::uint8_t* to,
                                   encode_options options) noexcept;

  result<message> (*decode)(shared_bytes frame, const decode_limits& limits);

  measure size;
  write encode;

  // head, payload, tail are the message
  measure head_size;
  write encode_head;
  measure tail_size;
  write encode_tail;
};

OCKAM_PROTOCOL_EXPORT extern const message_form cbor_form; ///< TCP and UDP
OCKAM_PROTOCOL_EXPORT extern const message_form bare_form; ///< WebSocket and Unix sockets

} // namespace ockam
