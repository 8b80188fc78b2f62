#pragma once

#include "ockam/actors/detail/routed_message.hpp"
#include "ockam/protocol/payload.hpp"

#include <type_traits>
#include <utility>

namespace ockam {

namespace internal {

/// `encode_payload` of a body that a caller sends.
template <class T>
result<shared_bytes> encode_body(const T& body) {
  static_assert(payload_writable<T> || std::is_convertible_v<const T&, const char*>,
                "this type of body has no payload codec; declare bare_fields for it, see "
                "docs/write_a_payload_type.md");
  return encode_payload(body);
}

} // namespace internal

/// A message on its arrival, with a body of type `T`.
///
/// The body is decoded on request, so a payload of another type is an error of the handler, not of
/// routing.
template <class T>
class routed : public routed_message {
public:
  using body_type = T;

  explicit routed(routed_message content) noexcept : routed_message{std::move(content)} {}

  /// The decoded body; throws `failure` when the payload is not a `T`.
  [[nodiscard]] T body() const { return value_or_throw(try_body()); }

  /// The decoded body, or why there is none.
  [[nodiscard]] result<T> try_body() const {
    static_assert(payload_readable<T>,
                  "this type of body has no payload codec; declare bare_fields "
                  "for it, see docs/write_a_payload_type.md");
    return decode_payload<T>(payload());
  }
};

} // namespace ockam
