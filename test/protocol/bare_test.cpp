#include "ockam/protocol/bare.hpp"

#include "hex.hpp"

#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace ockam {
namespace {

using test::from_hex;
using test::shared_hex;
using test::to_hex;

/// The output of `write` in hex, after a check of the counted size.
template <class Write>
std::string written(Write write) {
  bare_writer counted;
  write(counted);
  bytes memory(counted.size());
  bare_writer out{memory};
  write(out);
  EXPECT_TRUE(out.ok());
  EXPECT_EQ(out.size(), memory.size());
  return to_hex(memory);
}

template <class Read>
std::string problem_of(std::string_view hex, Read read) {
  const auto input = from_hex(hex);
  bare_reader in{bytes_view{input}};
  read(in);
  return in.ok() ? "" : in.error().code().message();
}

TEST(Bare, NumbersAreLittleEndian) {
  EXPECT_EQ(written([](bare_writer& out) { out.integer(std::uint16_t{0x1234}); }), "3412");
  EXPECT_EQ(written([](bare_writer& out) { out.integer(std::int32_t{-2}); }), "feffffff");
  EXPECT_EQ(written([](bare_writer& out) { out.integer(std::int64_t{-2}); }), "feffffffffffffff");
  EXPECT_EQ(written([](bare_writer& out) { out.integer(std::uint8_t{200}); }), "c8");
  EXPECT_EQ(written([](bare_writer& out) { out.f32(1.5f); }), "0000c03f");
  EXPECT_EQ(written([](bare_writer& out) { out.f64(1.5); }), "000000000000f83f");
  EXPECT_EQ(written([](bare_writer& out) { out.character(U'\u65e5'); }), "e5650000");
}

template <class T>
void expect_integer_round_trip(T value) {
  bytes memory(sizeof(T));
  bare_writer out{memory};
  out.integer(value);
  bare_reader in{bytes_view{memory}};
  EXPECT_EQ(in.integer<T>(), value);
  EXPECT_TRUE(in.ok());
}

TEST(Bare, IntegersKeepTheirExtremes) {
  const auto extremes = [](auto example) {
    using limits = std::numeric_limits<decltype(example)>;
    expect_integer_round_trip(limits::min());
    expect_integer_round_trip(limits::max());
    expect_integer_round_trip(decltype(example){1});
  };
  extremes(std::int8_t{});
  extremes(std::uint8_t{});
  extremes(std::int16_t{});
  extremes(std::uint16_t{});
  extremes(std::int32_t{});
  extremes(std::uint32_t{});
  extremes(std::int64_t{});
  extremes(std::uint64_t{});
}

TEST(Bare, VarintsGrowBySevenBits) {
  for (unsigned shift = 0; shift < 64; ++shift) {
    for (const auto value : {(std::uint64_t{1} << shift) - 1, std::uint64_t{1} << shift}) {
      const auto hex = written([value](bare_writer& out) { out.uint(value); });
      EXPECT_EQ(hex.size(), 2 * bare_uint_size(value));
      const auto input = from_hex(hex);
      bare_reader in{bytes_view{input}};
      EXPECT_EQ(in.uint(), value);
      EXPECT_EQ(in.remaining(), 0u);
    }
  }
}

TEST(Bare, VarintsMayBeLongerThanNeeded) {
  const auto input = from_hex("8000 818000 80808080808080808000");
  bare_reader in{bytes_view{input}};
  EXPECT_EQ(in.uint(), 0u);
  EXPECT_EQ(in.uint(), 1u);
  EXPECT_EQ(in.uint(), 0u);
  EXPECT_TRUE(in.ok());
}

TEST(Bare, VarintsOfMoreThan64BitsOverflow) {
  const auto read = [](bare_reader& in) { in.uint(); };
  EXPECT_EQ(problem_of("ffffffffffffffffff01", read), "");
  EXPECT_EQ(problem_of("ffffffffffffffffff02", read), "varint_overflow");
  EXPECT_EQ(problem_of("80808080808080808080", read), "varint_overflow");
  EXPECT_EQ(problem_of("8080808080808080808001", read), "varint_overflow");
  EXPECT_EQ(problem_of("(80*1000)", read), "varint_overflow");
  EXPECT_EQ(problem_of("ffff", read), "truncated");
  EXPECT_EQ(problem_of("", read), "truncated");
}

TEST(Bare, BoolsAreStrict) {
  const auto read = [](bare_reader& in) { in.boolean(); };
  EXPECT_EQ(problem_of("00", read), "");
  EXPECT_EQ(problem_of("01", read), "");
  EXPECT_EQ(problem_of("02", read), "unknown_variant");
  EXPECT_EQ(problem_of("ff", read), "unknown_variant");
  EXPECT_EQ(problem_of("", read), "truncated");
}

TEST(Bare, CharactersAreUnicode) {
  const auto read = [](bare_reader& in) { in.character(); };
  EXPECT_EQ(problem_of("ffff1000", read), "");
  EXPECT_EQ(problem_of("00001100", read), "integer_out_of_range");
  EXPECT_EQ(problem_of("00d80000", read), "integer_out_of_range");
  EXPECT_EQ(problem_of("000000", read), "truncated");
  bare_writer out;
  out.character(static_cast<char32_t>(0xd800));
  EXPECT_EQ(out.error(), errc::integer_out_of_range);
}

TEST(Bare, LengthsAreCheckedBeforeAnythingElse) {
  const auto read = [](bare_reader& in) { in.data(); };
  EXPECT_EQ(problem_of("0361", read), "truncated");
  EXPECT_EQ(problem_of("ffffffffffffffffff01", read), "truncated");
  EXPECT_EQ(problem_of("0161", read), "");
}

TEST(Bare, TextIsUtf8) {
  const auto read = [](bare_reader& in) { in.text(); };
  EXPECT_EQ(problem_of("02c3a9", read), "");
  EXPECT_EQ(problem_of("02fffe", read), "invalid_utf8");
  bare_writer out;
  out.text("\xff");
  EXPECT_EQ(out.error(), errc::invalid_utf8);
  EXPECT_EQ(out.size(), 0u);
}

TEST(Bare, AFailedReaderReadsNothing) {
  const auto input = from_hex("02fffe 0161");
  bare_reader in{bytes_view{input}};
  EXPECT_TRUE(in.text().empty());
  EXPECT_TRUE(in.text().empty());
  EXPECT_EQ(in.uint(), 0u);
  EXPECT_EQ(in.integer<std::uint8_t>(), 0);
  EXPECT_FALSE(in.boolean());
  EXPECT_EQ(in.f64(), 0.0);
  EXPECT_TRUE(in.rest().empty());
  EXPECT_EQ(in.remaining(), 0u);
  in.fail(errc::missing_field, "later");
  EXPECT_EQ(in.error(), errc::invalid_utf8);
}

TEST(Bare, AWriterNeverLeavesItsMemory) {
  bytes memory(4, 0xee);
  bare_writer out{std::span{memory}.first(2)};
  out.integer(std::uint16_t{1});
  EXPECT_TRUE(out.ok());
  out.integer(std::uint8_t{1});
  EXPECT_EQ(out.error(), errc::internal);
  EXPECT_EQ(to_hex(memory), "0100eeee");
}

TEST(Bare, SharedDataIsASliceOfTheSource) {
  const auto source = shared_hex("03010203 cafe");
  bare_reader in{source};
  const auto part = in.shared_data();
  EXPECT_EQ(part, shared_hex("010203"));
  EXPECT_EQ(part.data(), source.data() + 1);
  const auto rest = in.rest();
  EXPECT_EQ(rest.data(), source.data() + 4);
  EXPECT_EQ(rest.size(), 2u);
}

TEST(Bare, SharedDataOfAViewIsACopy) {
  const auto input = from_hex("03010203");
  bare_reader in{bytes_view{input}};
  const auto part = in.shared_data();
  EXPECT_EQ(part, shared_hex("010203"));
  EXPECT_NE(part.data(), input.data() + 1);
}

} // namespace
} // namespace ockam
