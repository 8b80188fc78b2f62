#pragma once

#include "ockam/protocol/payload.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

enum class sky { clear, rain };

constexpr sky bare_last(sky) {
  return sky::rain;
}

/// Has a field of every type that is a body.
struct reading {
  std::string station{};
  double celsius = 0;
  float wind = 0;
  bool valid = false;
  sky above = sky::clear;
  char32_t unit = U'C';
  std::vector<std::uint16_t> gusts{};
  std::map<std::string, std::int64_t> more{};
  std::optional<std::pair<float, bool>> maybe{};
  std::variant<std::monostate, std::uint8_t, std::string> one{};
  std::tuple<char32_t, ockam::bytes, ockam::shared_bytes> two{};
  std::array<std::int8_t, 3> three{};
  std::tuple<std::int16_t, std::int32_t, std::uint32_t, std::uint64_t> integers{};

  friend auto bare_fields(reading& r) {
    return std::tie(r.station, r.celsius, r.wind, r.valid, r.above, r.unit, r.gusts, r.more,
                    r.maybe, r.one, r.two, r.three, r.integers);
  }
};

/// The same after it was encoded and decoded.
ockam::result<reading> there_and_back(const reading& value);
