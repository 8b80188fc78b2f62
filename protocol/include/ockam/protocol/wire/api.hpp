#pragma once

#include "ockam/protocol/detail/export.hpp"
#include "ockam/protocol/payload.hpp"
#include "ockam/protocol/result.hpp"
#include "ockam/protocol/shared_bytes.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Requests to the management services of a node and their responses (docs/wire_format.md, "API
/// headers").
///
///     request   map  1: id u32, 2: path text, 3: method?, 4: has_body bool      then the body
///     response  map  1: id u32, 2: re u32, 3: status?, 4: has_body bool         then the body
///     error     map  1: path?, 2: method?, 3: message?, 4: cause? (an error)
///
/// Header and body are one CBOR item each. In a payload both together are BARE data, which
/// `encode_payload` and `decode_payload` of a request or response do.
namespace ockam::api {

/// The method of a request, with the meanings of HTTP. The numbers are those on the wire.
enum class method : std::uint8_t {
  get = 0, ///< reads
  post,    ///< creates
  put,     ///< creates or replaces
  del,     ///< deletes
  patch,   ///< changes a part
};

/// The outcome of a request, with the numbers and meanings of HTTP.
enum class status : std::uint16_t {
  ok = 200,                    ///< done; the body is the result
  bad_request = 400,           ///< the request is malformed
  unauthorized = 401,          ///< the requester is not authenticated
  forbidden = 403,             ///< the requester lacks the permission
  not_found = 404,             ///< the path names nothing
  method_not_allowed = 405,    ///< the path does not support the method
  request_timeout = 408,       ///< the request took too long
  conflict = 409,              ///< the request contradicts the current state
  internal_server_error = 500, ///< the service failed
  not_implemented = 501,       ///< the service does not support the operation
};

/// A request: path, method and body.
struct request {
  std::uint32_t id = 0; ///< random, not zero
  std::string path;
  std::optional<api::method> method;
  shared_bytes body; ///< one CBOR item; empty without a body

  bool operator==(const request&) const = default;
};

/// The response to one request.
struct response {
  std::uint32_t id = 0; ///< random
  std::uint32_t re = 0; ///< id of the request, 0 when unknown
  std::optional<api::status> status;
  shared_bytes body; ///< one CBOR item; empty without a body

  bool operator==(const response&) const = default;
};

/// The body of a response that reports a failure.
struct error_body {
  std::optional<std::string> path;
  std::optional<api::method> method;
  std::optional<std::string> message;
  std::vector<error_body> cause; ///< none or one

  bool operator==(const error_body&) const = default;
};

/// Header and body as canonical CBOR.
///
/// - errc::invalid_utf8      text that is not UTF-8
/// - errc::nesting_too_deep  more than max_nesting nested causes
[[nodiscard]] OCKAM_PROTOCOL_EXPORT result<shared_bytes> encode(const request& value);
[[nodiscard]] OCKAM_PROTOCOL_EXPORT result<shared_bytes> encode(const response& value);
[[nodiscard]] OCKAM_PROTOCOL_EXPORT result<shared_bytes> encode(const error_body& value);

/// Accepts map keys in any order and skips unknown ones; a body shares the memory of `cbor`.
///
/// - errc::unknown_variant   a method or status not listed above
/// - errc::missing_field     a header without id, path, re or has_body
/// - errc::nesting_too_deep  more than max_nesting nested causes
/// - errc::truncated, errc::type_mismatch, errc::integer_out_of_range, errc::invalid_utf8
[[nodiscard]] OCKAM_PROTOCOL_EXPORT result<request> decode_request(const shared_bytes& cbor);
[[nodiscard]] OCKAM_PROTOCOL_EXPORT result<response> decode_response(const shared_bytes& cbor);

/// Text in place of the map counts as an error with that message.
[[nodiscard]] OCKAM_PROTOCOL_EXPORT result<error_body> decode_error(const shared_bytes& cbor);

} // namespace ockam::api

template <>
struct OCKAM_PROTOCOL_EXPORT ockam::payload_codec<ockam::api::request> {
  static void write(bare_writer& out, const api::request& value);
  static api::request read(bare_reader& in);
};

template <>
struct OCKAM_PROTOCOL_EXPORT ockam::payload_codec<ockam::api::response> {
  static void write(bare_writer& out, const api::response& value);
  static api::response read(bare_reader& in);
};
