#pragma once

#include "ockam/protocol/bare.hpp"
#include "ockam/protocol/bytes.hpp"
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
/// A body has no type tag: sender and receiver must agree on its type. Bodies are BARE, and these
/// types have one: text, bytes, integers, float, double, bool, char32_t, optional, vector, array,
/// map, pair, tuple, variant, `no_body`. A struct gets one by listing its fields in order:
///
///     struct reading {
///       std::string sensor;
///       double celsius = 0;
///       friend auto bare_fields(reading& r) { return std::tie(r.sensor, r.celsius); }
///     };
///
/// an enum, encoded as the varint of its number, by naming its last value:
///
///     enum class color { red, green, blue };
///     constexpr color bare_last(color) { return color::blue; }
///
/// and any other type by a specialisation of this template.
template <class T>
struct payload_codec; // static void write(bare_writer&, const T&); static T read(bare_reader&);

/// A body without content.
using no_body = std::monostate;

template <class T>
concept payload_writable = requires(bare_writer& out, const T& value) {
  payload_codec<T>::write(out, value);
};

template <class T>
concept payload_readable = requires(bare_reader& in) {
  { payload_codec<T>::read(in) } -> std::convertible_to<T>;
};

// -- for codecs made of codecs ---------------------------------------------------------------------

namespace internal {

/// Base of codecs that count as no level of nesting: through them alone no type contains itself.
struct flat_codec {};

template <class T>
inline constexpr bool is_flat = std::is_base_of_v<flat_codec, payload_codec<T>>;

/// Reads a part that is stored inside the whole.
template <payload_readable T>
T read_part(bare_reader& in) {
  if constexpr (is_flat<T>) {
    return payload_codec<T>::read(in);
  } else {
    const bool entered = in.enter();
    if constexpr (std::default_initializable<T>)
      if (!entered)
        return T();
    T part = payload_codec<T>::read(in); // without a default value, a failed reader supplies zeros
    if (entered)
      in.leave();
    return part;
  }
}

} // namespace internal

/// Writes a part of a value, one level below it.
///
/// - errc::nesting_too_deep  more than max_nesting levels
template <payload_writable T>
void write_field(bare_writer& out, const T& value) {
  if constexpr (internal::is_flat<T>) {
    payload_codec<T>::write(out, value);
  } else if (out.enter()) {
    payload_codec<T>::write(out, value);
    out.leave();
  }
}

/// Reads a part of a value, one level below it, and accounts for its memory as if it were on the
/// heap.
///
/// - errc::nesting_too_deep    more than max_nesting levels
/// - errc::resource_exhausted  more memory than body_limits allow
template <payload_readable T>
T read_field(bare_reader& in) {
  if constexpr (!std::is_arithmetic_v<T>)
    in.charge(1, sizeof(T));
  return internal::read_part<T>(in);
}

// -- types of the standard library ------------------------------------------------------------------

template <bare_integer T>
struct payload_codec<T> : internal::flat_codec {
  static void write(bare_writer& out, T value) { out.integer(value); }
  static T read(bare_reader& in) { return in.integer<T>(); }
};

template <>
struct payload_codec<float> : internal::flat_codec {
  static void write(bare_writer& out, float value) { out.f32(value); }
  static float read(bare_reader& in) { return in.f32(); }
};

template <>
struct payload_codec<double> : internal::flat_codec {
  static void write(bare_writer& out, double value) { out.f64(value); }
  static double read(bare_reader& in) { return in.f64(); }
};

template <>
struct payload_codec<bool> : internal::flat_codec {
  static void write(bare_writer& out, bool value) { out.boolean(value); }
  static bool read(bare_reader& in) { return in.boolean(); }
};

template <>
struct payload_codec<char32_t> : internal::flat_codec {
  static void write(bare_writer& out, char32_t value) { out.character(value); }
  static char32_t read(bare_reader& in) { return in.character(); }
};

template <>
struct payload_codec<no_body> : internal::flat_codec {
  static void write(bare_writer&, const no_body&) {}
  static no_body read(bare_reader&) { return {}; }
};

template <>
struct payload_codec<std::string> : internal::flat_codec {
  static void write(bare_writer& out, const std::string& value) { out.text(value); }
  static std::string read(bare_reader& in) { return std::string{in.text()}; }
};

template <>
struct payload_codec<std::string_view> : internal::flat_codec {
  static void write(bare_writer& out, std::string_view value) { out.text(value); }
};

