#include "routing/error_reply.hpp"

#include "protocol/wire_vectors.hpp"

#include "ockam/protocol/codec.hpp"
#include "ockam/protocol/payload.hpp"
#include "ockam/protocol/wire/api.hpp"

#include <algorithm>
#include <string>

namespace ockam::internal {
namespace {

const test::wire_vector& vector_of_an_error_reply() {
  return *std::ranges::find_if(test::all_wire_vectors(), [](const auto& each) {
    return each.text("name") == "tcp-msg-error-reply";
  });
}

const address requester{transport_type::local, "00112233445566778899aabbccddeeff+e1"};

TEST(ErrorReply, ANS8_ItsBytesAreThoseOfTheWireFormatPage) {
  const auto made = make_error_reply(route{requester}, {errc::already_exists, "the name is taken"},
                                     address{"greeter"});
  EXPECT_EQ(test::to_hex(encode_message(made)), vector_of_an_error_reply().text("hex"));
}

TEST(ErrorReply, ANS8_ItIsReadAsTheErrorOfARequest) {
  const auto received = decode_message(shared_bytes{vector_of_an_error_reply().input()});
  ASSERT_TRUE(received);
  const auto reported = read_error_reply(*received);
  ASSERT_TRUE(reported);
  EXPECT_EQ(*reported, errc::remote);
  EXPECT_EQ(reported->cause(), errc::already_exists);
  EXPECT_NE(reported->detail().find("the name is taken"), std::string::npos);
}

TEST(ErrorReply, ANS8_AnotherPayloadIsAnErrorWithoutAText) {
  const message content{route{requester, address{transport_type::local, "+error"}}, {}};
  const auto reported = read_error_reply(content);
  ASSERT_TRUE(reported);
  EXPECT_EQ(*reported, errc::remote);
}

/// What a requester is sent about an error.
api::error_body sent_about(const error& why, const address& where = address{"worker"}) {
  const auto made = make_error_reply(route{requester}, why, where);
  return api::decode_error(decode_payload<api::response>(made.payload()).value().body).value();
}

TEST(ErrorReply, ANS8_ALongTextIsCutBetweenTwoCharacters) {
  const std::string most(256, 'a');
  EXPECT_EQ(sent_about({errc::misuse, most}).message, most);
  EXPECT_EQ(sent_about({errc::misuse, most + 'a'}).message, most + "...");
  const std::string before(255, 'a');
  EXPECT_EQ(sent_about({errc::misuse, before + "\xc3\xa9 and more"}).message, before + "...");
}

TEST(ErrorReply, ANS8_WhatIsNoTextIsEscaped) {
  const auto sent = sent_about({errc::misuse, "\xff"}, address{"a\nb"});
  EXPECT_EQ(sent.message, R"(\xff)");
  EXPECT_EQ(sent.path, R"(0#a\x0ab)");
}

TEST(ErrorReply, ANS8_OnlyRequestersThatSayThatTheyReadErrorsGetThem) {
  EXPECT_TRUE(understands_errors(route{"connection", requester}));
  EXPECT_FALSE(understands_errors(route{}));
  EXPECT_FALSE(understands_errors(route{requester, "relay"}));
  EXPECT_FALSE(understands_errors(route{address{std::string(35, '0')}})) << "as long, another end";
  EXPECT_FALSE(understands_errors(route{address{std::string(31, '0') + "+e1"}}));
  EXPECT_FALSE(understands_errors(route{address{transport_type::tcp, requester.value()}}));
}

} // namespace
} // namespace ockam::internal
