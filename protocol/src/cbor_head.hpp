#pragma once

#include <cstddef>
#include <cstdint>

namespace ockam::internal {

/// CBOR major types, already in the upper three bits of the first byte.
enum class cbor_major : std::uint8_t {
  unsigned_integer = 0x00,
  negative_integer = 0x20,
  byte_string = 0x40,
  text_string = 0x60,
  array = 0x80,
  map = 0xa0,
  tag = 0xc0,
  simple = 0xe0,
};

inline constexpr std::uint8_t cbor_false = 0xf4;
inline constexpr std::uint8_t cbor_true = 0xf5;
inline constexpr std::uint8_t cbor_null = 0xf6;
inline constexpr std::uint8_t cbor_break = 0xff;

/// Largest number of bytes of a head: first byte and an argument of 8.
inline constexpr std::size_t max_cbor_head = 9;

/// Number of bytes of the shortest head for `argument`.
constexpr std::size_t cbor_head_size(std::uint64_t argument) noexcept {
  if (argument < 24)
    return 1;
  if (argument <= 0xff)
    return 2;
  if (argument <= 0xffff)
    return 3;
  return argument <= 0xffffffff ? 5 : 9;
}

/// Writes the shortest head and returns the position behind it.
inline std::uint8_t* put_cbor_head(std::uint8_t* to, cbor_major major,
                                   std::uint64_t argument) noexcept {
  const auto type = static_cast<std::uint8_t>(major);
  const auto size = cbor_head_size(argument);
  if (size == 1) {
    *to++ = static_cast<std::uint8_t>(type | argument);
    return to;
  }
  // 24, 25, 26, 27 announce arguments of 1, 2, 4, 8 bytes
  *to++ = static_cast<std::uint8_t>(type | (size == 2 ? 24 : size == 3 ? 25 : size == 5 ? 26 : 27));
  for (auto shift = static_cast<int>(size - 2) * 8; shift >= 0; shift -= 8)
    *to++ = static_cast<std::uint8_t>(argument >> shift);
  return to;
}

} // namespace ockam::internal
