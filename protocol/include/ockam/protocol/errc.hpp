#pragma once

#include "ockam/protocol/detail/export.hpp"

#include <cstdint>
#include <string_view>
#include <system_error>

namespace ockam {

/// What went wrong with bytes, addresses, routes, messages and nodes. Socket errors keep the
/// `std::error_code` of the operating system.
enum class errc : std::uint8_t {
  // bytes and text (docs/wire_format.md, "Errors")
  unsupported_protocol_version = 1, ///< the peer speaks another version of the wire format
  frame_too_large,                  ///< a frame exceeds `max_frame_size` of its receiver
  truncated,                        ///< the input ends inside a value
  type_mismatch,                    ///< a CBOR item or a body is of another type
  integer_out_of_range,             ///< an integer does not fit its type
  missing_field,                    ///< an array has fewer items than the value needs
  invalid_utf8,                     ///< a text is not UTF-8
  unknown_variant,                  ///< a tag of a union or an enumeration is not known
  nesting_too_deep,                 ///< values are nested deeper than the limit
  varint_overflow,                  ///< a variable-length integer has more than 64 bits
  message_too_large,                ///< a message exceeds what its connection can send
  multiple_separators,              ///< an address has more than one `#`
  invalid_type,                     ///< the type of an address is not a number from 0 to 255
  empty_route,                      ///< a route without an address
  invalid_value,                    ///< a value that its option, field or text cannot have
  route_too_long,                   ///< a route has more hops than `max_route_hops`
  address_too_long,                 ///< an address has more bytes than `max_address_size`
  // nodes
  not_found,              ///< nothing is registered at an address
  already_exists,         ///< an address or a name is taken
  not_own_address,        ///< the address belongs to another worker
  access_denied,          ///< an access control refused the message
  timeout,                ///< no answer, connection or progress within a limit
  resource_exhausted,     ///< a queue, a limit or the memory is full; a later attempt may succeed
  shutting_down,          ///< the node or the transport is stopping
  initialization_failed,  ///< `initialize` of a worker failed
  handler_failed,         ///< the handler of a message failed or threw
  cancelled,              ///< the caller cancelled the operation, or its owner is gone
  unsupported,            ///< the operation does not exist here
  only_one_transport_hop, ///< a route to be resolved has more than one transport address
  unknown_transport,      ///< no transport of the node serves this type of address
  closed_by_peer,         ///< the peer closed the connection
  connection_closed,      ///< the connection has ended; `cause` has the reason
  remote,                 ///< the other side reports an error; `cause` has its code
  misuse,                 ///< a call with arguments or in a state that it does not allow
  missing_address,        ///< a worker was to start without an address
  unresolved_address,     ///< a route begins with a transport address and no connection leads there
  not_encodable,          ///< a body has a value that its encoding cannot express
  node_stopped,           ///< the node has stopped
  internal,               ///< a defect of this library or of the types of a caller
};

/// Where an error comes from (numbers as the reference implementation prints them).
enum class error_origin : std::uint8_t {
  unknown = 0,
  transport = 3, ///< connections, frames and datagrams
  node = 4,      ///< workers, routing and requests
  core = 10,     ///< addresses, routes and encodings
  other = 13,    ///< outside the library
};

/// What an error means to a caller (numbers as the reference implementation prints them).
enum class error_kind : std::uint8_t {
  unknown = 0,
  internal = 1,           ///< the node cannot do what is asked of it, or has a defect
  invalid = 2,            ///< an argument or a message that is not admitted
  unsupported = 3,        ///< not implemented there
  not_found = 4,          ///< no such address, name or transport
  already_exists = 5,     ///< the address or name is taken
  resource_exhausted = 6, ///< a limit is reached; a later attempt may succeed
  misuse = 7,             ///< the call is wrong: repeating it does not help
  cancelled = 8,          ///< given up on request
  shutdown = 9,           ///< the node, transport or connection has ended
  timeout = 10,           ///< not done within its limit
  conflict = 11,          ///< the state of the other side does not allow it
  serialization = 12,     ///< bytes that are no value of the expected type
  parse = 13,             ///< text that is no value of the expected type
  io = 14,                ///< an error of the operating system
  protocol = 15,          ///< the peer violates the protocol
  other = 16,             ///< none of these, such as a failed handler
  not_ready = 17,         ///< it has not started successfully
};

/// The identifier as written above, e.g. "frame_too_large".
[[nodiscard]] OCKAM_PROTOCOL_EXPORT std::string_view to_string(errc code) noexcept;

[[nodiscard]] OCKAM_PROTOCOL_EXPORT std::error_code make_error_code(errc code) noexcept;

} // namespace ockam

template <>
struct std::is_error_code_enum<ockam::errc> : std::true_type {};
