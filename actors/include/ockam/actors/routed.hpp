#pragma once

#include "ockam/actors/detail/routed_message.hpp"
#include "ockam/protocol/payload.hpp"

namespace ockam {

/// A message on its arrival, with a body of type `T`.
///
/// The body is decoded when asked for, so a payload of another type is an error of the handler that
/// asks, not of routing.
template <class T>
class routed : public routed_message {
public:
  using body_type = T;

  explicit routed(routed_message content) noexcept : routed_message{std::move(content)} {}

  /// The decoded body; throws `failure` when the payload is not a `T`.
  [[nodiscard]] T body() const { return value_or_throw(try_body()); }

  /// The decoded body, or why there is none.
  [[nodiscard]] result<T> try_body() const { return decode_payload<T>(payload()); }
};

} // namespace ockam
