#pragma once

#include "ockam/protocol/bare.hpp"
#include "ockam/protocol/bytes.hpp"
#include "ockam/protocol/result.hpp"
#include "ockam/protocol/shared_bytes.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace ockam {

/// Typed bodies in and out of a payload (docs/wire_format.md, "Message bodies").
///
/// A body has no type tag: sender and receiver must agree. Bodies are BARE (MTY-1), and these
/// types have one: text, bytes, integers, float, double, bool, char32_t, optional, vector, array,
/// map, pair, tuple, variant, `unit`. A struct of yours gets one by naming its fields in order:
///
///     struct reading {
///       std::string sensor;
///       double celsius = 0;
///       friend auto bare_fields(reading& r) { return std::tie(r.sensor, r.celsius); }
///     };
///
/// an enum by naming its last value, which makes it the varint of its number:
///
///     enum class color { red, green, blue };
///     constexpr color bare_last(color) { return color::blue; }
///
/// and any other type by a specialisation of this template.
template <class T>
struct payload_codec; // static void write(bare_writer&, const T&); static T read(bare_reader&);

/// A body without content.
using unit = std::monostate;

/// The payload as it is, in both directions, without a length in front (MTY-3).
struct raw {
  shared_bytes data;
  bool operator==(const raw&) const = default;
};

/// Whatever the payload is when received; an empty payload when sent (MTY-2).
struct any {
  shared_bytes data;
  bool operator==(const any&) const = default;
};

template <class T>
concept payload_writable = requires(bare_writer& out, const T& value) {
  payload_codec<T>::write(out, value);
};

template <class T>
concept payload_readable = requires(bare_reader& in) {
  { payload_codec<T>::read(in) } -> std::convertible_to<T>;
};

