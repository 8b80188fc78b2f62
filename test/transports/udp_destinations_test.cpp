// Where the messages of an open binding go, without a node.

#include "error_of.hpp"
#include "slow_names.hpp"
#include "udp/destinations.hpp"

#include <string>
#include <vector>

#include <asio/io_context.hpp>

namespace ockam::udp::detail {
namespace {

using namespace std::chrono_literals;

const asio::ip::address here = asio::ip::make_address("127.0.0.1");
const asio::ip::address far = asio::ip::make_address("192.0.2.1");

class Destinations : public testing::Test {
protected:
  Destinations() { EXPECT_TRUE(socket.open({here, 0})); }

  static message text(const std::string& second, const std::string& body = "x") {
    return {route{"binding", second, "worker"}, route{"app"}, shared_bytes{as_bytes(body)}};
  }
  result<destinations::choice> choose(message content) { return chosen.choose(content, now); }
  result<destinations::choice> choose(const std::string& second, const std::string& body = "x") {
    return choose(text(second, body));
  }

  /// Notes where each message goes that has waited for `host`, or why it goes nowhere.
  result<void> answer(const std::string& host, const lookup::outcome& hosts) {
    return chosen.found(host, hosts, now, [this](message& content, auto to) {
      const auto body = content.payload().view();
      const std::string what{body.begin(), body.end()};
      if (to)
        sent.push_back(what + " to " + std::to_string((*to)->where.port()));
      else
        refused.push_back(to.error());
    });
  }

  asio::io_context loop;
  datagram_socket socket{loop.get_executor(), default_datagram_size};
  const bind_options options{.unproven_allowance = 0};
  peer_table peers{options, nullptr};
  destinations chosen{loop.get_executor(), socket, peers, options};
  destinations::clock::time_point now{1h};
  test::lines sent;
  std::vector<error> refused;
};

TEST_F(Destinations, UDP2_UDP3_TheSecondAddressIsAPeerOrAnError) {
  for (const auto* second : {"worker", "1#192.0.2.1:4000", "2#192.0.2.1:0", "2#192.0.2.1"})
    EXPECT_EQ(error_of(choose(second)), errc::invalid_value) << second;
  EXPECT_EQ(error_of(choose(message{route{"binding"}, route{}})), errc::invalid_value);
  EXPECT_EQ(error_of(choose("2#[2001:db8::1]:4000")), errc::invalid_value) << "the socket is IPv4";
  const auto there = choose("2#192.0.2.1:4000");
  ASSERT_TRUE(there && there->known);
  EXPECT_EQ(there->known->where, (endpoint{far, 4000}));
  EXPECT_TRUE(there->known->from.is_unspecified());
}

TEST_F(Destinations, UDP9_AnAnswerLeavesFromTheAddressThatWasAsked) {
  const endpoint peer{far, 4000};
  peers.take(peer, here, datagram{}, 100, now);
  const auto there = choose("2#192.0.2.1:4000");
  ASSERT_TRUE(there && there->known);
  EXPECT_EQ(there->known->from, here);
}

TEST_F(Destinations, UDP3_MessagesWaitForANameInTheirOrder) {
  const auto first = choose("2#host:4000", "first");
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->known);
  EXPECT_EQ(first->look_up, "host");
  const auto second = choose("2#host:4001", "second");
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->known);
  EXPECT_FALSE(second->look_up) << "it is looked up once";
  ASSERT_TRUE(answer("host", std::vector{far}));
  EXPECT_EQ(sent, (test::lines{"first to 4000", "second to 4001"}));
  const auto third = choose("2#host:4002");
  ASSERT_TRUE(third && third->known);
  EXPECT_EQ(third->known->where, (endpoint{far, 4002}));
}

TEST_F(Destinations, UDP3_ANameWithoutAnAddressOfTheFamilyIsNotFound) {
  ASSERT_TRUE(choose("2#host:4000"));
  const std::vector only_ipv6{asio::ip::make_address("2001:db8::1")};
  EXPECT_EQ(error_of(answer("host", only_ipv6)), errc::not_found);
  EXPECT_TRUE(sent.empty());
  EXPECT_EQ(chosen.failed("host").size(), 1u);
  EXPECT_TRUE(choose("2#host:4000")->look_up) << "and is asked for again";
}

TEST_F(Destinations, UDP3_MessagesFromOtherNodesDoNotMakeUsLookUpNames) {
  auto foreign = text("2#host:4000");
  foreign.set_came_from_wire();
  EXPECT_EQ(error_of(choose(foreign)), errc::access_denied);
  EXPECT_TRUE(choose("2#host:4000")->look_up);
}

TEST_F(Destinations, UDP12_UDP3_WhatHasWaitedIsRefusedAsTheRest) {
  peers.take({far, 4000}, here, datagram{}, 1, now);
  EXPECT_EQ(error_of(choose("2#192.0.2.1:4000")), errc::resource_exhausted);
  ASSERT_TRUE(choose("2#host:4000", "refused"));
  ASSERT_TRUE(choose("2#host:4001", "sent"));
  ASSERT_TRUE(answer("host", std::vector{far}));
  EXPECT_EQ(sent, test::lines{"sent to 4001"});
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0], errc::resource_exhausted);
}

TEST_F(Destinations, UDP3_MAP10_ALookupEndsWithTheAddressesOfTheHost) {
  const test::slow_names names;
  std::optional<lookup::outcome> found;
  chosen.look_up("quick", [&](lookup::outcome hosts) { found = std::move(hosts); });
  EXPECT_FALSE(found) << "the answer comes on the loop";
  loop.run_for(test::long_timeout);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ(found->value(), std::vector{here});
}

TEST_F(Destinations, UDP3_MAP10_TheEndDoesNotWaitForALookup) {
  const test::slow_names names;
  ASSERT_TRUE(choose("2#slow:4000"));
  std::optional<lookup::outcome> ended;
  chosen.look_up("slow", [&](lookup::outcome hosts) { ended = std::move(hosts); });
  EXPECT_EQ(chosen.close().size(), 1u);
  loop.run_for(test::long_timeout);
  ASSERT_TRUE(ended);
  EXPECT_EQ(error_of(*ended), errc::shutting_down);
  EXPECT_EQ(error_of(choose("2#slow:4000")), errc::not_found);
  EXPECT_TRUE(chosen.close().empty());
}

} // namespace
} // namespace ockam::udp::detail
