#include "cbor.hpp"

#include "hex.hpp"

#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace ockam::internal {
namespace {

using test::from_hex;
using test::to_hex;

/// The error of `read` for `hex`, or "" when it reads everything.
template <class Read>
std::string problem_of(std::string_view hex, Read read) {
  const auto input = from_hex(hex);
  cbor_cursor in{input};
  read(in);
  if (!in.ok())
    return std::string{to_string(in.problem())};
  return in.remaining() == 0 ? "" : std::to_string(in.remaining()) + " bytes left";
}

std::string skip(std::string_view hex) {
  return problem_of(hex, [](cbor_cursor& in) { in.skip(); });
}

std::uint64_t unsigned_of(std::string_view hex) {
  const auto input = from_hex(hex);
  cbor_cursor in{input};
  const auto value = in.read_unsigned(std::numeric_limits<std::uint64_t>::max());
  EXPECT_TRUE(in.ok() && in.remaining() == 0) << hex;
  return value;
}

std::string encoded(std::uint64_t value) {
  std::uint8_t memory[max_cbor_head];
  cbor_writer out{memory};
  out.unsigned_integer(value);
  const bytes_view written{memory, out.position()};
  EXPECT_EQ(written.size(), cbor_head_size(value));
  return to_hex(written);
}

TEST(Cbor, WritesTheShortestHead) {
  EXPECT_EQ(encoded(0), "00");
  EXPECT_EQ(encoded(23), "17");
  EXPECT_EQ(encoded(24), "1818");
  EXPECT_EQ(encoded(0xff), "18ff");
  EXPECT_EQ(encoded(0x100), "190100");
  EXPECT_EQ(encoded(0xffff), "19ffff");
  EXPECT_EQ(encoded(0x10000), "1a00010000");
  EXPECT_EQ(encoded(0xffffffff), "1affffffff");
  EXPECT_EQ(encoded(0x100000000), "1b0000000100000000");
  EXPECT_EQ(encoded(~std::uint64_t{0}), "1bffffffffffffffff");
}

TEST(Cbor, WritesEveryKindOfItem) {
  std::uint8_t memory[32];
  cbor_writer out{memory};
  out.array(6);
  out.byte_string(from_hex("cafe"));
  out.text("hi");
  out.boolean(true);
  out.boolean(false);
  out.null();
  out.map(0);
  EXPECT_EQ(to_hex({memory, out.position()}), "8642cafe626869f5f4f6a0");
}

TEST(Cbor, AcceptsHeadsLongerThanNeeded) {
  EXPECT_EQ(unsigned_of("01"), 1u);
  EXPECT_EQ(unsigned_of("1801"), 1u);
  EXPECT_EQ(unsigned_of("190001"), 1u);
  EXPECT_EQ(unsigned_of("1a00000001"), 1u);
  EXPECT_EQ(unsigned_of("1b0000000000000001"), 1u);
}

TEST(Cbor, RefusesReservedHeads) {
  for (const auto* hex : {"1c", "1d", "1e", "1f"})
    EXPECT_EQ(problem_of(hex, [](cbor_cursor& in) { in.read_unsigned(255); }), "type_mismatch");
}

TEST(Cbor, RefusesTruncatedHeads) {
  for (const auto* hex : {"", "18", "19", "1900", "1a", "1a000000", "1b", "1b00000000000000"})
    EXPECT_EQ(problem_of(hex, [](cbor_cursor& in) { in.read_unsigned(255); }), "truncated") << hex;
}

TEST(Cbor, ChecksTheRangeOfIntegers) {
  const auto read_byte = [](cbor_cursor& in) { in.read_unsigned(255); };
  EXPECT_EQ(problem_of("18ff", read_byte), "");
  EXPECT_EQ(problem_of("190100", read_byte), "integer_out_of_range");
  EXPECT_EQ(problem_of("20", read_byte), "type_mismatch");
}

TEST(Cbor, ReadsStringsOfKnownLengthOnly) {
  const auto read_bytes = [](cbor_cursor& in) { in.read_bytes(); };
  const auto read_text = [](cbor_cursor& in) { in.read_text(); };
  EXPECT_EQ(problem_of("42cafe", read_bytes), "");
  EXPECT_EQ(problem_of("5800", read_bytes), "");
  EXPECT_EQ(problem_of("5f42cafeff", read_bytes), "type_mismatch");
  EXPECT_EQ(problem_of("626869", read_bytes), "type_mismatch");
  EXPECT_EQ(problem_of("43cafe", read_bytes), "truncated");
  EXPECT_EQ(problem_of("5bffffffffffffffff", read_bytes), "truncated");
  EXPECT_EQ(problem_of("626869", read_text), "");
  EXPECT_EQ(problem_of("7f626869ff", read_text), "type_mismatch");
  EXPECT_EQ(problem_of("42cafe", read_text), "type_mismatch");
  EXPECT_EQ(problem_of("61ff", read_text), "invalid_utf8");
}

TEST(Cbor, ReadsBooleansAndNull) {
  const auto read_bool = [](cbor_cursor& in) { in.read_bool(); };
  EXPECT_EQ(problem_of("f4", read_bool), "");
  EXPECT_EQ(problem_of("f5", read_bool), "");
  EXPECT_EQ(problem_of("f6", read_bool), "type_mismatch");
  EXPECT_EQ(problem_of("01", read_bool), "type_mismatch");
  EXPECT_EQ(problem_of("", read_bool), "truncated");
  const auto input = from_hex("f6f7");
  cbor_cursor in{input};
  EXPECT_TRUE(in.read_null());
  EXPECT_FALSE(in.read_null()) << "undefined is not null";
}

TEST(Cbor, WalksDefiniteAndIndefiniteSequences) {
  for (const auto* hex : {"83010203", "9f010203ff", "9803010203"}) {
    const auto input = from_hex(hex);
    cbor_cursor in{input};
    auto items = in.enter_array();
    std::uint64_t sum = 0;
    while (in.next(items))
      sum += in.read_unsigned(255);
    EXPECT_EQ(sum, 6u) << hex;
    EXPECT_FALSE(in.next(items)) << "stays at its end";
    EXPECT_TRUE(in.ok() && in.remaining() == 0) << hex;
  }
}

TEST(Cbor, RefusesImpossibleCounts) {
  const auto enter = [](cbor_cursor& in) { in.enter_array(3); };
  EXPECT_EQ(problem_of("81 820040", enter), "3 bytes left");
  EXPECT_EQ(problem_of("82 820040 8200", enter), "truncated");
  EXPECT_EQ(problem_of("9bffffffffffffffff", enter), "truncated");
  EXPECT_EQ(problem_of("bbffffffffffffffff", [](cbor_cursor& in) { in.enter_map(); }), "truncated");
  EXPECT_EQ(problem_of("a1 01", [](cbor_cursor& in) { in.enter_map(); }), "truncated");
}

TEST(Cbor, FailsOnceAndStaysFailed) {
  const auto input = from_hex("61ff 01 f5");
  cbor_cursor in{input};
  in.read_text();
  EXPECT_EQ(in.problem(), errc::invalid_utf8);
  EXPECT_EQ(in.offset(), 0u);
  EXPECT_EQ(in.read_unsigned(255), 0u);
  EXPECT_TRUE(in.read_bytes().empty());
  EXPECT_FALSE(in.read_bool());
  EXPECT_FALSE(in.read_null());
  EXPECT_FALSE(in.at_text());
  auto items = in.enter_array();
  EXPECT_FALSE(in.next(items));
  in.skip();
  in.fail(errc::missing_field);
  EXPECT_EQ(in.problem(), errc::invalid_utf8);
  EXPECT_EQ(in.offset(), 0u);
  EXPECT_EQ(in.remaining(), 0u);
}

TEST(CborSkip, StepsOverEveryKindOfItem) {
  for (const auto* hex : {
         "00",
         "1818",
         "1b0000000000000000", // unsigned
         "20",
         "3bffffffffffffffff", // negative
         "40",
         "42cafe",
         "5f42cafe40ff",
         "5fff", // bytes
         "60",
         "626869",
         "7f6268696161ff", // text
         "80",
         "83018202038104",
         "9f01ff",
         "9f9f9fffffff", // arrays
         "a0",
         "a201020304",
         "bf0102ff",
         "bfff",
         "a18001", // maps
         "c100",
         "c1c2c3d8ff9f01ff",
         "d9d9f7a0", // tags
         "f4",
         "f5",
         "f6",
         "f7",
         "f820",
         "f97e00", // simple values and floats
         "fa47c35000",
         "fb7e37e43c8800759c",
         "e0",
         "f3",
         "9fbf01c19fff02a0ff8100ff", // all together
       })
    EXPECT_EQ(skip(hex), "") << hex;
}

TEST(CborSkip, StopsBehindTheItem) {
  EXPECT_EQ(skip("0102"), "1 bytes left");
  EXPECT_EQ(skip("820102 ff"), "1 bytes left");
  EXPECT_EQ(skip("9f01ff ff"), "1 bytes left");
}

TEST(CborSkip, RefusesTruncatedItems) {
  for (const auto* hex : {"", "18", "42ca", "62", "81", "8201", "9f", "9f01", "a1", "a101", "bf01",
                          "bf0102", "c1", "5f", "5f41", "f8", "f97e", "fb00000000000000"})
    EXPECT_EQ(skip(hex), "truncated") << hex;
}

TEST(CborSkip, RefusesMalformedItems) {
  for (const auto* hex : {
         "1c",       "3d",         "5c",     "7e",           "9d",
         "bc",       "dc",         "fc",     "fd",           "fe", // reserved
         "1f",       "3f",         "df", // indefinite, of types without that form
         "ff",       "81ff",       "9fc1ff", "c1ff",         "a1ff00", // breaks out of place
         "bf01ff",   "bf010203ff",                                     // a key without a value
         "5f6161ff", "7f4161ff",   "5f01ff", "5f5f41ffffff", "5f80ff", // chunks of another kind
       })
    EXPECT_EQ(skip(hex), "type_mismatch") << hex;
}

TEST(CborSkip, NestingIsLimited) {
  const auto limit = std::to_string(max_nesting);
  const auto above = std::to_string(max_nesting + 1);
  EXPECT_EQ(skip("(81*" + std::to_string(16) + ")00"), "");
  EXPECT_EQ(skip("(81*" + limit + ")00"), "");
  EXPECT_EQ(skip("(81*" + above + ")00"), "nesting_too_deep");
  EXPECT_EQ(skip("(9f*" + limit + ")(ff*" + limit + ")"), "");
  EXPECT_EQ(skip("(9f*" + above + ")(ff*" + above + ")"), "nesting_too_deep");
  EXPECT_EQ(skip("(a100*" + limit + ")00"), "");
  EXPECT_EQ(skip("(a100*" + above + ")00"), "nesting_too_deep");
  EXPECT_EQ(skip("(9f*1000000)"), "nesting_too_deep");
}

TEST(CborSkip, ATagIsALevelOfNesting) {
  const auto limit = std::to_string(max_nesting);
  const auto above = std::to_string(max_nesting + 1);
  EXPECT_EQ(skip("(c1*" + limit + ")00"), "");
  EXPECT_EQ(skip("(c1*" + above + ")00"), "nesting_too_deep");
  EXPECT_EQ(skip("(c1*1000000)00"), "nesting_too_deep");
  EXPECT_EQ(skip("(c181*" + std::to_string(max_nesting / 2) + ")00"), "");
  EXPECT_EQ(skip("(c181*" + std::to_string(max_nesting / 2 + 1) + ")00"), "nesting_too_deep");
  EXPECT_EQ(skip("98c8(c100*200)"), "") << "beside each other";
}

} // namespace
} // namespace ockam::internal