/// The body in memory of its exact size.
///
/// Errors are those of the parts, for instance errc::invalid_utf8 for text that is not.
template <payload_writable T>
result<shared_bytes> encode_payload(const T& body) {
  if constexpr (std::same_as<T, raw>) {
    return body.data;
  } else {
    bare_writer counted;
    payload_codec<T>::write(counted, body);
    if (!counted.ok())
      return fail(counted.error());
    std::optional<error> problem;
    auto encoded = shared_bytes::of_size(counted.size(), [&](std::span<std::uint8_t> memory) {
      bare_writer out{memory};
      payload_codec<T>::write(out, body);
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

/// A literal is a text body.
result<shared_bytes> encode_payload(const char* text);

/// The body, or what is wrong with the payload. Bytes behind the body are ignored.
///
/// - errc::truncated, errc::invalid_utf8, errc::varint_overflow, errc::unknown_variant,
///   errc::integer_out_of_range
template <payload_readable T>
result<T> decode_payload(const shared_bytes& payload) {
  bare_reader in{payload};
  T body = payload_codec<T>::read(in);
  if (!in.ok())
    return fail(in.error());
  return body;
}

// -- for codecs made of codecs ---------------------------------------------------------------------

template <payload_writable T>
void write_field(bare_writer& out, const T& value) {
  payload_codec<T>::write(out, value);
}

template <payload_readable T>
T read_field(bare_reader& in) {
  return payload_codec<T>::read(in);
}

// -- the types listed above ------------------------------------------------------------------------

template <bare_integer T>
struct payload_codec<T> {
  static void write(bare_writer& out, T value) { out.integer(value); }
  static T read(bare_reader& in) { return in.integer<T>(); }
};

template <>
struct payload_codec<float> {
  static void write(bare_writer& out, float value) { out.f32(value); }
  static float read(bare_reader& in) { return in.f32(); }
};

template <>
struct payload_codec<double> {
  static void write(bare_writer& out, double value) { out.f64(value); }
  static double read(bare_reader& in) { return in.f64(); }
};

template <>
struct payload_codec<bool> {
  static void write(bare_writer& out, bool value) { out.boolean(value); }
  static bool read(bare_reader& in) { return in.boolean(); }
};

template <>
struct payload_codec<char32_t> {
  static void write(bare_writer& out, char32_t value) { out.character(value); }
  static char32_t read(bare_reader& in) { return in.character(); }
};

template <>
struct payload_codec<unit> {
  static void write(bare_writer&, const unit&) {}
  static unit read(bare_reader&) { return {}; }
};

template <>
struct payload_codec<std::string> {
  static void write(bare_writer& out, const std::string& value) { out.text(value); }
  static std::string read(bare_reader& in) { return std::string{in.text()}; }
};

template <>
struct payload_codec<std::string_view> {
  static void write(bare_writer& out, std::string_view value) { out.text(value); }
};

template <>
struct payload_codec<bytes> {
  static void write(bare_writer& out, const bytes& value) { out.data(value); }
  static bytes read(bare_reader& in) {
    const auto content = in.data();
    return {content.begin(), content.end()};
  }
};

/// The same bytes on the wire as `bytes`; read without a copy, sharing the payload's memory.
template <>
struct payload_codec<shared_bytes> {
  static void write(bare_writer& out, const shared_bytes& value) { out.data(value.view()); }
  static shared_bytes read(bare_reader& in) { return in.shared_data(); }
};

template <>
struct payload_codec<raw> {
  static void write(bare_writer& out, const raw& value) { out.raw(value.data.view()); }
  static raw read(bare_reader& in) { return {in.rest()}; }
};

template <>
struct payload_codec<any> {
  static void write(bare_writer&, const any&) {}
  static any read(bare_reader& in) { return {in.rest()}; }
};

template <class T>
struct payload_codec<std::optional<T>> {
  static void write(bare_writer& out, const std::optional<T>& value) {
    out.boolean(value.has_value());
    if (value)
      write_field(out, *value);
  }
  static std::optional<T> read(bare_reader& in) {
    if (!in.boolean())
      return std::nullopt;
    return read_field<T>(in);
  }
};

namespace internal {

/// A count of items, each of at least one byte; zero after a failure.
inline std::uint64_t read_count(bare_reader& in) {
  const auto count = in.uint();
  if (count <= in.remaining())
    return count;
  in.fail(errc::truncated, "a list claims " + std::to_string(count) + " items, "
                             + std::to_string(in.remaining()) + " bytes follow");
  return 0;
}

} // namespace internal

template <class T>
struct payload_codec<std::vector<T>> {
  static_assert(!std::is_empty_v<T>, "a list of items without bytes has no bounded length");

  static void write(bare_writer& out, const std::vector<T>& value) {
    out.uint(value.size());
    for (const T& item : value)
      write_field<T>(out, item);
  }
  static std::vector<T> read(bare_reader& in) {
    const auto count = internal::read_count(in);
    std::vector<T> items;
    items.reserve(std::min<std::uint64_t>(count, in.remaining() / sizeof(T)));
    for (std::uint64_t i = 0; i < count && in.ok(); ++i)
      items.push_back(read_field<T>(in));
    return items;
  }
};

template <class T, std::size_t Size>
struct payload_codec<std::array<T, Size>> {
  static void write(bare_writer& out, const std::array<T, Size>& value) {
    for (const auto& item : value)
      write_field(out, item);
  }
  static std::array<T, Size> read(bare_reader& in) {
    std::array<T, Size> items{};
    for (auto& item : items)
      item = read_field<T>(in);
    return items;
  }
};

template <class Key, class Value>
struct payload_codec<std::map<Key, Value>> {
  static void write(bare_writer& out, const std::map<Key, Value>& value) {
    out.uint(value.size());
    for (const auto& [key, mapped] : value) {
      write_field(out, key);
      write_field(out, mapped);
    }
  }
  /// Of equal keys the last one counts.
  static std::map<Key, Value> read(bare_reader& in) {
    std::map<Key, Value> items;
    const auto count = internal::read_count(in);
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
      auto key = read_field<Key>(in);
      items.insert_or_assign(std::move(key), read_field<Value>(in));
    }
    return items;
  }
};

template <class... Fields>
struct payload_codec<std::tuple<Fields...>> {
  static void write(bare_writer& out, const std::tuple<Fields...>& value) {
    std::apply([&](const auto&... field) { (write_field(out, field), ...); }, value);
  }
  static std::tuple<Fields...> read(bare_reader& in) {
    return std::tuple<Fields...>{read_field<Fields>(in)...}; // braces: from left to right
  }
};

template <class First, class Second>
struct payload_codec<std::pair<First, Second>> {
  static void write(bare_writer& out, const std::pair<First, Second>& value) {
    write_field(out, value.first);
    write_field(out, value.second);
  }
  static std::pair<First, Second> read(bare_reader& in) {
    return std::pair<First, Second>{read_field<First>(in), read_field<Second>(in)};
  }
};

/// A union: the number of the alternative, then its content.
template <class... Alternatives>
struct payload_codec<std::variant<Alternatives...>> {
  using value_type = std::variant<Alternatives...>;

  static void write(bare_writer& out, const value_type& value) {
    out.uint(value.index());
    std::visit([&](const auto& content) { write_field(out, content); }, value);
  }
  static value_type read(bare_reader& in) {
    const auto index = in.uint();
    if (index >= sizeof...(Alternatives))
      in.fail(errc::unknown_variant, "a union has no alternative " + std::to_string(index)
                                       + ", only " + std::to_string(sizeof...(Alternatives)));
    if (!in.ok())
      return {};
    return read_alternative(in, index, std::index_sequence_for<Alternatives...>{});
  }

private:
  template <std::size_t... Indexes>
  static value_type read_alternative(bare_reader& in, std::uint64_t index,
                                     std::index_sequence<Indexes...>) {
    using reader = value_type (*)(bare_reader&);
    static constexpr reader readers[] = {[](bare_reader& from) {
      return value_type{std::in_place_index<Indexes>,
                        read_field<std::variant_alternative_t<Indexes, value_type>>(from)};
    }...};
    return readers[index](in);
  }
};

template <class T>
concept has_bare_fields = std::is_class_v<T> && requires(T& value) {
  bare_fields(value);
};

template <has_bare_fields T>
struct payload_codec<T> {
  static void write(bare_writer& out, const T& value) {
    // one hook serves both directions; nothing is written through its references here
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
    field = read_field<Field>(in);
  }
};

template <class T>
concept has_bare_last = std::is_enum_v<T> && requires(T value) {
  { bare_last(value) } -> std::same_as<T>;
};

template <has_bare_last T>
struct payload_codec<T> {
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

inline result<shared_bytes> encode_payload(const char* text) {
  return encode_payload(std::string_view{text});
}

} // namespace ockam
