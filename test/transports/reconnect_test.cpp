#include "attempts.hpp"
#include "error_of.hpp"
#include "raw_peer.hpp"
#include "test_nodes.hpp"

#include <chrono>
#include <optional>
#include <thread>

#include <gtest/gtest.h>

namespace ockam::test {
namespace {

using reconnect = nodes_test;

constexpr reconnect_policy quickly{.first = 10ms, .longest = 50ms};
constexpr reconnect_policy patiently{.first = 10ms, .longest = 50ms, .keep_for = 10s};

/// A connection whose first socket the peer has closed.
connection connect_and_be_lost(tcp_node& a, const raw_listener& peer,
                               const connection_journal& events) {
  auto made = a.tcp.connect(peer.address(),
                            {.reconnect = patiently, .observer = events.observer()});
  auto first = peer.accept();
  EXPECT_EQ(to_hex(first.read(1)), "01");
  first.close();
  const auto lost = events.wait_for(connection_state::reconnecting);
  EXPECT_TRUE(lost && lost->cause);
  return made;
}

TEST_F(reconnect, DEC12_TheAddressStaysValidAndWhatWaitsIsSent) {
  tcp_node a{start_node()};
  const connection_journal events;
  const raw_listener peer;
  const auto c = connect_and_be_lost(a, peer, events);
  ASSERT_TRUE(a.node.root().send({c, "echoer"}, "still here").has_value());
  auto second = peer.accept();
  EXPECT_EQ(to_hex(second.read(1)), "01") << "every stream begins with the version byte";
  second.write(from_hex("01"));
  EXPECT_EQ(second.read(5).size(), 5u) << "the message was not lost";
  EXPECT_TRUE(c.is_open());
  EXPECT_EQ(a.tcp.connections().size(), 1u);
}

TEST_F(reconnect, DEC12_WhatWaitsIsNotGivenToAPeerThatHasNotGreeted) {
  tcp_node a{start_node()};
  const connection_journal events;
  const raw_listener peer;
  const auto c = connect_and_be_lost(a, peer, events);
  ASSERT_TRUE(a.node.root().send({c, "echoer"}, "still here").has_value());
  for (int i = 0; i < 3; ++i) { // accepts, and closes as soon as it can
    auto dying = peer.accept();
    EXPECT_EQ(to_hex(dying.read(1)), "01");
    EXPECT_TRUE(dying.is_silent(20ms));
    dying.close();
  }
  EXPECT_EQ(events.count(connection_state::connected), 1u);
  EXPECT_EQ(events.count(connection_state::reconnecting), 1u);
  auto last = peer.accept();
  last.write(from_hex("01"));
  EXPECT_EQ(last.read(1 + 5).size(), 6u) << "the version byte, and the message";
  EXPECT_TRUE(eventually([&] { return events.count(connection_state::connected) == 2; }));
  EXPECT_EQ(a.dropped(drop_reason::connection_closed), 0u);
}

TEST_F(reconnect, DEC12_APeerThatAcceptsAndClosesIsAskedLessAndLessOften) {
  tcp_node a{start_node()};
  // 20, 40, 80, 160, 320, 640 ms apart, with 20 % less at most, and the one before
  EXPECT_LE(attempts_within(1'000ms, a.tcp, [](const raw_peer&) {}), 1 + 6);
}

TEST_F(reconnect, DEC12_NeitherDoesAVersionByteAloneMakeItsPausesShort) {
  tcp_node a{start_node()};
  EXPECT_LE(attempts_within(1'000ms, a.tcp,
                            [](const raw_peer& peer) {
                              peer.write(from_hex("01"));
                              static_cast<void>(peer.read(1));
                            }),
            1 + 6);
}

TEST_F(reconnect, DEC12_PausesDoNotGrowBeyondTheLongestOne) {
  tcp_node a{start_node()};
  const raw_listener peer;
  const auto c = a.tcp.connect(peer.address(),
                               {.reconnect = reconnect_policy{.first = 10ms, .longest = 200ms}});
  for (int i = 0; i < 13; ++i) { // doubled that often, 10 ms are half a minute
    auto next = peer.accept_within(long_timeout);
    ASSERT_TRUE(next) << "attempt " << i;
    next->close();
  }
  EXPECT_TRUE(c.try_close());
}

TEST_F(reconnect, DEC12_APeerThatHasSentSomethingIsConnectedToAgainSoon) {
  tcp_node a{start_node()};
  EXPECT_GT(attempts_within(2'000ms, a.tcp,
                            [](const raw_peer& peer) {
                              peer.write(from_hex("01 00000000"));
                              static_cast<void>(peer.read(1));
                            }),
            10);
}

TEST_F(reconnect, DEC12_DUR2_APolicyWithoutAPauseHasOneAllTheSame) {
  tcp_node a{start_node()};
  raw_listener peer;
  for (const auto none : {0ms, -1ms}) {
    const auto c = a.tcp.connect(peer.address(), {.reconnect = reconnect_policy{none, none}});
    peer.accept().close();
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < 10; ++i)
      peer.accept().close();
    EXPECT_GE(std::chrono::steady_clock::now() - began, 10 * 8ms) << "10 ms, varied by 20 %";
    ASSERT_TRUE(c.try_close());
  }
}

TEST_F(reconnect, DEC12_ASocketThatWasFullDoesNotHoldTheNextOne) {
  tcp_node a{start_node()};
  const connection_journal events;
  raw_listener peer{16, true};
  auto policy = quickly;
  policy.keep_for = long_timeout;
  const auto c = a.tcp.connect(peer.address(),
                               {.reconnect = policy, .observer = events.observer()});
  const auto first = peer.accept();
  EXPECT_EQ(to_hex(first.read(1)), "01");
  const std::string large(1u << 20, '.');
  for (int i = 0; i < 7; ++i)
    ASSERT_TRUE(a.node.root().send({c, "echoer"}, large));
  ASSERT_FALSE(c.flush(300ms)) << "the peer reads nothing";
  first.shut_down_writing(); // the only sign that it goes: nothing is read or written
  ASSERT_TRUE(events.wait_for(connection_state::reconnecting));
  const auto second = peer.accept();
  EXPECT_EQ(to_hex(second.read(1)), "01");
}

TEST_F(reconnect, DEC12_ASocketIsReadFromWhenTheLastOneWasLostByWriting) {
  tcp_node a{start_node()};
  const connection_journal events;
  const raw_listener peer{16, true};
  const auto c = a.tcp.connect(peer.address(), {.reconnect = quickly,
                                                .limits = {.write_timeout = 200ms},
                                                .observer = events.observer()});
  const auto first = peer.accept();
  first.write(from_hex("01"));
  const std::string large(1u << 20, '.');
  for (int i = 0; i < 7; ++i)
    ASSERT_TRUE(a.node.root().send({c, "echoer"}, large));
  const auto lost = events.wait_for(connection_state::reconnecting); // still waits for input
  ASSERT_TRUE(lost && lost->cause);
  EXPECT_EQ(*lost->cause, errc::timeout);
  const auto second = peer.accept();
  second.write(from_hex("01"));
  EXPECT_TRUE(eventually([&] { return events.count(connection_state::connected) == 2; }));
}

/// Loses its peer between the request and its reply.
class WithARequest : public nodes_test {
protected:
  ~WithARequest() override {
    if (requester.joinable()) // the test has failed
      requester.join();
  }

  tcp_node a{start_node()};
  const connection_journal events;
  std::optional<connection> c;
  std::thread requester;
};

TEST_F(WithARequest, ANS5_ARequestThatWasWrittenEndsWhenItsConnectionIsLost) {
  {
    const raw_listener peer;
    c = a.tcp.connect(peer.address(), {.reconnect = patiently, .observer = events.observer()});
    const auto accepted = peer.accept();
    static_cast<void>(accepted.read(1));
    requester = std::thread{[this] {
      const auto reply = a.node.root().send_and_receive<std::string>({*c, "echoer"}, "x");
      EXPECT_EQ(error_of(reply), errc::connection_closed);
      EXPECT_NE(error_of(reply).detail().find("lost before the reply came"), std::string::npos);
    }};
    ASSERT_FALSE(accepted.read(4 + 10).empty()); // it has come
  }
  ASSERT_TRUE(events.wait_for(connection_state::reconnecting));
  EXPECT_TRUE(c->is_open());
  requester.join();
}

} // namespace
} // namespace ockam::test
