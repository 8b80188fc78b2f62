#include "ockam/protocol/payload.hpp"

#include "hex.hpp"

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace ockam {
namespace {

using test::shared_hex;
using test::to_hex;

enum class color : std::uint8_t { red, green, blue };
constexpr color bare_last(color) {
  return color::blue;
}

struct reading {
  std::string sensor;
  std::uint16_t number = 0;
  std::optional<double> celsius;
  std::vector<std::string> tags;
  color light = color::red;

  friend auto bare_fields(reading& r) {
    return std::tie(r.sensor, r.number, r.celsius, r.tags, r.light);
  }
  bool operator==(const reading&) const = default;
};

struct report {
  std::map<std::string, reading> readings;
  bytes signature;

  friend auto bare_fields(report& r) { return std::tie(r.readings, r.signature); }
  bool operator==(const report&) const = default;
};

/// A type with a codec of its own: a temperature travels as tenths.
struct tenths {
  double value = 0;
  bool operator==(const tenths&) const = default;
};

} // namespace

template <>
struct payload_codec<tenths> {
  static void write(bare_writer& out, const tenths& t) {
    out.integer(static_cast<std::int16_t>(t.value * 10));
  }
  static tenths read(bare_reader& in) {
    const auto raw_value = in.integer<std::int16_t>();
    if (raw_value < -2732)
      in.fail(errc::integer_out_of_range, "colder than possible");
    return {raw_value / 10.0};
  }
};

namespace {

template <class T>
std::string encoded(const T& value) {
  auto payload = encode_payload(value);
  return payload ? to_hex(payload->view()) : payload.error().code().message();
}

template <class T>
std::string problem_of(std::string_view hex) {
  auto body = decode_payload<T>(shared_hex(hex));
  return body ? "" : body.error().code().message();
}

template <class T>
void expect_round_trip(const T& value) {
  const auto payload = encode_payload(value);
  ASSERT_TRUE(payload) << to_string(payload.error());
  const auto body = decode_payload<T>(*payload);
  ASSERT_TRUE(body) << to_string(body.error());
  EXPECT_EQ(*body, value);
  for (std::size_t size = 0; size < payload->size(); ++size) {
    EXPECT_FALSE(decode_payload<T>(payload->slice(0, size))) << "cut to " << size;
  }
}

TEST(Payload, MTY1_TextIsAVarintLengthAndUtf8) {
  EXPECT_EQ(encoded(std::string{"Hello Ockam!"}), "0c48656c6c6f204f636b616d21");
  EXPECT_EQ(encoded(std::string{}), "00");
  EXPECT_EQ(decode_payload<std::string>(shared_hex("0c48656c6c6f204f636b616d21")).value(),
            "Hello Ockam!");
}

TEST(Payload, MTY1_TextOfAnyKindIsAString) {
  const char* pointer = "hi";
  char array[] = "hi";
  EXPECT_EQ(to_hex(encode_payload("hi").value().view()), "026869");
  EXPECT_EQ(to_hex(encode_payload(pointer).value().view()), "026869");
  EXPECT_EQ(to_hex(encode_payload(array).value().view()), "026869");
  EXPECT_EQ(encoded(std::string_view{"hi"}), "026869");
}

TEST(Payload, MTY1_BytesLookLikeText) {
  EXPECT_EQ(encoded(bytes{1, 2, 3}), "03010203");
  EXPECT_EQ(encoded(shared_hex("010203")), "03010203");
}

TEST(Payload, MTY1_SharedBytesAreReadWithoutACopy) {
  const auto payload = shared_hex("03010203");
  const auto body = decode_payload<shared_bytes>(payload).value();
  EXPECT_EQ(body.data(), payload.data() + 1);
}

TEST(Payload, MTY1_StructsAreTheirFieldsInOrder) {
  EXPECT_EQ(encoded(reading{"abc", 5, std::nullopt, {"p", "q"}, color::blue}), "03616263"
                                                                               "0500"
                                                                               "00"
                                                                               "0201700171"
                                                                               "02");
}

TEST(Payload, MTY1_RoundTripsEveryType) {
  expect_round_trip(std::string(20'000, 'x').substr(0, 300));
  expect_round_trip(bytes{0, 255});
  expect_round_trip(std::int8_t{-128});
  expect_round_trip(std::uint64_t{1} << 63);
  expect_round_trip(1.25f);
  expect_round_trip(-0.5);
  expect_round_trip(true);
  expect_round_trip(U'\U0001F600');
  expect_round_trip(std::optional<std::uint32_t>{7});
  expect_round_trip(std::vector<std::uint32_t>{1, 2, 3});
  expect_round_trip(std::vector<bool>{true, false});
  expect_round_trip(std::vector<std::vector<std::string>>{{"a"}, {}, {"b", "c"}});
  expect_round_trip(std::array<std::uint16_t, 3>{1, 2, 3});
  expect_round_trip(std::map<std::uint8_t, std::string>{{1, "a"}, {2, "b"}});
  expect_round_trip(std::pair<std::uint8_t, std::string>{1, "a"});
  expect_round_trip(std::tuple<std::uint8_t, std::string, bool>{1, "a", true});
  expect_round_trip(std::variant<std::uint8_t, std::string>{"x"});
  expect_round_trip(std::variant<no_body, std::string>{});
  expect_round_trip(color::green);
  expect_round_trip(tenths{36.5});
  expect_round_trip(report{{{"k", {"abc", 5, 20.5, {"p"}, color::green}}}, {1, 2}});
}

TEST(Payload, MTY2_AnyBodyIsTheWholePayload) {
  const auto payload = shared_hex("0c48656c6c6f204f636b616d21");
  const auto body = decode_payload<any_body>(payload).value();
  EXPECT_EQ(body.data, payload);
  EXPECT_EQ(body.data.data(), payload.data());
}

TEST(Payload, MTY2_AnyBodyEncodesToNothing) {
  EXPECT_EQ(encoded(any_body{shared_hex("cafe")}), "");
}

TEST(Payload, MTY3_RawBodyIsUnchangedInBothDirections) {
  const auto payload = shared_hex("cafe");
  const auto body = decode_payload<raw_body>(payload).value();
  EXPECT_EQ(body.data.data(), payload.data());
  EXPECT_EQ(encode_payload(body).value().data(), payload.data());
  EXPECT_EQ(encoded(raw_body{}), "");
}

TEST(Payload, NoBodyIsEmpty) {
  EXPECT_EQ(encoded(no_body{}), "");
  EXPECT_TRUE(decode_payload<no_body>(shared_hex("cafe")));
}

TEST(Payload, BytesBehindTheBodyAreIgnored) {
  EXPECT_EQ(decode_payload<std::string>(shared_hex("0161ffff")).value(), "a");
}

TEST(Payload, TextThatIsNotUtf8CannotBeSentOrRead) {
  EXPECT_EQ(encoded(std::string{"\xff"}), "invalid_utf8");
  EXPECT_EQ(problem_of<std::string>("01ff"), "invalid_utf8");
}

TEST(Payload, UnknownVariantsAreRefused) {
  EXPECT_EQ(problem_of<color>("02"), "");
  EXPECT_EQ(problem_of<color>("03"), "unknown_variant");
  EXPECT_EQ(encoded(static_cast<color>(3)), "unknown_variant");
  EXPECT_EQ((problem_of<std::variant<no_body, bool>>("0100")), "");
  EXPECT_EQ((problem_of<std::variant<no_body, bool>>("02")), "unknown_variant");
  EXPECT_EQ(problem_of<std::optional<bool>>("02"), "unknown_variant");
}

TEST(Payload, ACodecOfTheUserMayRefuse) {
  EXPECT_EQ(problem_of<tenths>("0080"), "integer_out_of_range");
}

TEST(Payload, ClaimedCountsAreChecked) {
  EXPECT_EQ(problem_of<std::vector<std::string>>("ffffffffffffffffff01"), "truncated");
  EXPECT_EQ(problem_of<std::vector<std::uint64_t>>("02 0000000000000000"), "truncated");
  EXPECT_EQ((problem_of<std::map<std::string, std::string>>("ffffffff0f")), "truncated");
  EXPECT_EQ(problem_of<bytes>("ffffffff0f00"), "truncated");
}

TEST(Payload, OfEqualMapKeysTheLastCounts) {
  using text_map = std::map<std::string, std::uint8_t>;
  EXPECT_EQ(decode_payload<text_map>(shared_hex("02 016b 01 016b 02")).value(),
            (text_map{{"k", 2}}));
}

} // namespace
} // namespace ockam
