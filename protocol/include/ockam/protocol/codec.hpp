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

/// Limits for messages from the wire, far above what peers send.
struct decode_limits {
  std::size_t max_route_hops = 1024;      ///< more: errc::route_too_long
  std::size_t max_address_size = 1024;    ///< bytes; longer: errc::address_too_long
  std::size_t max_tracing_context = 4096; ///< bytes; longer: the field is dropped, not the message
  bool operator==(const decode_limits&) const = default;
};

/// Checks a message against the limits of its receiver, where the return route is one hop longer:
/// the receiving connection puts itself in front.
///
/// - errc::route_too_long, errc::address_too_long  a peer with these limits refuses the message
/// @param skip_hops  see `encode_options`
[[nodiscard]] OCKAM_PROTOCOL_EXPORT result<void> check_limits(const message& value,
                                                              const decode_limits& limits,
                                                              std::size_t skip_hops = 0);

/// Whether a message was refused for its routes alone: the stream stays usable.
[[nodiscard]] inline bool exceeds_limits(const error& why) noexcept {
  return why == errc::route_too_long || why == errc::address_too_long;
}

/// The encoding of an absent tracing context.
enum class absent_tracing : std::uint8_t {
  empty_object, ///< the text `{}`, what a default Rust node writes; accepted by every peer
  null,         ///< an explicit null; accepted by every peer
  omitted,      ///< an array of three; Elixir nodes refuse it
};

/// Reads one message; `frame` is the body of a frame, or a reassembled datagram.
///
/// The payload shares the memory of `frame`. Allocates the message, and a route only when it has
/// more than 72 bytes: at most 8 bytes of heap per byte of input, plus a small constant. Trailing
/// bytes and unknown array elements are ignored. The caller checks for heartbeats: messages with an
/// empty onward route.
///
/// - errc::truncated, errc::type_mismatch, errc::missing_field, errc::integer_out_of_range,
///   errc::invalid_utf8, errc::nesting_too_deep  the bytes are not a routing message
/// - errc::route_too_long, errc::address_too_long  above `limits`
[[nodiscard]] OCKAM_PROTOCOL_EXPORT result<message> decode_message(shared_bytes frame,
                                                                   const decode_limits& limits
                                                                   = {});

/// Which parts of a message are written, and in which form.
struct encode_options {
  /// Leading addresses of the onward route to leave out, such as the address of the connection
  /// itself. A number above the length of the route leaves out all.
  std::size_t skip_hops = 0;

  absent_tracing when_absent = absent_tracing::empty_object;
};

/// The number of bytes that `encode_message` writes.
[[nodiscard]] OCKAM_PROTOCOL_EXPORT std::size_t encoded_size(const message& value,
                                                             encode_options options = {}) noexcept;

/// Writes `encoded_size(value, options)` bytes in canonical form and returns the position behind
/// them. Local info is not written.
OCKAM_PROTOCOL_EXPORT std::uint8_t* encode_message(const message& value, std::uint8_t* to,
                                                   encode_options options = {}) noexcept;

/// As above, into new memory.
[[nodiscard]] OCKAM_PROTOCOL_EXPORT bytes encode_message(const message& value,
                                                         encode_options options = {});

// -- head and tail alone, for payloads that are sent without a copy --------------------------------

/// Everything in front of the bytes of the payload. A message is head, payload, tail.
[[nodiscard]] OCKAM_PROTOCOL_EXPORT std::size_t encoded_head_size(const message& value,
                                                                  encode_options options
                                                                  = {}) noexcept;
OCKAM_PROTOCOL_EXPORT std::uint8_t* encode_message_head(const message& value, std::uint8_t* to,
                                                        encode_options options = {}) noexcept;

/// Everything behind the payload: the tracing context.
[[nodiscard]] OCKAM_PROTOCOL_EXPORT std::size_t encoded_tail_size(const message& value,
                                                                  encode_options options
                                                                  = {}) noexcept;
OCKAM_PROTOCOL_EXPORT std::uint8_t* encode_message_tail(const message& value, std::uint8_t* to,
                                                        encode_options options = {}) noexcept;

// -- the older form, used over WebSocket, UDS and BLE ----------------------------------------------

/// Reads a message in BARE form (docs/wire_format.md, "BARE routing message").
///
/// As in the reference, the version byte is ignored and a malformed tracing context counts as
/// absent. Memory, limits and errors are those of `decode_message`; also
/// - errc::varint_overflow  a length of more than 64 bits
[[nodiscard]] OCKAM_PROTOCOL_EXPORT result<message> decode_bare_message(shared_bytes frame,
                                                                        const decode_limits& limits
                                                                        = {});

/// @param version  readers ignore it; 1 is what the reference writes.
[[nodiscard]] OCKAM_PROTOCOL_EXPORT bytes encode_bare_message(const message& value,
                                                              encode_options options = {},
                                                              std::uint8_t version = 1);

// -- a table of either form, for code that serves transports of both -------------------------------

/// The functions above for one form of a message.
struct message_form {
  using measure = std::size_t (*)(const message& value, encode_options options) noexcept;
  using write = std::uint8_t* (*) (const message& value, std::uint8_t* to,
                                   encode_options options) noexcept;

  result<message> (*decode)(shared_bytes frame, const decode_limits& limits);

  measure size;
  write encode;

  measure head_size;
  write encode_head;
  measure tail_size;
  write encode_tail;
};

OCKAM_PROTOCOL_EXPORT extern const message_form cbor_form; ///< TCP and UDP
OCKAM_PROTOCOL_EXPORT extern const message_form bare_form; ///< WebSocket and Unix sockets

} // namespace ockam
