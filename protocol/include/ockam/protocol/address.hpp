#pragma once

#include "ockam/protocol/bytes.hpp"
#include "ockam/protocol/detail/export.hpp"
#include "ockam/protocol/result.hpp"

#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>

namespace ockam {

/// The transport that serves an address. Other numbers are legal on the wire.
namespace transport_type {
inline constexpr std::uint8_t local = 0;
inline constexpr std::uint8_t tcp = 1;
inline constexpr std::uint8_t udp = 2;
inline constexpr std::uint8_t websocket = 3;
inline constexpr std::uint8_t ble = 4;
inline constexpr std::uint8_t uds = 5;
} // namespace transport_type

/// A view of an address: a transport type and bytes of any content. Valid as long as the address
/// is.
///
/// Two words, so it is passed in registers; routing a message inspects several.
class address_view {
public:
  constexpr address_view() = default;
  constexpr address_view(std::uint8_t type, std::string_view value) noexcept
    : data_{value.data()}, size_and_type_{std::uint64_t{value.size()} << 8 | type} {}

  [[nodiscard]] constexpr std::uint8_t type() const noexcept {
    return static_cast<std::uint8_t>(size_and_type_);
  }
  [[nodiscard]] constexpr std::string_view value() const noexcept {
    return std::string_view(data_, size_and_type_ >> 8);
  }
  [[nodiscard]] constexpr bool is_local() const noexcept { return type() == transport_type::local; }

  constexpr bool operator==(const address_view& other) const noexcept {
    return size_and_type_ == other.size_and_type_ && value() == other.value();
  }
  constexpr auto operator<=>(const address_view& other) const noexcept {
    if (auto order = type() <=> other.type(); order != 0)
      return order;
    return value() <=> other.value();
  }

private:
  const char* data_ = nullptr;
  std::uint64_t size_and_type_ = transport_type::local; // size in bytes << 8 | type
};

/// The name of a worker, or of a place that a transport reaches. Safe to read from several threads.
///
/// A value of 40 bytes; names of up to 38 bytes, random addresses included, need no allocation.
class OCKAM_PROTOCOL_EXPORT address {
public:
  /// The local address without a name.
  address() noexcept {
    content_.size = 0;
    content_.type = transport_type::local;
  }

  /// Parses the text form `[type#]value`; throws `failure` for malformed text. Use `parse` for text
  /// from outside.
  address(const char* text) : address{std::string_view{text}} {} // NOLINT: "echoer" is an address
  address(const std::string& text) : address{std::string_view{text}} {} // NOLINT
  address(std::string_view text);                                       // NOLINT

  /// Stores type and bytes unparsed.
  address(std::uint8_t type, std::string_view value);
  explicit address(address_view view) : address{view.type(), view.value()} {}

  /// A local address of arbitrary bytes.
  explicit address(bytes_view value) : address{transport_type::local, as_text(value)} {}

  address(const address& other) {
    take_content(other);
    if (!is_inline())
      put_on_heap(other.value());
  }
  address(address&& other) noexcept {
    take_content(other);
    other.content_.size = 0;
  }
  address& operator=(const address& other);
  address& operator=(address&& other) noexcept;
  ~address() { release(); }

  /// Parses the text form `[type#]value`; without `type#` the address is local.
  /// - errc::multiple_separators  more than one `#`
  /// - errc::invalid_type         the part before `#` is not a decimal number up to 255
  [[nodiscard]] static result<address> parse(std::string_view text);

  /// 16 bytes from the system's generator as 32 lower-case hex digits. Thread-safe.
  [[nodiscard]] static address random();

  [[nodiscard]] std::uint8_t type() const noexcept { return content_.type; }
  [[nodiscard]] std::string_view value() const noexcept {
    if (is_inline())
      return {content_.bytes, content_.size};
    const auto on_heap = heap();
    return {on_heap.data, on_heap.size};
  }
  [[nodiscard]] bool is_local() const noexcept { return type() == transport_type::local; }

  /// The value as text, or errc::invalid_utf8.
  [[nodiscard]] result<std::string_view> text() const;

  operator address_view() const noexcept { return {type(), value()}; } // NOLINT: a view is cheap

  friend bool operator==(const address& a, const address& b) noexcept {
    return address_view{a} == address_view{b};
  }
  friend std::strong_ordering operator<=>(const address& a, const address& b) noexcept {
    return address_view{a} <=> address_view{b};
  }

private:
  static constexpr std::size_t inline_capacity = 38;
  static constexpr std::uint8_t size_on_heap = 0xff;

  struct heap_bytes {
    char* data;
    std::size_t size;
  };

  struct content {
    alignas(heap_bytes) char bytes[inline_capacity]; // the value, or a heap_bytes
    std::uint8_t size;                               // of an inline value, or size_on_heap
    std::uint8_t type;
  };

  [[nodiscard]] bool is_inline() const noexcept { return content_.size != size_on_heap; }
  [[nodiscard]] heap_bytes heap() const noexcept {
    heap_bytes stored;
    std::memcpy(&stored, content_.bytes, sizeof stored);
    return stored;
  }
  void take_content(const address& other) noexcept { // all of it: a few moves that do not overlap
    std::memcpy(&content_, &other.content_, sizeof content_);
  }
  void put_on_heap(std::string_view value);
  void release() noexcept {
    if (!is_inline())
      delete[] heap().data;
  }

  content content_;
};

/// `type#value`, always with the type; bytes that are not UTF-8 print as "Invalid UTF-8". Control
/// characters are kept: use `escaped` for logs.
[[nodiscard]] OCKAM_PROTOCOL_EXPORT std::string to_string(address_view value);
[[nodiscard]] inline std::string to_string(const address& value) {
  return to_string(address_view{value});
}

/// A hash that depends on `seed`, for tables with addresses from the wire. Not stable across
/// processes or releases.
[[nodiscard]] OCKAM_PROTOCOL_EXPORT std::uint64_t hash_value(address_view value,
                                                             std::uint64_t seed) noexcept;

} // namespace ockam

template <>
struct std::hash<ockam::address> {
  std::size_t operator()(const ockam::address& value) const noexcept {
    return ockam::hash_value(value, 0);
  }
};
