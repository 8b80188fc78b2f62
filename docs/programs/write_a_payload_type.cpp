// Three types of our own in a payload.

#include "ockam/protocol/payload.hpp"

#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

namespace weather {

/// An enum names its last value.
enum class sky { clear, cloudy, rain };
constexpr sky bare_last(sky) {
  return sky::rain;
}

/// A struct names its fields, in the order of the wire.
struct reading {
  std::string station;
  double celsius = 0;
  weather::sky sky = sky::clear;
  std::vector<std::uint16_t> wind;

  friend auto bare_fields(reading& r) { return std::tie(r.station, r.celsius, r.sky, r.wind); }
};

/// A class that keeps its members to itself, and has a rule.
class percent {
public:
  explicit percent(std::uint8_t value) : value_{value} {}
  [[nodiscard]] std::uint8_t value() const noexcept { return value_; }

private:
  std::uint8_t value_;
};

} // namespace weather

/// For any other type: how it is written and how it is read.
template <>
struct ockam::payload_codec<weather::percent> {
  static void write(bare_writer& out, const weather::percent& humidity) {
    out.integer(humidity.value());
  }
  static weather::percent read(bare_reader& in) {
    const auto value = in.integer<std::uint8_t>();
    if (value > 100) {
      in.fail(errc::integer_out_of_range, std::to_string(value) + " is more than 100 percent");
      return weather::percent{0};
    }
    return weather::percent{value};
  }
};

namespace {

std::string as_hex(const ockam::shared_bytes& payload) {
  std::string digits;
  for (const auto byte : payload.view()) {
    digits += "0123456789abcdef"[byte >> 4];
    digits += "0123456789abcdef"[byte & 15];
  }
  return digits;
}

} // namespace

int main() {
  const weather::reading made{"Oslo", -1.5, weather::sky::rain, {4, 300}};
  const auto payload = ockam::encode_payload(made).value();
  std::cout << as_hex(payload) + "\n";

  const auto read = ockam::decode_payload<weather::reading>(payload).value();
  std::cout << read.station << " " << read.celsius << " " << read.wind.size() << "\n";

  // It nests: lists, optionals, maps and unions of ours.
  const std::vector<weather::percent> humidity{weather::percent{40}, weather::percent{90}};
  std::cout << as_hex(ockam::encode_payload(humidity).value()) + "\n";

  // What comes from outside may be anything.
  const auto wrong = ockam::encode_payload(std::uint8_t{101}).value();
  std::cout << to_string(ockam::decode_payload<weather::percent>(wrong).error()) + "\n";
  const auto half = payload.slice(0, 7);
  std::cout << to_string(ockam::decode_payload<weather::reading>(half).error()) + "\n";
}
