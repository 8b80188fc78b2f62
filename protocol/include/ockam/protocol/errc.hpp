#pragma once

#include "ockam/protocol/detail/export.hpp"

#include <cstdint>
#include <string_view>
#include <system_error>

namespace ockam {

/// Everything that can be wrong with bytes, addresses, routes, messages and nodes.
///
/// The first group reports bytes and text (docs/wire_format.md, "Errors"), the second what a node
/// answers. Socket errors keep the `std::error_code` of the system.
enum class errc : std::uint8_t {
  // bytes and text
  unsupported_protocol_version = 1,
  frame_too_large,
  truncated,
  type_mismatch,
  integer_out_of_range,
  missing_field,
  invalid_utf8,
  unknown_variant,
  nesting_too_deep,
  varint_overflow,
  message_too_large,
  multiple_separators,
  invalid_type,
  empty_route,
  invalid_value,
  route_too_long,
  address_too_long,
  // nodes
  not_found,
  already_exists,
  not_own_address,
  access_denied,
  timeout,
  resource_exhausted,
  shutting_down,
  initialization_failed,
  handler_failed,
  cancelled,
  unsupported,
  only_one_transport_hop,
  unknown_transport,
  closed_by_peer,
  connection_closed,
  remote,
  misuse,
  internal,
};

/// Where an error comes from (numbers as the reference implementation prints them).
enum class error_origin : std::uint8_t {
  unknown = 0,
  transport = 3,
  node = 4,
  core = 10,
  other = 13,
};

/// What an error means to a caller (numbers as the reference implementation prints them).
enum class error_kind : std::uint8_t {
  unknown = 0,
  internal = 1,
  invalid = 2,
  unsupported = 3,
  not_found = 4,
  already_exists = 5,
  resource_exhausted = 6,
  misuse = 7,
  cancelled = 8,
  shutdown = 9,
  timeout = 10,
  conflict = 11,
  serialization = 12,
  parse = 13,
  io = 14,
  protocol = 15,
  other = 16,
  not_ready = 17,
};

/// The identifier as written above, e.g. "frame_too_large".
OCKAM_PROTOCOL_EXPORT std::string_view to_string(errc code) noexcept;

OCKAM_PROTOCOL_EXPORT std::error_code make_error_code(errc code) noexcept;

} // namespace ockam

template <>
struct std::is_error_code_enum<ockam::errc> : std::true_type {};
