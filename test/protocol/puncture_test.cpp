#include "ockam/protocol/wire/puncture.hpp"

#include "error_of.hpp"
#include "hex.hpp"
#include "random_message.hpp"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace ockam::udp {
namespace {

using test::from_hex;
using test::shared_hex;
using test::to_hex;
using kind = puncture_message::kind;

template <class T>
std::string problem_of(const result<T>& decoded) {
  return decoded ? "" : decoded.error().code().message();
}

std::string request_problem(std::string_view hex) {
  return problem_of(decode_rendezvous_request(from_hex(hex)));
}
std::string response_problem(std::string_view hex) {
  return problem_of(decode_rendezvous_response(from_hex(hex)));
}
std::string negotiation_problem(std::string_view hex) {
  return problem_of(decode_negotiation(from_hex(hex)));
}
std::string puncture_problem(std::string_view hex) {
  return problem_of(decode_puncture_message(from_hex(hex)));
}

puncture_message payload_of(message content) {
  return {kind::payload, std::move(content)};
}

TEST(Puncture, UDP10_MessagesSurviveARoundTripAsPayloads) {
  for (const auto asked : {rendezvous_request::ping, rendezvous_request::get_my_address})
    EXPECT_EQ(decode_payload<rendezvous_request>(encode_payload(asked).value()).value(), asked);
  for (const auto& answer : {rendezvous_response{}, rendezvous_response{"203.0.113.9:54321"}})
    EXPECT_EQ(decode_payload<rendezvous_response>(encode_payload(answer).value()).value(), answer);
  const negotiation offer{"203.0.113.9:54321", address::random()};
  EXPECT_EQ(decode_payload<negotiation>(encode_payload(offer).value()).value(), offer);
  for (const auto what : {kind::ping, kind::pong})
    EXPECT_EQ(
      decode_payload<puncture_message>(encode_payload(puncture_message{what}).value()).value(),
      puncture_message{what});
}

TEST(Puncture, UDP10_AnyRoutesAndBodySurviveARoundTrip) {
  std::mt19937 random{10};
  for (int i = 0; i < 300; ++i) {
    const auto sent
      = payload_of(test::random_message(random, 10, 1000).set_tracing_context(std::nullopt));
    const auto encoded = encode(sent).value();
    ASSERT_EQ(decode_puncture_message(encoded.view()).value(), sent) << to_hex(encoded.view());
  }
}

TEST(Puncture, UDP10_VariantsAreArraysOfExactlyTwo) {
  EXPECT_EQ(puncture_problem("82 00 80"), "");
  for (const auto* wrong : {"81 00", "83 00 80 80", "9f 00 80 ff", "00", "a1 00 80"}) {
    EXPECT_EQ(request_problem(wrong), "type_mismatch") << wrong;
    EXPECT_EQ(response_problem(wrong), "type_mismatch") << wrong;
    EXPECT_EQ(puncture_problem(wrong), "type_mismatch") << wrong;
  }
}

TEST(Puncture, UDP10_VariantsThatDoNotExistAreRefused) {
  EXPECT_EQ(request_problem("82 02 80"), "unknown_variant");
  EXPECT_EQ(response_problem("82 02 80"), "unknown_variant");
  EXPECT_EQ(puncture_problem("82 03 80"), "unknown_variant");
  EXPECT_EQ(puncture_problem("82 1affffffff 80"), "unknown_variant");
  EXPECT_EQ(puncture_problem("82 1b0000000100000000 80"), "integer_out_of_range");
}

TEST(Puncture, UDP10_FieldsOfAVariantWithoutAnyAreSkipped) {
  for (const auto* fields : {"f6", "83010203", "9f9fffff", "a10102", "626162"}) {
    EXPECT_EQ(request_problem(std::string{"82 01 "} + fields), "") << fields;
    EXPECT_EQ(response_problem(std::string{"82 00 "} + fields), "") << fields;
    EXPECT_EQ(puncture_problem(std::string{"82 01 "} + fields), "") << fields;
  }
  EXPECT_EQ(puncture_problem("82 00 (81*100) 80"), "nesting_too_deep");
}

TEST(Puncture, UDP10_FieldsAreNeededAndFurtherOnesSkipped) {
  EXPECT_EQ(response_problem("82 01 80"), "missing_field");
  EXPECT_EQ(response_problem("82 01 82 6161 f6"), "");
  EXPECT_EQ(negotiation_problem("80"), "missing_field");
  EXPECT_EQ(negotiation_problem("81 6161"), "missing_field");
  EXPECT_EQ(negotiation_problem("83 6161 8101 f6"), "");
  EXPECT_EQ(negotiation_problem("9f 6161 9f01ff f6 ff"), "");
  EXPECT_EQ(puncture_problem("82 02 80"), "missing_field");
  EXPECT_EQ(puncture_problem("82 02 82 80 80"), "missing_field");
  EXPECT_EQ(puncture_problem("82 02 84 80 80 80 f6"), "");
  EXPECT_EQ(puncture_problem("82 02 9f 80 80 80 ff"), "");
}

TEST(Puncture, UDP10_OctetsAreIntegersOfAByteEach) {
  EXPECT_EQ(decode_puncture_message(from_hex("82 02 83 80 80 9f 00 1817 1900ff ff"))
              .value()
              .content.payload(),
            shared_hex("00 17 ff"))
    << "longer heads than needed";
  EXPECT_EQ(puncture_problem("82 02 83 80 80 81 190100"), "integer_out_of_range");
  EXPECT_EQ(puncture_problem("82 02 83 80 80 81 20"), "type_mismatch");
  EXPECT_EQ(puncture_problem("82 02 83 80 80 4101"), "type_mismatch") << "a byte string";
  EXPECT_EQ(negotiation_problem("82 6161 4101"), "type_mismatch");
  EXPECT_EQ(puncture_problem("82 02 83 80 80 9a7fffffff 01"), "truncated") << "a lying length";
}

TEST(Puncture, UDP10_LimitsNameThemselvesTheValueAndTheOption) {
  const decode_limits tight{.max_route_hops = 1, .max_address_size = 4};
  EXPECT_TRUE(decode_negotiation(from_hex("82 6461626364 84 01020304"), tight));
  const auto long_text = decode_negotiation(from_hex("82 656162636465 80"), tight);
  EXPECT_EQ(error_of(long_text), errc::address_too_long);
  const auto long_worker = decode_negotiation(from_hex("82 60 85 0102030405"), tight);
  EXPECT_EQ(error_of(long_worker), errc::address_too_long);
  EXPECT_NE(error_of(long_worker).detail().find("5, max-address-size is 4"), std::string::npos)
    << error_of(long_worker).detail();
  EXPECT_EQ(error_of(decode_rendezvous_response(from_hex("82 01 81 656162636465"), tight)),
            errc::address_too_long);
  EXPECT_EQ(error_of(decode_puncture_message(from_hex("82 02 83 82 820040 820040 80 80"), tight)),
            errc::route_too_long);
  EXPECT_EQ(
    error_of(decode_puncture_message(from_hex("82 02 83 80 81 8200 456162636465 80"), tight)),
    errc::address_too_long);
}

TEST(Puncture, UDP10_TextThatIsNotUtf8IsRefusedBothWays) {
  EXPECT_EQ(response_problem("82 01 81 61ff"), "invalid_utf8");
  EXPECT_EQ(negotiation_problem("82 61ff 80"), "invalid_utf8");
  EXPECT_EQ(error_of(encode(rendezvous_response{"\xff"})), errc::invalid_utf8);
  EXPECT_EQ(error_of(encode_payload(negotiation{"\xff", "worker"})), errc::invalid_utf8);
}

TEST(Puncture, UDP10_BytesBehindTheItemAreIgnored) {
  EXPECT_EQ(puncture_problem("82 00 80 ff"), "");
  EXPECT_EQ(negotiation_problem("82 6161 8101 ff"), "");
}

TEST(Puncture, UDP10_EveryTruncationIsRefused) {
  const auto refuses_the_beginnings_of = [](const auto& value, auto decode) {
    const auto whole = encode(value).value();
    ASSERT_TRUE(decode(whole.view()));
    for (std::size_t size = 0; size < whole.size(); ++size)
      EXPECT_EQ(problem_of(decode(whole.view().first(size))), "truncated") << size;
  };
  refuses_the_beginnings_of(rendezvous_request::get_my_address,
                            [](bytes_view in) { return decode_rendezvous_request(in); });
  refuses_the_beginnings_of(rendezvous_response{"203.0.113.9:54321"},
                            [](bytes_view in) { return decode_rendezvous_response(in); });
  refuses_the_beginnings_of(negotiation{"203.0.113.9:54321", address::random()},
                            [](bytes_view in) { return decode_negotiation(in); });
  refuses_the_beginnings_of(payload_of({route{"h1", "echoer"}, route{"app"}, shared_hex("00ff")}),
                            [](bytes_view in) { return decode_puncture_message(in); });
}

} // namespace
} // namespace ockam::udp
