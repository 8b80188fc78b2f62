#include "error_of.hpp"
#include "udp/name_cache.hpp"

#include "ockam/protocol/payload.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace ockam::udp::detail {
namespace {

using namespace std::chrono_literals;

/// A cache that the test asks and answers.
class NameCache : public testing::Test {
protected:
  static message text(const std::string& body) {
    return message{route{"1"}, route{}, encode_payload(body).value()};
  }
  static std::string body_of(const message& content) {
    return decode_payload<std::string>(content.payload()).value();
  }

  result<name_cache::answer> ask(const std::string& host, const std::string& body = "x") {
    auto content = text(body);
    return names.find(host, 4000, content, now);
  }
  bool asks_again(const std::string& host) {
    const auto answer = ask(host);
    return answer && answer->look_up;
  }

  /// The bodies of the messages that have waited for `host`.
  std::vector<std::string> answer(const std::string& host) {
    std::vector<std::string> sent;
    names.found(host, where, now,
                [&](name_cache::waiting&& each) { sent.push_back(body_of(each.content)); });
    return sent;
  }

  name_cache names;
  name_cache::clock::time_point now{1h};
  const asio::ip::address where = asio::ip::make_address("192.0.2.1");
};

TEST_F(NameCache, UDP3_ANameIsLookedUpOnceForAllThatWaitForIt) {
  EXPECT_TRUE(ask("host", "first")->look_up);
  EXPECT_FALSE(ask("host", "second")->look_up);
  EXPECT_TRUE(ask("other", "third")->look_up);
  EXPECT_EQ(answer("host"), (std::vector<std::string>{"first", "second"}));
  EXPECT_EQ(ask("host")->known, where);
}

TEST_F(NameCache, UDP3_WhatComesWhileOthersAreSentWaitsBehindThem) {
  ASSERT_TRUE(ask("host", "first"));
  std::vector<std::string> sent;
  names.found("host", where, now, [&](name_cache::waiting&& each) {
    sent.push_back(body_of(each.content));
    if (sent.size() == 1) {
      const auto meanwhile = ask("host", "second");
      ASSERT_TRUE(meanwhile);
      EXPECT_FALSE(meanwhile->known);
      EXPECT_FALSE(meanwhile->look_up);
    }
  });
  EXPECT_EQ(sent, (std::vector<std::string>{"first", "second"}));
}

TEST_F(NameCache, UDP3_AnAnswerIsAskedForAgainAfterThirtySeconds) {
  ASSERT_TRUE(ask("host"));
  answer("host");
  now += 30s;
  EXPECT_EQ(ask("host")->known, where);
  now += 1ms;
  EXPECT_TRUE(asks_again("host"));
}

TEST_F(NameCache, UDP3_ANameThatWasNotFoundIsAskedForAgain) {
  ASSERT_TRUE(ask("host", "lost"));
  const auto lost = names.failed("host");
  ASSERT_EQ(lost.size(), 1u);
  EXPECT_EQ(body_of(lost[0].content), "lost");
  EXPECT_TRUE(names.failed("host").empty());
  EXPECT_TRUE(asks_again("host"));
}

TEST_F(NameCache, UDP3_OfManyAnswersTheOldestGoes) {
  constexpr int most = 256;
  for (int i = 0; i < most; ++i) {
    ASSERT_TRUE(ask(std::to_string(i)));
    now += 1ms;
    answer(std::to_string(i));
  }
  EXPECT_TRUE(asks_again("one more"));
  EXPECT_EQ(ask("1")->known, where) << "the others stay";
  EXPECT_EQ(ask("255")->known, where);
  EXPECT_TRUE(asks_again("0"));
}

TEST_F(NameCache, UDP3_NamesThatAreBeingLookedUpHaveALimit) {
  for (int i = 0; i < 256; ++i)
    ASSERT_TRUE(ask(std::to_string(i)));
  EXPECT_EQ(error_of(ask("one too many")), errc::resource_exhausted);
  answer("7");
  EXPECT_TRUE(asks_again("in place of 7"));
}

TEST_F(NameCache, UDP3_MessagesForOneNameHaveALimit) {
  for (int i = 0; i < 1'024; ++i)
    ASSERT_TRUE(ask("host"));
  auto refused = text("one too many");
  EXPECT_EQ(error_of(names.find("host", 4000, refused, now)), errc::resource_exhausted);
  EXPECT_EQ(body_of(refused), "one too many") << "a refused message is as it was";
  EXPECT_TRUE(ask("other")) << "other names have their own";
}

TEST_F(NameCache, UDP3_AtTheEndAllThatWaitsIsHandedOut) {
  ASSERT_TRUE(ask("a", "first"));
  ASSERT_TRUE(ask("b", "second"));
  EXPECT_EQ(names.close().size(), 2u);
  EXPECT_EQ(error_of(ask("a")), errc::not_found);
  EXPECT_TRUE(names.close().empty());
}

} // namespace
} // namespace ockam::udp::detail
