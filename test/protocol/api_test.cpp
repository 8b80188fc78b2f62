#include "ockam/protocol/wire/api.hpp"

#include "error_of.hpp"
#include "hex.hpp"

#include <string>

#include <gtest/gtest.h>

namespace ockam::api {
namespace {

using test::shared_hex;
using test::to_hex;

std::string request_problem(std::string_view hex) {
  const auto decoded = decode_request(shared_hex(hex));
  return decoded ? "" : decoded.error().code().message();
}

std::string response_problem(std::string_view hex) {
  const auto decoded = decode_response(shared_hex(hex));
  return decoded ? "" : decoded.error().code().message();
}

std::string error_problem(std::string_view hex) {
  const auto decoded = decode_error(shared_hex(hex));
  return decoded ? "" : decoded.error().code().message();
}

TEST(Api, EveryMethodSurvivesARoundTrip) {
  for (const auto verb : {method::get, method::post, method::put, method::del, method::patch}) {
    const request sent{0xffffffff, "/v0/x", verb, shared_hex("64626f6479")};
    EXPECT_EQ(decode_request(encode(sent).value()).value(), sent);
    EXPECT_EQ(decode_payload<request>(encode_payload(sent).value()).value(), sent);
  }
}

TEST(Api, EveryStatusSurvivesARoundTrip) {
  for (const auto code : {200, 400, 401, 403, 404, 405, 408, 409, 500, 501}) {
    const response sent{1, 2, static_cast<status>(code), {}};
    EXPECT_EQ(decode_response(encode(sent).value()).value(), sent);
    EXPECT_EQ(decode_payload<response>(encode_payload(sent).value()).value(), sent);
  }
}

TEST(Api, OptionalFieldsMayBeMissing) {
  const request asked{7, "p", std::nullopt, {}};
  EXPECT_EQ(to_hex(encode(asked).value().view()), "a3010702617004f4");
  EXPECT_EQ(decode_request(encode(asked).value()).value(), asked);
  const response answered{7, 8, std::nullopt, {}};
  EXPECT_EQ(decode_response(encode(answered).value()).value(), answered);
  EXPECT_EQ(decode_error(encode(error_body{}).value()).value(), error_body{});
  EXPECT_EQ(request_problem("a4 0107 026170 03f6 04f4"), "") << "null is absent";
}

TEST(Api, KeysComeInAnyOrderAndUnknownOnesAreSkipped) {
  const auto decoded = decode_request(shared_hex("a6 04f4 00 01 026170 18638201a0 0301 0107"));
  ASSERT_TRUE(decoded) << to_string(decoded.error());
  EXPECT_EQ(*decoded, (request{7, "p", method::post, {}}));
  EXPECT_EQ(request_problem("bf 0107 026170 0301 04f4 ff"), "") << "an indefinite map";
}

TEST(Api, MethodsAndStatusesThatAreNotListedAreRefused) {
  EXPECT_EQ(request_problem("a4 0107 026170 0304 04f4"), "");
  EXPECT_EQ(request_problem("a4 0107 026170 0305 04f4"), "unknown_variant");
  EXPECT_EQ(request_problem("a4 0107 026170 031bffffffffffffffff 04f4"), "unknown_variant");
  EXPECT_EQ(response_problem("a4 0107 0208 0318c8 04f4"), "");
  EXPECT_EQ(response_problem("a4 0107 0208 0318c9 04f4"), "unknown_variant");
}

TEST(Api, EveryMandatoryFieldIsNeeded) {
  EXPECT_EQ(request_problem("a2 026170 04f4"), "missing_field");
  EXPECT_EQ(request_problem("a2 0107 04f4"), "missing_field");
  EXPECT_EQ(request_problem("a2 0107 026170"), "missing_field");
  EXPECT_EQ(response_problem("a2 0208 04f4"), "missing_field");
  EXPECT_EQ(response_problem("a2 0107 04f4"), "missing_field");
  EXPECT_EQ(response_problem("a2 0107 0208"), "missing_field");
  EXPECT_EQ(request_problem("a0"), "missing_field");
}

TEST(Api, WrongTypesAreRefused) {
  EXPECT_EQ(request_problem("83 07 6170 f4"), "type_mismatch");
  EXPECT_EQ(request_problem("a3 016107 026170 04f4"), "type_mismatch");
  EXPECT_EQ(request_problem("a3 0107 024170 04f4"), "type_mismatch");
  EXPECT_EQ(request_problem("a3 0107 026170 0401"), "type_mismatch");
  EXPECT_EQ(request_problem("a3 011b0000000100000000 026170 04f4"), "integer_out_of_range");
  EXPECT_EQ(request_problem("a3 0107 0261ff 04f4"), "invalid_utf8");
}

TEST(Api, TheBodyIsOneItemAndSharesMemory) {
  const auto input = shared_hex("a3 0107 026170 04f5 8201 02 ff");
  const auto decoded = decode_request(input).value();
  EXPECT_EQ(decoded.body, shared_hex("820102"));
  EXPECT_EQ(decoded.body.data(), input.data() + 8);
  EXPECT_EQ(request_problem("a3 0107 026170 04f5"), "truncated");
  EXPECT_EQ(request_problem("a3 0107 026170 04f5 8201"), "truncated");
  EXPECT_TRUE(decode_request(shared_hex("a3 0107 026170 04f4 01")).value().body.empty());
}

TEST(Api, ATextIsAnErrorMessage) {
  EXPECT_EQ(decode_error(shared_hex("626e6f")).value(), (error_body{{}, {}, "no", {}}));
}

TEST(Api, CausesAreNestedUpToALimit) {
  error_body deep{"p", method::put, "m", {}};
  for (std::size_t i = 0; i < max_nesting; ++i)
    deep = error_body{std::nullopt, std::nullopt, "m", {deep}};
  EXPECT_EQ(decode_error(encode(deep).value()).value(), deep);
  EXPECT_EQ(error_of(encode(error_body{{}, {}, "m", {deep}})), errc::nesting_too_deep);
  EXPECT_EQ(error_problem("(a104*" + std::to_string(max_nesting) + ")a0"), "");
  EXPECT_EQ(error_problem("(a104*" + std::to_string(max_nesting + 1) + ")a0"), "nesting_too_deep");
  EXPECT_EQ(error_problem("(a104*100000)a0"), "nesting_too_deep");
  EXPECT_EQ(error_problem("a1 04 80"), "type_mismatch");
}

TEST(Api, TextThatIsNotUtf8CannotBeSent) {
  EXPECT_EQ(error_of(encode(request{1, "\xff", {}, {}})), errc::invalid_utf8);
  EXPECT_EQ(error_of(encode(error_body{{}, {}, {}, {error_body{{}, {}, "\xff", {}}}})),
            errc::invalid_utf8);
  EXPECT_EQ(error_of(encode_payload(request{1, "\xff", {}, {}})), errc::invalid_utf8);
}

TEST(Api, EveryTruncationIsRefused) {
  const auto whole = encode(request{100, "node/x", method::get, shared_hex("64626f6479")}).value();
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(decode_request(whole.slice(0, size))) << size;
}

} // namespace
} // namespace ockam::api
