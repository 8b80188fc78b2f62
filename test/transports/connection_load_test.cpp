#include "contract/connection_contract.hpp"
#include "error_of.hpp"

#include "ockam/actors/observer.hpp"

#include <atomic>
#include <thread>

namespace ockam::test {
namespace {

// The contract of connections under load: order, back-pressure, and an end in the middle of it.

TEST_P(ConnectionContract, ORD1_ORD2_ORD4_TenThousandMessagesEachWayKeepTheirOrder) {
  constexpr int total = 10'000;
  const auto place = listen(b);
  const auto c = connect(a, place);
  const auto k = accepted(b);
  auto at_b = start_reader(b, place.flow_control_id);
  auto at_a = start_reader(a, c.flow_control_id());
  const auto send_all = [](ockam::node& from, const route& to) {
    for (int i = 0; i < total; ++i)
      from.send(to, std::to_string(i));
  };
  const auto receive_all = [](endpoint& reader) {
    for (int i = 0; i < total; ++i) {
      const auto next = reader.receive<std::string>({long_timeout});
      ASSERT_TRUE(next) << "message " << i << " is missing";
      ASSERT_EQ(next->body(), std::to_string(i));
    }
  };
  std::thread sends_back{[&] { send_all(b.node, {k, "reader"}); }};
  std::thread receives_back{[&] { receive_all(at_a); }};
  send_all(a.node, {c, "reader"});
  receive_all(at_b);
  sends_back.join();
  receives_back.join();
  EXPECT_EQ(a.node.metrics().total_dropped() + b.node.metrics().total_dropped(), 0u);
}

TEST_P(ConnectionContract, ORD5_ORD8_MAP9_DEC8_AReaderThatDoesNotReadStopsTheSender) {
  constexpr std::size_t limit = 64u << 10;
  connection_journal events;
  const auto place = listen(b, {.limits = {.max_unhandled_messages = 8}});
  const auto c = connect(a, place,
                         {.limits = {.max_pending_bytes = limit}, .observer = events.observer()});
  auto reader = start_reader(b, place.flow_control_id);
  start_echoer(b, place.flow_control_id, "quick");
  const auto send = [&](int number) {
    return a.node.root().send({c, "reader"}, std::to_string(number) + std::string(4'000, '.'));
  };

  int accepted = 0;
  auto outcome = send(accepted);
  while (outcome && accepted < 100'000)
    outcome = send(++accepted);
  ASSERT_FALSE(outcome) << "400 MB are on their way";
  EXPECT_EQ(error_of(outcome), errc::resource_exhausted);
  EXPECT_NE(to_string(error_of(outcome)).find("max-pending-bytes"), std::string::npos);
  EXPECT_LE(c.pending_bytes(), limit + 5'000);
  EXPECT_TRUE(events.wait_for(connection_event::kind::overloaded));
  EXPECT_LE(b.node.metrics().received, 8u);
  const auto refused = a.dropped(drop_reason::pending_bytes_full);
  EXPECT_GE(refused, 1u);

  for (int i = 0; i < accepted; ++i) {
    const auto next = reader.receive<std::string>({long_timeout});
    ASSERT_TRUE(next) << "message " << i << " of " << accepted << " is missing";
    ASSERT_EQ(std::stoi(next->body()), i);
  }
  EXPECT_TRUE(events.wait_for(connection_event::kind::writable));
  EXPECT_TRUE(c.flush());
  EXPECT_TRUE(send(accepted));
  EXPECT_EQ(std::stoi(reader.receive<std::string>({long_timeout})->body()), accepted);
  EXPECT_EQ(ask(a.node, {c, "quick"}), "Hello Ockam!");
}

TEST_P(ConnectionContract, ORD8_WritableIsAnnouncedAfterEveryOverload) {
  connection_journal events;
  const auto place = listen(b);
  const auto c = connect(a, place,
                         {.limits = {.max_pending_bytes = 10'000}, .observer = events.observer()});
  auto reader = start_reader(b, place.flow_control_id);
  for (std::size_t overloads = 1; overloads <= 20; ++overloads) {
    while (a.node.root().send({c, "reader"}, std::string(5'000, '.')))
      ;
    ASSERT_TRUE(
      eventually([&] { return events.count(connection_event::kind::writable) == overloads; }))
      << "after overload " << overloads << ", " << c.pending_bytes() << " bytes wait";
    EXPECT_EQ(events.count(connection_event::kind::overloaded), overloads);
    while (reader.receive<any_body>({.timeout = 0ms}))
      ;
  }
}

TEST_P(ConnectionContract, TCP35_WhatWasSentBeforeDisconnectArrivesAlsoWhileThePeerSends) {
  constexpr int total = 300;
  const auto place = listen(b);
  auto reader = start_reader(b, place.flow_control_id);
  for (int round = 0; round < 5; ++round) {
    const auto c = connect(a, place);
    const auto k = accepted(b);
    std::atomic<bool> enough{false};
    std::thread other{[&] { // as fast as it can; A drops it
      while (!enough && (b.node.root().send({k, "nobody"}, std::string(2'000, '.')) || k.is_open()))
        ;
    }};
    for (int i = 0; i < total; ++i)
      a.node.send({c, "reader"}, std::to_string(i) + std::string(10'000, '.'));
    ASSERT_TRUE(c.try_close());
    int arrived = 0;
    while (arrived < total) {
      const auto next = reader.receive<std::string>({.timeout = 3s});
      if (!next)
        break;
      EXPECT_EQ(std::stoi(next->body()), arrived++);
    }
    EXPECT_EQ(arrived, total) << "round " << round;
    enough = true;
    other.join();
    EXPECT_TRUE(all_connections_end());
  }
}

/// Looks at what it is shown.
class attentive final : public message_observer {
public:
  void on_delivery(const address& source, const address& destination, const message&) override {
    seen_ += source.value().size() + destination.value().size();
  }
  void on_write(const address& sender, std::string_view peer, const message& content) override {
    seen_ += sender.value().size() + peer.size() + content.payload().size();
  }
  void on_read(const address& sender, std::string_view peer, const message& content) override {
    on_write(sender, peer, content);
  }
  void on_drop(drop_reason, const message& content) override { seen_ += content.payload().size(); }

private:
  std::atomic<std::size_t> seen_{0};
};

TEST_P(ConnectionContract, TCP37_AConnectionMayCloseWhileOthersSendAndItIsObserved) {
  auto observed = make_side({.observer = std::make_shared<attentive>()});
  const auto place = listen(b);
  for (int round = 0; round < 50; ++round) {
    const auto c = connect(observed, place);
    std::thread sends{[&] {
      while (observed.node.root().send({c, "missing"}, "x") || c.is_open())
        ;
    }};
    ASSERT_TRUE(accepted(b).try_close());
    sends.join();
    ASSERT_TRUE(all_connections_end());
  }
}

} // namespace
} // namespace ockam::test
