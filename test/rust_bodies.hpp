#pragma once

#include "ockam/protocol/payload.hpp"

#include <tuple>

namespace ockam::test {

// The bodies of interop/rust/roles/peer/bodies.rs, and the values that the Rust programs send.

/// Eight integers, one of each kind.
struct numbers {
  std::uint8_t a = 1;
  std::uint16_t b = 0x0203;
  std::uint32_t c = 0x04050607;
  std::uint64_t d = UINT64_MAX;
  std::int8_t e = -1;
  std::int16_t f = -2;
  std::int32_t g = -3;
  std::int64_t h = INT64_MIN;
  bool operator==(const numbers&) const = default;
  friend auto bare_fields(numbers& n) { return std::tie(n.a, n.b, n.c, n.d, n.e, n.f, n.g, n.h); }
};

struct named {
  std::string by;
  bool operator==(const named&) const = default;
  friend auto bare_fields(named& n) { return std::tie(n.by); }
};

/// An enum with content in Rust.
using level = std::variant<no_body, std::uint8_t, named>;

struct reading {
  std::string sensor = "Kühlhaus 北";
  double celsius = -18.5;
  std::uint32_t sequence = 70'000;
  bool valid = true;
  std::optional<std::string> note = "door";
  std::vector<std::int16_t> samples{-1, 0, 300};
  test::level level = named{"two"};
  bool operator==(const reading&) const = default;
  friend auto bare_fields(reading& r) {
    return std::tie(r.sensor, r.celsius, r.sequence, r.valid, r.note, r.samples, r.level);
  }
};

/// Bytes that differ from each other and from a shifted copy of themselves.
inline bytes pattern(std::size_t size) {
  bytes made(size);
  for (std::size_t i = 0; i < size; ++i)
    made[i] = static_cast<std::uint8_t>((i * 31) ^ (i >> 8));
  return made;
}

inline raw_body raw_pattern(std::size_t size) {
  return {shared_bytes::adopt(pattern(size))};
}

} // namespace ockam::test
