#pragma once

#include "ockam/protocol/payload_codec.hpp"
#include "ockam/protocol/result.hpp"
#include "ockam/protocol/shared_bytes.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace ockam {

/// The bytes of the payload in both directions, without a length in front.
struct raw_body {
  shared_bytes data;
  bool operator==(const raw_body&) const = default;
};

/// Accepts every payload when received; an empty payload when sent.
struct any_body {
  shared_bytes data;
  bool operator==(const any_body&) const = default;
};

/// Encodes a body into memory of its exact size.
///
/// - the errors of its parts, for instance errc::invalid_utf8, errc::nesting_too_deep
template <payload_writable T>
[[nodiscard]] result<shared_bytes> encode_payload(const T& body) {
  if constexpr (std::same_as<T, raw_body>) {
    return body.data;
  } else {
    bare_writer counted;
    write_field(counted, body);
    if (!counted.ok())
      return fail(counted.error());
    std::optional<error> problem;
    auto encoded = shared_bytes::of_size(counted.size(), [&](std::span<std::uint8_t> memory) {
      bare_writer out{memory};
      write_field(out, body);
      if (!out.ok())
        problem = out.error();
      else if (out.size() != memory.size())
        problem = error{errc::internal, "a body wrote fewer bytes than it had counted"};
    });
    if (problem)
      return fail(std::move(*problem));
    return encoded;
  }
}

/// A string literal is a text body.
[[nodiscard]] result<shared_bytes> encode_payload(const char* text);

/// Decodes a body. Trailing bytes are ignored.
///
/// - errc::truncated, errc::invalid_utf8, errc::varint_overflow, errc::unknown_variant,
///   errc::integer_out_of_range
/// - errc::nesting_too_deep    more than max_nesting nested structs or types with their own codec
/// - errc::resource_exhausted  the body needs more memory than `limits` allow
template <payload_readable T>
[[nodiscard]] result<T> decode_payload(const shared_bytes& payload,
                                       const body_limits& limits = {}) {
  bare_reader in{payload, limits};
  T body = internal::read_part<T>(in);
  if (!in.ok())
    return fail(in.error());
  return body;
}

// -- types of this library --------------------------------------------------------------------------

template <>
struct payload_codec<raw_body> : internal::flat_codec {
  static void write(bare_writer& out, const raw_body& value) { out.raw(value.data.view()); }
  static raw_body read(bare_reader& in) { return {in.rest()}; }
};

template <>
struct payload_codec<any_body> : internal::flat_codec {
  static void write(bare_writer&, const any_body&) {}
  static any_body read(bare_reader& in) { return {in.rest()}; }
};

template <class T>
concept has_bare_fields = std::is_class_v<T> && requires(T& value) {
  bare_fields(value);
};

template <has_bare_fields T>
struct payload_codec<T> {
  static void write(bare_writer& out, const T& value) {
    // bare_fields serves both directions; here its references are only read
    auto fields = bare_fields(const_cast<T&>(value));
    std::apply([&](const auto&... field) { (write_field(out, field), ...); }, fields);
  }
  static T read(bare_reader& in) {
    T value{};
    auto fields = bare_fields(value);
    std::apply([&](auto&... field) { (read_into(in, field), ...); }, fields);
    return value;
  }

private:
  template <class Field>
  static void read_into(bare_reader& in, Field& field) {
    field = internal::read_part<Field>(in);
  }
};

template <class T>
concept has_bare_last = std::is_enum_v<T> && requires(T value) {
  { bare_last(value) } -> std::same_as<T>;
};

template <has_bare_last T>
struct payload_codec<T> : internal::flat_codec {
  static constexpr auto last = static_cast<std::uint64_t>(bare_last(T{}));

  static void write(bare_writer& out, T value) {
    const auto number = static_cast<std::uint64_t>(value);
    if (number > last)
      return out.fail(errc::unknown_variant, "an enum has no variant " + std::to_string(number));
    out.uint(number);
  }
  static T read(bare_reader& in) {
    const auto number = in.uint();
    if (number <= last)
      return static_cast<T>(number);
    in.fail(errc::unknown_variant, "an enum has no variant " + std::to_string(number)
                                     + ", the last is " + std::to_string(last));
    return T{};
  }
};

[[nodiscard]] inline result<shared_bytes> encode_payload(const char* text) {
  return encode_payload(std::string_view{text});
}

} // namespace ockam
