#include "ockam/protocol/codec.hpp"

#include "error_of.hpp"
#include "hex.hpp"
#include "random_message.hpp"
#include "wire_vectors.hpp"

#include <algorithm>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace ockam {
namespace {

using test::from_hex;
using test::shared_hex;
using test::to_hex;

std::string problem_of(const result<message>& decoded) {
  return decoded ? "" : decoded.error().code().message();
}

std::string decode(std::string_view hex, const decode_limits& limits = {}) {
  return problem_of(decode_message(shared_hex(hex), limits));
}

std::string decode_bare(std::string_view hex, const decode_limits& limits = {}) {
  return problem_of(decode_bare_message(shared_hex(hex), limits));
}

message hello() {
  return {route{"echoer"}, route{"app"}, shared_hex("0c48656c6c6f204f636b616d21")};
}

// -- encoding ----------------------------------------------------------------------------------------

TEST(Codec, TCP22_WritesFourElements) {
  EXPECT_EQ(to_hex(encode_message(hello())),
            "84" // message: 4 fields
            "81"
            "8200"
            "466563686f6572" // onward route: local "echoer"
            "81"
            "8200"
            "43617070" // return route: local "app"
            "4d"
            "0c48656c6c6f204f636b616d21" // payload: BARE text
            "627b7d");                   // tracing context: "{}"
}

TEST(Codec, TCP22_NoTracingContextHasThreeForms) {
  const std::string three = "818200466563686f6572"
                            "81820043617070"
                            "4d0c48656c6c6f204f636b616d21";
  EXPECT_EQ(to_hex(encode_message(hello(), {.when_absent = absent_tracing::null})),
            "84" + three + "f6");
  EXPECT_EQ(to_hex(encode_message(hello(), {.when_absent = absent_tracing::omitted})),
            "83" + three);
  const auto traced = hello().set_tracing_context("{\"a\":1}");
  for (const auto form :
       {absent_tracing::empty_object, absent_tracing::null, absent_tracing::omitted})
    EXPECT_EQ(to_hex(encode_message(traced, {.when_absent = form})),
              "84" + three + "677b2261223a317d");
}

TEST(Codec, TCP25_AnEmptyMessageIsAHeartbeat) {
  EXPECT_EQ(to_hex(encode_message(message{})), "84808040627b7d");
  EXPECT_EQ(to_hex(encode_message(message{}, {.when_absent = absent_tracing::omitted})),
            "83808040");
}

TEST(Codec, TCP25_AHeartbeatDecodes) {
  const auto heartbeat = decode_message(shared_hex("83808040")).value();
  EXPECT_TRUE(heartbeat.onward_route().empty());
}

/// `value` without its first `hops` onward addresses.
message without_front(message value, std::size_t hops) {
  for (; hops > 0; --hops)
    value = std::move(value).pop_front_onward_route().value();
  return value;
}

TEST(Codec, LMS1_SkippedHopsAreNotEncoded) {
  std::mt19937 random{16};
  for (int i = 0; i < 500; ++i) {
    const auto value = test::random_message(random);
    for (std::size_t hops = 0; hops <= value.onward_route().size(); ++hops) {
      const encode_options skipping{.skip_hops = hops};
      const auto shorter = without_front(value, hops);
      ASSERT_EQ(encoded_size(value, skipping), encoded_size(shorter));
      ASSERT_EQ(encoded_head_size(value, skipping), encoded_head_size(shorter));
      ASSERT_EQ(encode_message(value, skipping), encode_message(shorter));
      ASSERT_EQ(encode_bare_message(value, skipping), encode_bare_message(shorter));
      for (const auto* form : {&cbor_form, &bare_form}) {
        bytes pieces(form->size(value, skipping));
        auto* const payload = form->encode_head(value, pieces.data(), skipping);
        ASSERT_EQ(payload, pieces.data() + form->head_size(value, skipping));
        auto* const tail = std::ranges::copy(value.payload().view(), payload).out;
        ASSERT_EQ(form->encode_tail(value, tail, skipping), pieces.data() + pieces.size());
        ASSERT_EQ(pieces,
                  form == &cbor_form ? encode_message(shorter) : encode_bare_message(shorter));
      }
    }
  }
}

TEST(Codec, LMS1_SkippingTooManyHopsSkipsAll) {
  const message value{route{"a", "b"}, route{"c"}, shared_bytes{as_bytes("body")}};
  const encode_options all{.skip_hops = 2};
  for (const std::size_t hops : {std::size_t{3}, SIZE_MAX}) {
    const encode_options more{.skip_hops = hops};
    EXPECT_EQ(encode_message(value, more), encode_message(value, all));
    EXPECT_EQ(encode_bare_message(value, more), encode_bare_message(value, all));
    EXPECT_TRUE(check_limits(value, {}, hops));
    EXPECT_TRUE(value.onward_route().encoded(hops).empty());
  }
}

TEST(Codec, HeadPayloadAndTailAreTheMessage) {
  std::mt19937 random{1};
  for (int i = 0; i < 500; ++i) {
    const auto value = test::random_message(random);
    for (const auto form :
         {absent_tracing::empty_object, absent_tracing::null, absent_tracing::omitted}) {
      bytes pieces(encoded_size(value, {.when_absent = form}));
      auto* position = encode_message_head(value, pieces.data(), {.when_absent = form});
      ASSERT_EQ(position, pieces.data() + encoded_head_size(value));
      const auto payload = value.payload().view();
      position = std::copy(payload.begin(), payload.end(), position);
      const auto* end = encode_message_tail(value, position, {.when_absent = form});
      ASSERT_EQ(end, position + encoded_tail_size(value, {.when_absent = form}));
      ASSERT_EQ(end, pieces.data() + pieces.size());
      ASSERT_EQ(pieces, encode_message(value, {.when_absent = form}));
    }
  }
}

// -- decoding ----------------------------------------------------------------------------------------

TEST(Codec, ThePayloadSharesTheMemoryOfTheFrame) {
  const auto frame = shared_bytes::adopt(encode_message(hello()));
  const auto decoded = decode_message(frame).value();
  EXPECT_GE(decoded.payload().data(), frame.data());
  EXPECT_LT(decoded.payload().data(), frame.data() + frame.size());
  EXPECT_EQ(decoded.payload(), hello().payload());
}

TEST(Codec, LMS10_TracingContextMayBeTextNullOrMissing) {
  EXPECT_FALSE(decode_message(shared_hex("83808040")).value().tracing_context());
  EXPECT_FALSE(decode_message(shared_hex("84808040f6")).value().tracing_context());
  EXPECT_EQ(decode_message(shared_hex("84808040627b7d")).value().tracing_context(), "{}");
  EXPECT_EQ(decode_message(shared_hex("8480804060")).value().tracing_context(), "");
}

TEST(Codec, ElementsAndBytesBehindTheMessageAreIgnored) {
  EXPECT_EQ(decode("83808040ff"), "");
  EXPECT_EQ(decode("84808040f6dead"), "");
  EXPECT_EQ(decode("88808040f6 8101 a10203 5f4100ff fb0000000000000000"), "");
  EXPECT_EQ(decode("9f808040f6 00 ff"), "");
  EXPECT_EQ(decode("9f808040ff"), "");
}

TEST(Codec, AddressesMayHaveMoreElements) {
  const auto decoded = decode_message(shared_hex("83 82 83004161f6 9f0141628101ff 80 40")).value();
  EXPECT_EQ(decoded.onward_route(), (route{"a", "1#b"}));
}

TEST(Codec, ReencodesAddressesThatAreNotCanonical) {
  const auto decoded
    = decode_message(
        shared_hex("83 83 8200 5801 61  98021801 4162  9f 1a00000002 590001 63 ff 80 40"))
        .value();
  const route expected{"a", "1#b", "2#c"};
  EXPECT_EQ(decoded.onward_route(), expected);
  EXPECT_EQ(to_hex(decoded.onward_route().encoded()), to_hex(expected.encoded()));
}

TEST(Codec, MissingFieldsAreNamed) {
  for (const auto* hex : {"80", "8180", "828080", "9fff", "9f80ff", "9f8080ff", "8381 80 8040",
                          "838181008040", "83819fff8040", "83819f00ff8040"})
    EXPECT_EQ(decode(hex), "missing_field") << hex;
}

TEST(Codec, UnknownElementsMustBeWellFormed) {
  EXPECT_EQ(decode("85808040f6"), "truncated");
  EXPECT_EQ(decode("85808040f6 1c"), "type_mismatch");
  EXPECT_EQ(decode("85808040f6 (81*64)00"), "");
  EXPECT_EQ(decode("85808040f6 (81*65)00"), "nesting_too_deep");
  EXPECT_EQ(decode("83 81 83004161(81*100)00 80 40"), "nesting_too_deep");
}

TEST(Codec, ErrorsNameTheByte) {
  const auto problem = decode_message(shared_hex("8380806161")).error();
  EXPECT_NE(problem.detail().find("byte 3"), std::string::npos) << problem.detail();
}

TEST(Codec, EveryTruncationOfAValidVectorIsRefused) {
  for (const auto& vector : test::wire_vectors({"tcp.message", "tcp.message.lenient"}, true)) {
    if (vector.text("name") == "tcp-lenient-trailing-bytes")
      continue;
    const auto frame = shared_bytes::adopt(vector.input());
    const auto step = frame.size() > 2000 ? frame.size() / 500 : 1;
    for (std::size_t size = 0; size < frame.size(); size += step)
      ASSERT_EQ(problem_of(decode_message(frame.slice(0, size))), "truncated")
        << vector.text("name") << " cut to " << size;
  }
}

TEST(Codec, EveryTruncationOfABareVectorIsRefusedUpToItsTracingContext) {
  for (const auto& vector : test::wire_vectors({"bare.message"}, true)) {
    const auto frame = shared_bytes::adopt(vector.input());
    const auto whole = decode_bare_message(frame).value();
    const auto mandatory
      = encode_bare_message(whole, {.when_absent = absent_tracing::omitted}).size();
    const auto optional = whole.tracing_context() ? 1 + 1 + whole.tracing_context()->size() : 0;
    for (std::size_t size = 0; size < mandatory - optional; ++size)
      ASSERT_EQ(problem_of(decode_bare_message(frame.slice(0, size))), "truncated")
        << vector.text("name") << " cut to " << size;
    for (auto size = mandatory - optional; size < frame.size(); ++size)
      ASSERT_EQ(problem_of(decode_bare_message(frame.slice(0, size))), "");
  }
}

// -- limits ------------------------------------------------------------------------------------------

message with_hops(std::size_t onward, std::size_t back) {
  route there;
  route here;
  for (std::size_t i = 0; i < onward; ++i)
    there.prepend("h");
  for (std::size_t i = 0; i < back; ++i)
    here.prepend("h");
  return {there, here};
}

TEST(CodecLimits, RoutesHaveALargestNumberOfHops) {
  for (const auto hops : {1023u, 1024u}) {
    const auto value = with_hops(hops, hops);
    EXPECT_EQ(problem_of(decode_message(shared_bytes::adopt(encode_message(value)))), "");
    EXPECT_EQ(problem_of(decode_bare_message(shared_bytes::adopt(encode_bare_message(value)))), "");
  }
  for (const auto& value : {with_hops(1025, 0), with_hops(0, 1025)}) {
    EXPECT_EQ(problem_of(decode_message(shared_bytes::adopt(encode_message(value)))),
              "route_too_long");
    EXPECT_EQ(problem_of(decode_bare_message(shared_bytes::adopt(encode_bare_message(value)))),
              "route_too_long");
  }
}

TEST(CodecLimits, RoutesOfUnknownLengthHaveTheSameLimit) {
  EXPECT_EQ(decode("83 9f (820040*1024) ff 80 40"), "");
  EXPECT_EQ(decode("83 9f (820040*1025) ff 80 40"), "route_too_long");
}

TEST(CodecLimits, AddressesHaveALargestSize) {
  EXPECT_EQ(decode("83 81 8200590400(61*1024) 80 40"), "");
  EXPECT_EQ(decode("83 81 8200590401(61*1025) 80 40"), "address_too_long");
  EXPECT_EQ(decode_bare("01 01 008008(61*1024) 00 00"), "");
  EXPECT_EQ(decode_bare("01 01 008108(61*1025) 00 00"), "address_too_long");
}

TEST(CodecLimits, ALongTracingContextIsDroppedAndTheMessageKept) {
  const std::string longest(4096, 't');
  for (const auto& [text, kept] : {std::pair{longest, true}, std::pair{longest + "t", false}}) {
    const auto value = hello().set_tracing_context(text);
    const auto decoded = decode_message(shared_bytes::adopt(encode_message(value))).value();
    EXPECT_EQ(decoded.tracing_context().has_value(), kept);
    EXPECT_EQ(decoded.payload(), value.payload());
    const auto bare = decode_bare_message(shared_bytes::adopt(encode_bare_message(value))).value();
    EXPECT_EQ(bare.tracing_context().has_value(), kept);
  }
}

TEST(CodecLimits, LimitsCanBeChanged) {
  const decode_limits strict{.max_route_hops = 1, .max_address_size = 2, .max_tracing_context = 0};
  EXPECT_EQ(decode("84 81 8200426161 80 40 60", strict), "");
  EXPECT_EQ(decode("84 82 8200426161820040 80 40 60", strict), "route_too_long");
  EXPECT_EQ(decode("84 81 820043616161 80 40 60", strict), "address_too_long");
  EXPECT_EQ(decode_bare("01 01 00026161 00 00", strict), "");
  EXPECT_EQ(decode_bare("01 02 000261610000 00 00", strict), "route_too_long");
  const decode_limits none{.max_route_hops = 0};
  EXPECT_EQ(decode("83808040", none), "");
  EXPECT_EQ(decode("83 81 820040 80 40", none), "route_too_long");
}

TEST(CodecLimits, ErrorsNameTheLimitTheValueAndTheOption) {
  const auto hops = decode_message(shared_hex("83 990401(820040*1025) 80 40")).error().detail();
  EXPECT_NE(hops.find("max-route-hops"), std::string::npos) << hops;
  EXPECT_NE(hops.find("1025"), std::string::npos) << hops;
  EXPECT_NE(hops.find("1024"), std::string::npos) << hops;
  const auto size = decode_message(shared_hex("83 81 8200590401(61*1025) 80 40")).error().detail();
  EXPECT_NE(size.find("max-address-size"), std::string::npos) << size;
  EXPECT_NE(size.find("1025"), std::string::npos) << size;
}

TEST(CodecLimits, LMS11_AMessageThatAPeerRefusesIsDetectedBeforeSending) {
  const decode_limits limits{.max_route_hops = 2, .max_address_size = 3};
  const auto check = [&](const route& onward, const route& back) {
    const auto fits = check_limits(message{onward, back, {}}, limits);
    return fits ? std::string{} : fits.error().code().message();
  };
  EXPECT_EQ(check({}, {}), "");
  EXPECT_EQ(check({"a", "b"}, {"a"}), "");
  EXPECT_EQ(check({"a", "b", "c"}, {}), "route_too_long");
  EXPECT_EQ(check({}, {"a", "b"}), "route_too_long") << "the receiver adds one";
  EXPECT_EQ(check({"a", "abc"}, {"abc"}), "");
  EXPECT_EQ(check({"a", "abcd"}, {}), "address_too_long");
  EXPECT_EQ(check({}, {"abcd"}), "address_too_long");
}

TEST(CodecLimits, LMS11_SkippedHopsDoNotCount) {
  const std::string name(11, 'n');
  const message value{{name, "a", "b"}, {}};
  const decode_limits limits{.max_route_hops = 2, .max_address_size = 10};
  EXPECT_TRUE(check_limits(value, limits, 1));
  EXPECT_EQ(error_of(check_limits(value, limits)), errc::route_too_long);
  EXPECT_EQ(error_of(check_limits(value, {.max_route_hops = 3, .max_address_size = 10})),
            errc::address_too_long);
  EXPECT_EQ(error_of(check_limits(value, {.max_route_hops = 1}, 1)), errc::route_too_long);
}

TEST(CodecLimits, AClaimIsTruncatedBeforeItIsTooMuch) {
  EXPECT_EQ(decode("83 9bffffffffffffffff 820040"), "truncated");
  EXPECT_EQ(decode("83 81 82005bffffffffffffffff"), "truncated");
  EXPECT_EQ(decode_bare("01 ffffffffffffffffff01 0000"), "truncated");
}

// -- the BARE form -----------------------------------------------------------------------------------

TEST(BareCodec, TheVersionIsIgnored) {
  for (const auto* hex : {"00 00 00 00", "01 00 00 00", "02 00 00 00", "ff 00 00 00"})
    EXPECT_EQ(decode_bare(hex), "") << hex;
}

TEST(BareCodec, LMS10_AMalformedTracingContextIsNone) {
  for (const auto* hex : {"01000000", "0100000000", "0100000002", "0100000001", "010000000105",
                          "01000000010161ff", "010000000101ff", "01000000020161"}) {
    const auto decoded = decode_bare_message(shared_hex(hex));
    ASSERT_TRUE(decoded) << hex;
    EXPECT_EQ(decoded->tracing_context().has_value(), std::string_view{hex} == "01000000010161ff");
  }
}

TEST(BareCodec, WritesWhatARustNodeWrites) {
  EXPECT_EQ(to_hex(encode_bare_message(hello())),
            "01" // version 1
            "01"
            "00"
            "066563686f6572" // onward route: local "echoer"
            "01"
            "00"
            "03617070" // return route: local "app"
            "0d"
            "0c48656c6c6f204f636b616d21" // payload
            "01"
            "027b7d"); // tracing context: "{}"
}

TEST(BareCodec, ThePayloadSharesTheMemoryOfTheFrame) {
  const auto frame = shared_bytes::adopt(encode_bare_message(hello()));
  const auto decoded = decode_bare_message(frame).value();
  EXPECT_EQ(decoded.payload(), hello().payload());
  EXPECT_GE(decoded.payload().data(), frame.data());
  EXPECT_LT(decoded.payload().data(), frame.data() + frame.size());
}

// -- properties --------------------------------------------------------------------------------------

TEST(CodecProperty, DecodingAnEncodedMessageYieldsTheMessage) {
  std::mt19937 random{2};
  for (int i = 0; i < 2'000; ++i) {
    const auto value = test::random_message(random);
    const auto decoded = decode_message(
      shared_bytes::adopt(encode_message(value, {.when_absent = absent_tracing::null})));
    ASSERT_TRUE(decoded);
    ASSERT_EQ(*decoded, value);
    const auto bare = decode_bare_message(
      shared_bytes::adopt(encode_bare_message(value, {.when_absent = absent_tracing::null})));
    ASSERT_TRUE(bare);
    ASSERT_EQ(*bare, value);
  }
}

TEST(CodecProperty, BytesBehindAMessageChangeNothing) {
  std::mt19937 random{3};
  for (int i = 0; i < 500; ++i) {
    const auto value = test::random_message(random);
    auto encoded = encode_message(value, {.when_absent = absent_tracing::null});
    encoded.push_back(static_cast<std::uint8_t>(random()));
    ASSERT_EQ(decode_message(shared_bytes::adopt(encoded)).value(), value);
  }
}

TEST(CodecProperty, AcceptedBytesReencodeToAFixedPoint) {
  std::mt19937 random{4};
  int accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    auto input = encode_message(test::random_message(random, 3, 8),
                                {.when_absent = absent_tracing::null});
    for (auto changes = random() % 4; changes > 0; --changes)
      input[random() % input.size()] = static_cast<std::uint8_t>(random());
    const auto first = decode_message(shared_bytes{input});
    if (!first)
      continue;
    ++accepted;
    const auto canonical = encode_message(*first, {.when_absent = absent_tracing::null});
    const auto second = decode_message(shared_bytes{canonical});
    ASSERT_TRUE(second) << to_hex(input);
    ASSERT_EQ(*second, *first) << to_hex(input);
    ASSERT_EQ(encode_message(*second, {.when_absent = absent_tracing::null}), canonical);
  }
  EXPECT_GT(accepted, 2'000) << "too few inputs are accepted for this to mean something";
}

} // namespace
} // namespace ockam
