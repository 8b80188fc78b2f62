#include "error_reply.hpp"

#include "protocol/wire_vectors.hpp"

#include "ockam/protocol/codec.hpp"

#include <algorithm>

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

} // namespace
} // namespace ockam::internal