template <>
struct payload_codec<bytes> : internal::flat_codec {
  static void write(bare_writer& out, const bytes& value) { out.data(value); }
  static bytes read(bare_reader& in) {
    const auto content = in.data();
    return {content.begin(), content.end()};
  }
};

/// Encoded as `bytes`; reading shares the memory of the payload instead of copying.
template <>
struct payload_codec<shared_bytes> : internal::flat_codec {
  static void write(bare_writer& out, const shared_bytes& value) { out.data(value.view()); }
  static shared_bytes read(bare_reader& in) { return in.shared_data(); }
};

template <class T>
struct payload_codec<std::optional<T>> : internal::flat_codec {
  static void write(bare_writer& out, const std::optional<T>& value) {
    out.boolean(value.has_value());
    if (value)
      write_field(out, *value);
  }
  static std::optional<T> read(bare_reader& in) {
    if (!in.boolean())
      return std::nullopt;
    return internal::read_part<T>(in);
  }
};

namespace internal {

/// Reads a count of items, each of at least one byte on the wire and `item_size` bytes of memory;
/// zero after a failure.
inline std::uint64_t read_count(bare_reader& in, std::size_t item_size) {
  const auto count = in.uint();
  if (count <= in.remaining())
    return in.charge(count, item_size) ? count : 0;
  in.fail(errc::truncated, "a list claims " + std::to_string(count) + " items, "
                             + std::to_string(in.remaining()) + " bytes follow");
  return 0;
}

} // namespace internal

template <class T>
struct payload_codec<std::vector<T>> : internal::flat_codec {
  static_assert(!std::is_empty_v<T>, "a list of items without bytes has no bounded length");

  static void write(bare_writer& out, const std::vector<T>& value) {
    out.uint(value.size());
    for (const T& item : value)
      write_field<T>(out, item);
  }
  static std::vector<T> read(bare_reader& in) {
    const auto count = internal::read_count(in, sizeof(T));
    std::vector<T> items;
    items.reserve(std::min<std::uint64_t>(count, in.remaining() / sizeof(T)));
    for (std::uint64_t i = 0; i < count && in.ok(); ++i)
      items.push_back(internal::read_part<T>(in));
    return items;
  }
};

template <class T, std::size_t Size>
struct payload_codec<std::array<T, Size>> : internal::flat_codec {
  static void write(bare_writer& out, const std::array<T, Size>& value) {
    for (const auto& item : value)
      write_field(out, item);
  }
  static std::array<T, Size> read(bare_reader& in) {
    std::array<T, Size> items{};
    for (auto& item : items)
      item = internal::read_part<T>(in);
    return items;
  }
};

template <class Key, class Value>
struct payload_codec<std::map<Key, Value>> : internal::flat_codec {
  static void write(bare_writer& out, const std::map<Key, Value>& value) {
    out.uint(value.size());
    for (const auto& [key, mapped] : value) {
      write_field(out, key);
      write_field(out, mapped);
    }
  }
  /// The last of equal keys wins.
  static std::map<Key, Value> read(bare_reader& in) {
    std::map<Key, Value> items;
    const auto count = internal::read_count(in, sizeof(std::pair<const Key, Value>) + node_size);
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
      auto key = internal::read_part<Key>(in);
      items.insert_or_assign(std::move(key), internal::read_part<Value>(in));
    }
    return items;
  }

private:
  static constexpr std::size_t node_size = 4 * sizeof(void*); // the links of a node
};

template <class... Fields>
struct payload_codec<std::tuple<Fields...>> : internal::flat_codec {
  static void write(bare_writer& out, const std::tuple<Fields...>& value) {
    std::apply([&](const auto&... field) { (write_field(out, field), ...); }, value);
  }
  static std::tuple<Fields...> read(bare_reader& in) {
    return std::tuple<Fields...>{internal::read_part<Fields>(in)...}; // braces: from left to right
  }
};

template <class First, class Second>
struct payload_codec<std::pair<First, Second>> : internal::flat_codec {
  static void write(bare_writer& out, const std::pair<First, Second>& value) {
    write_field(out, value.first);
    write_field(out, value.second);
  }
  static std::pair<First, Second> read(bare_reader& in) {
    return std::pair<First, Second>{internal::read_part<First>(in),
                                    internal::read_part<Second>(in)};
  }
};

/// A union: the index of the alternative, then its content.
template <class... Alternatives>
struct payload_codec<std::variant<Alternatives...>> : internal::flat_codec {
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
                        internal::read_part<std::variant_alternative_t<Indexes, value_type>>(from)};
    }...};
    return readers[index](in);
  }
};

} // namespace ockam
