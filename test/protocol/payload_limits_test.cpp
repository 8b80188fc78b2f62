#include "ockam/protocol/payload.hpp"

#include "error_of.hpp"
#include "hex.hpp"

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace ockam {
namespace {

using test::shared_hex;

/// Contains itself through a list.
struct tree {
  std::vector<tree> children;
  friend auto bare_fields(tree& t) { return std::tie(t.children); }
};

/// Contains itself in two ways.
struct json {
  std::variant<no_body, std::string, std::vector<json>, std::map<std::string, json>> value;
  friend auto bare_fields(json& j) { return std::tie(j.value); }
};

/// Contains itself through a pointer, by a codec of its own.
struct chain {
  std::unique_ptr<chain> next;
};

/// As a chain, but has no default value.
struct rope {
  explicit rope(std::unique_ptr<rope> behind) : next{std::move(behind)} {}
  std::unique_ptr<rope> next;
};

/// Costs one byte on the wire and 8 KiB on the heap, by a codec of its own.
struct boxed {
  std::unique_ptr<std::array<std::uint64_t, 1024>> content;
};

template <class T>
void write_next(bare_writer& out, const std::unique_ptr<T>& next) {
  out.boolean(next != nullptr);
  if (next)
    write_field(out, *next);
}

template <class T>
std::unique_ptr<T> read_next(bare_reader& in) {
  return in.boolean() ? std::make_unique<T>(read_field<T>(in)) : nullptr;
}

using sparse = std::vector<std::optional<std::array<std::uint8_t, 2048>>>;

} // namespace

template <>
struct payload_codec<chain> {
  static void write(bare_writer& out, const chain& c) { write_next(out, c.next); }
  static chain read(bare_reader& in) { return {read_next<chain>(in)}; }
};

template <>
struct payload_codec<rope> {
  static void write(bare_writer& out, const rope& r) { write_next(out, r.next); }
  static rope read(bare_reader& in) { return rope{read_next<rope>(in)}; }
};

template <>
struct payload_codec<boxed> {
  static void write(bare_writer& out, const boxed& value) { out.boolean(value.content != nullptr); }
  static boxed read(bare_reader& in) {
    if (!in.boolean() || !in.charge(1, sizeof(*boxed{}.content)))
      return {};
    return {std::make_unique<std::array<std::uint64_t, 1024>>()};
  }
};

namespace {

template <class T>
std::string problem_of(const shared_bytes& payload, const body_limits& limits = {}) {
  auto body = decode_payload<T>(payload, limits);
  return body ? "" : body.error().code().message();
}

template <class T>
std::string problem_of(const std::string& hex) {
  return problem_of<T>(shared_hex(hex));
}

/// `levels` trees, chains or ropes: each but the last contains one.
std::string nested(std::size_t levels) {
  return "(01*" + std::to_string(levels - 1) + ")00";
}

template <class T>
class Nesting : public testing::Test {};
using nested_types = testing::Types<tree, chain, rope>;
TYPED_TEST_SUITE(Nesting, nested_types, );

TYPED_TEST(Nesting, MTY5_ABodyThatContainsItselfHasALimitedDepth) {
  EXPECT_EQ(problem_of<TypeParam>(nested(max_nesting)), "");
  for (const std::size_t levels : {max_nesting + 1, std::size_t{50'000}, std::size_t{8'000'000}})
    EXPECT_EQ(problem_of<TypeParam>(nested(levels)), "nesting_too_deep") << levels;
}

TYPED_TEST(Nesting, MTY5_TheDepthIsCountedNotTheNumber) {
  using list = std::vector<TypeParam>;
  std::string many;
  for (int i = 0; i < 99; ++i)
    many += nested(max_nesting);
  EXPECT_EQ(problem_of<list>("64" + many + nested(max_nesting)), "");
  EXPECT_EQ(problem_of<list>("64" + many + nested(max_nesting + 1)), "nesting_too_deep");
}

TEST(PayloadLimits, MTY5_EveryWayInwardsCounts) {
  const auto half = std::to_string(max_nesting / 2);
  EXPECT_EQ(problem_of<json>("(0201*" + std::to_string(max_nesting - 1) + ")00"), "");
  EXPECT_EQ(problem_of<json>("(0201*" + std::to_string(max_nesting) + ")00"), "nesting_too_deep");
  EXPECT_EQ(problem_of<json>("(030100*" + std::to_string(max_nesting) + ")00"), "nesting_too_deep");
  EXPECT_EQ(problem_of<json>("(0201030100*" + half + ")00"), "nesting_too_deep");
}

TEST(PayloadLimits, MTY5_UnreadableDepthsAreNotWritten) {
  tree whole;
  for (std::size_t level = 1; level < max_nesting; ++level) {
    tree outer;
    outer.children.push_back(std::move(whole));
    whole = std::move(outer);
  }
  EXPECT_EQ(encode_payload(whole).value(), shared_hex(nested(max_nesting)));
  tree outer;
  outer.children.push_back(std::move(whole));
  EXPECT_EQ(error_of(encode_payload(outer)), errc::nesting_too_deep);
}

TEST(PayloadLimits, MTY5_TheErrorNamesTheLimit) {
  const auto refused = decode_payload<tree>(shared_hex(nested(1'000)));
  EXPECT_NE(to_string(error_of(refused)).find("more than 64 nested values"), std::string::npos)
    << to_string(refused.error());
}

TEST(PayloadLimits, MTY6_AMebibyteDoesNotBecomeGibibytes) {
  // 1 Mi - 3 absent items of 2 KiB each
  EXPECT_EQ(problem_of<sparse>("fdff3f(00*1048573)"), "resource_exhausted");
  EXPECT_EQ(problem_of<std::vector<sparse>>("02 00 fcff3f(00*1048572)"), "resource_exhausted");
  // 16 Ki entries of 2 KiB, each of two bytes
  using table = std::map<std::uint8_t, sparse::value_type>;
  EXPECT_EQ(problem_of<table>("808001(00*32768)"), "resource_exhausted");
}

TEST(PayloadLimits, MTY6_AShortBodyMayBecomeAMebibyte) {
  const auto items = [](std::size_t count) {
    bytes body{static_cast<std::uint8_t>(0x80 | (count & 0x7f)),
               static_cast<std::uint8_t>(count >> 7)};
    body.resize(body.size() + count);
    return shared_bytes::adopt(std::move(body));
  };
  const auto most = body_limits{}.least_memory / sizeof(sparse::value_type);
  EXPECT_EQ(problem_of<sparse>(items(most)), "");
  EXPECT_EQ(problem_of<sparse>(items(most + 1)), "resource_exhausted");
  EXPECT_EQ(problem_of<sparse>(items(most + 1), {.least_memory = 2u << 20}), "");
  EXPECT_EQ(problem_of<sparse>(items(most + 1), {.memory_per_byte = 4096}), "");
  EXPECT_EQ(problem_of<sparse>(items(2), {.memory_per_byte = 1, .least_memory = 0}),
            "resource_exhausted");
  EXPECT_EQ(problem_of<sparse>(items(2), {.memory_per_byte = ~std::size_t{0}}), "");
}

TEST(PayloadLimits, MTY6_AllPartsOfABodyShareTheMemory) {
  // 300 lists of 2 items: each is small
  EXPECT_EQ(problem_of<std::vector<sparse>>("ac02(020000*300)"), "resource_exhausted");
  EXPECT_EQ(problem_of<std::vector<sparse>>("fa01(020000*250)"), "");
}

TEST(PayloadLimits, MTY6_ACodecOfTheUserCountsWhatItCreates) {
  EXPECT_EQ(problem_of<std::vector<boxed>>("64(01*100)"), "");
  EXPECT_EQ(problem_of<std::vector<boxed>>("c801(01*200)"), "resource_exhausted");
}

TEST(PayloadLimits, MTY6_FullBodiesAreNotLimited) {
  const std::vector<std::string> words(200'000, "word");
  EXPECT_EQ(decode_payload<std::vector<std::string>>(encode_payload(words).value()).value(), words);
  const std::vector<std::string> empty_words(200'000);
  EXPECT_EQ(decode_payload<std::vector<std::string>>(encode_payload(empty_words).value()).value(),
            empty_words);
  std::map<std::uint32_t, std::uint8_t> table;
  for (std::uint32_t i = 0; i < 100'000; ++i)
    table.emplace(i, 0);
  EXPECT_EQ(
    (decode_payload<std::map<std::uint32_t, std::uint8_t>>(encode_payload(table).value())).value(),
    table);
}

TEST(PayloadLimits, MTY6_TheMemoryOfObjectsIsNotCountedModulo64Bits) {
  const bytes nothing;
  bare_reader in{bytes_view{nothing}};
  EXPECT_FALSE(in.charge(std::uint64_t{1} << 61, 8)) << "2^64 bytes";
  EXPECT_EQ(in.error(), errc::resource_exhausted);
}

TEST(PayloadLimits, MTY6_TheErrorNamesTheLimit) {
  const auto refused = decode_payload<sparse>(shared_hex("fdff3f(00*1048573)"));
  const auto text = to_string(refused.error());
  EXPECT_NE(text.find("1048573 objects of 2049 bytes"), std::string::npos) << text;
  EXPECT_NE(text.find("it may become 67108864 bytes"), std::string::npos) << text;
  EXPECT_NE(text.find("memory_per_byte"), std::string::npos) << text;
}

} // namespace
} // namespace ockam
