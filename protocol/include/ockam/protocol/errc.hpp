#pragma once

#include "ockam/protocol/detail/export.hpp"

#include <cstdint>
#include <string_view>
#include <system_error>

namespace ockam {

/// Everything that can be wrong with bytes, addresses, routes, messages and nodes.
///
/// The first group is about bytes and text (docs/wire_format.md, "Errors"), the second about nodes.
/// Socket errors keep the `std::error_code` of the system.
enum class errc : std::uint8_t {
  // bytes and text
  /// The peer speaks another version of the stream protocol.
  unsupported_protocol_version = 1,
  /// A frame or datagram is longer than the receiver accepts.
  frame_too_large,
  /// The input ends inside a value.
  truncated,
  /// A value of another CBOR type was expected.
  type_mismatch,
  /// A number does not fit into its type, or is not a Unicode scalar value.
  integer_out_of_range,
  /// An array or map lacks a required element.
  missing_field,
  /// Text is not well-formed UTF-8.
  invalid_utf8,
  /// A bool, an enum, a union or a protocol has no such value.
  unknown_variant,
  /// Values are nested deeper than `max_nesting`.
  nesting_too_deep,
  /// A varint has more than 64 bits.
  varint_overflow,
  /// A message to be sent is larger than its transport can carry.
  message_too_large,
  /// The text of an address has more than one `#`.
  multiple_separators,
  /// The part of an address before `#` is not a decimal number up to 255.
  invalid_type,
  /// An address is needed and the route has none.
  empty_route,
  /// Text, an option or a request is malformed.
  invalid_value,
  /// A route has more hops than the receiver accepts.
  route_too_long,
  /// An address has more bytes than the receiver accepts.
  address_too_long,
  // nodes
  /// No worker, endpoint, connection or listener has this address, or it has ended.
  not_found,
  /// The address or the name is taken.
  already_exists,
  /// A worker can only send from its own addresses.
  not_own_address,
  /// Access control denies the message.
  access_denied,
  /// The time limit of the call has passed.
  timeout,
  /// A limit of memory, of queued messages or of connections is reached.
  resource_exhausted,
  /// The node or the transport is stopping.
  shutting_down,
  /// The `initialize` of a worker failed.
  initialization_failed,
  /// The handler of a worker failed.
  handler_failed,
  /// The operation was given up before it was complete.
  cancelled,
  /// The operation is not available here.
  unsupported,
  /// A route has more than one transport address.
  only_one_transport_hop,
  /// No transport of the node understands this type of address.
  unknown_transport,
  /// The peer closed the connection.
  closed_by_peer,
  /// The connection is closed; `error::cause` holds the reason.
  connection_closed,
  /// The other side answered with an error; `error::cause` holds its code.
  remote,
  /// A call that is wrong by itself, whatever the state of the node.
  misuse,
  /// The node has stopped.
  node_stopped,
  /// No address was given; at least one is needed.
  missing_address,
  /// A transport address comes first in a route and no connection was made to it.
  unresolved_address,
  /// The body cannot be encoded; nothing was sent.
  not_encodable,
  /// A failure inside the library or one of its extensions.
  internal,
};

/// The layer an error comes from (numbers as the reference implementation prints them).
enum class error_origin : std::uint8_t {
  unknown = 0,   ///< not stated
  transport = 3, ///< connections, sockets, frames and datagrams
  node = 4,      ///< routing, workers and requests
  core = 10,     ///< addresses, routes and encoding
  other = 13,    ///< outside the library
};

/// What an error means to a caller (numbers as the reference implementation prints them).
enum class error_kind : std::uint8_t {
  unknown = 0,            ///< Not stated.
  internal = 1,           ///< The node cannot do what was asked; the request may be right.
  invalid = 2,            ///< The request is wrong or not permitted.
  unsupported = 3,        ///< The operation is not available here.
  not_found = 4,          ///< What the request names does not exist.
  already_exists = 5,     ///< The name is taken.
  resource_exhausted = 6, ///< A limit is reached; a later attempt may succeed.
  misuse = 7,             ///< The caller broke the contract of the function.
  cancelled = 8,          ///< The operation was given up.
  shutdown = 9,           ///< The node, the transport or the connection ends.
  timeout = 10,           ///< The time limit has passed.
  conflict = 11,          ///< The request contradicts the current state.
  serialization = 12,     ///< Bytes do not decode, or a value does not encode.
  parse = 13,             ///< Text is malformed.
  io = 14,                ///< The operating system reports an error.
  protocol = 15,          ///< The peer breaks the protocol.
  other = 16,             ///< None of these.
  not_ready = 17,         ///< Not started yet, or the start failed.
};

/// The identifier as written above, e.g. "frame_too_large".
[[nodiscard]] OCKAM_PROTOCOL_EXPORT std::string_view to_string(errc code) noexcept;

[[nodiscard]] OCKAM_PROTOCOL_EXPORT std::error_code make_error_code(errc code) noexcept;

} // namespace ockam

template <>
struct std::is_error_code_enum<ockam::errc> : std::true_type {};
