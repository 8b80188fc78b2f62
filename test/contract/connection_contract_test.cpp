#include "connection_contract.hpp"
#include "error_of.hpp"

#include <atomic>
#include <thread>

namespace ockam::test {
namespace {

// A transport without connections joins the other suite only.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ConnectionContract);

TEST_P(ConnectionContract, TCP3_TCP5_AConnectionTellsWhatItIs) {
  const auto place = listen(b);
  const auto c = connect(a, place);
  const auto k = accepted(b);
  EXPECT_EQ(c.mode(), connection_mode::outgoing);
  EXPECT_EQ(k.mode(), connection_mode::incoming);
  EXPECT_EQ(c.peer(), place.place);
  EXPECT_EQ(route{c}, route{c.sender_address()});
  for (const auto& [end, node] : {std::pair{c, &a.node}, std::pair{k, &b.node}}) {
    EXPECT_TRUE(end.is_open());
    EXPECT_NE(end.sender_address(), end.receiver_address());
    ASSERT_TRUE(node->root().metadata(end.sender_address()));
    EXPECT_TRUE(node->root().metadata(end.sender_address())->terminal);
    EXPECT_FALSE(node->root().metadata(end.receiver_address()));
    EXPECT_EQ(node->root().find_terminal_address(route{"hop", end, "far"}).value(),
              end.sender_address());
    EXPECT_EQ(node->flow_controls().find_producer(end.sender_address())->id, end.flow_control_id());
  }
}

TEST_P(ConnectionContract, DUR1_TheLongestLimitsNeverEndAConnection) {
  constexpr auto never = std::chrono::milliseconds::max();
  connection_limits limits;
  limits.handshake_timeout = limits.frame_timeout = limits.write_timeout = limits.idle_timeout
    = never;
  const connection_journal events;
  const auto place = listen(b, {.limits = limits});
  start_echoer(b, place.flow_control_id);
  const auto c = connect(a, place, {.limits = limits, .observer = events.observer()});
  const std::string large(60'000, 'x');
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(ask(a.node, {c, "echoer"}, large), large) << events.cause();
    EXPECT_TRUE(c.flush(never));
    EXPECT_FALSE(eventually([&] { return !c.is_open(); }, 60ms)) << "longer than deadlines rest";
  }
}

TEST_P(ConnectionContract, TCP19_TwoConnectionsAreIndependent) {
  const auto place = listen(b);
  start_echoer(b, place.flow_control_id);
  const auto first = connect(a, place);
  const auto second = connect(a, place);
  EXPECT_NE(first.sender_address(), second.sender_address());
  ASSERT_TRUE(first.try_close());
  EXPECT_EQ(ask(a.node, {second, "echoer"}), "Hello Ockam!");
}

TEST_P(ConnectionContract, ConnectingWithoutAListenerFails) {
  const auto place = listen(b);
  ASSERT_TRUE(b.transport->stop_listener(place.address));
  EXPECT_FALSE(a.transport->connect(place.place, {}));
  EXPECT_TRUE(a.transport->connections().empty());
}

TEST_P(ConnectionContract, TCP11_AListenerCanBeStartedAgainAtItsPlace) {
  auto place = listen(b);
  start_echoer(b, place.flow_control_id);
  for (int round = 0; round < 10; ++round) {
    ASSERT_TRUE(b.transport->stop_listener(place.address));
    EXPECT_EQ(error_of(b.transport->stop_listener(place.address)), errc::not_found);
    auto again = b.transport->listen(place.place, {});
    ASSERT_TRUE(again) << to_string(again.error());
    place = std::move(*again);
    b.node.flow_controls().add_consumer("echoer", place.flow_control_id);
    EXPECT_EQ(ask(a.node, {connect(a, place), "echoer"}), "Hello Ockam!");
  }
}

TEST_P(ConnectionContract, TCP10_ManyPeersAreServedAtATime) {
  constexpr int peers = 8;
  const auto place = listen(b);
  start_echoer(b, place.flow_control_id);
  std::vector<side> others;
  for (int i = 0; i < peers; ++i)
    others.push_back(make_side());
  std::vector<std::thread> asking;
  std::atomic<int> answers{0};
  for (auto& other : others)
    asking.emplace_back([&] {
      const auto c = connect(other, place);
      for (int i = 0; i < 50; ++i)
        answers += ask(other.node, {c, "echoer"}, std::to_string(i)) == std::to_string(i) ? 1 : 0;
    });
  for (auto& each : asking)
    each.join();
  EXPECT_EQ(answers, peers * 50);
  EXPECT_EQ(b.transport->connections().size(), static_cast<std::size_t>(peers));
}

TEST_P(ConnectionContract, FC7_FC10_FC31_OnlyConsumersAreReached) {
  const auto place = listen(b);
  const auto c = connect(a, place);
  const auto k = accepted(b);
  const auto d = connect(a, place);
  b.node.start_worker("hidden", echoer{});
  start_echoer(b, place.flow_control_id, "of_the_listener");
  start_echoer(b, k.flow_control_id(), "of_one_connection");
  expect_dropped(a.node, {c, "hidden"}, b.node, drop_reason::not_a_consumer);
  EXPECT_EQ(ask(a.node, {c, "of_the_listener"}), "Hello Ockam!");
  EXPECT_EQ(ask(a.node, {d, "of_the_listener"}), "Hello Ockam!");
  EXPECT_EQ(ask(a.node, {c, "of_one_connection"}), "Hello Ockam!");
  EXPECT_EQ(ask(a.node, {d, "of_one_connection"}, "?", short_timeout), "timeout");
  expect_drops(b.node, drop_reason::not_a_consumer, 2);
}

// -- limits ----------------------------------------------------------------------------------------

TEST_P(ConnectionContract, TCP23_TCP37_AFrameAboveTheReadersLimitClosesTheConnection) {
  connection_journal events;
  const auto place = listen(b,
                            {.limits = {.max_frame_size = 1'000}, .observer = events.observer()});
  const auto c = connect(a, place);
  const auto largest = body_for_encoded_size(1'000, "reader");
  auto reader = start_reader(b, place.flow_control_id);
  a.node.send({c, "reader"}, largest);
  EXPECT_TRUE(reader.receive<any_body>({long_timeout}));
  a.node.send({c, "reader"}, largest + 'x');
  EXPECT_NE(events.cause().find("frame_too_large"), std::string::npos) << events.cause();
  EXPECT_TRUE(all_connections_end());
}

TEST_P(ConnectionContract, ORD8_StoredPayloadsStopReadingUntilTheyAreDropped) {
  constexpr int total = 64;
  struct shelf {
    std::mutex mutex;
    std::vector<shared_bytes> stored;
    int seen = 0;
    std::size_t most = 0;
  };
  const auto shared = std::make_shared<shelf>();
  const auto place = listen(b, {.limits = {.max_unhandled_bytes = 256u << 10}});
  const auto c = connect(a, place);
  b.node.start_worker("collector", [=](context&, const routed<any_body>& received) {
    const std::lock_guard guard{shared->mutex};
    shared->stored.push_back(received.payload());
    shared->most = std::max(shared->most, shared->stored.size());
    ++shared->seen;
  });
  b.node.flow_controls().add_consumer("collector", place.flow_control_id);
  for (int i = 0; i < total; ++i)
    a.node.send({c, "collector"}, std::string(60'000, 'x'));
  while (eventually([&] {
    const std::lock_guard guard{shared->mutex};
    return shared->seen == total || shared->stored.size() >= 2;
  })) {
    const std::lock_guard guard{shared->mutex};
    shared->stored.clear();
    if (shared->seen == total)
      break;
  }
  EXPECT_EQ(shared->seen, total);
  EXPECT_LT(shared->most, total / 2) << "all were read at once: nothing stopped the reader";
}

TEST_P(ConnectionContract, ORD8_CreditThatComesBackAfterTheEndWakesNoReader) {
  const gate opened;
  const auto place = listen(b, {.limits = {.max_unhandled_messages = 1}});
  const auto c = connect(a, place);
  b.node.start_worker(
    "slow", [=](context&, const routed<any_body>&) { EXPECT_TRUE(opened.wait()); }, pooled);
  b.node.flow_controls().add_consumer("slow", place.flow_control_id);
  for (int i = 0; i < 3; ++i)
    a.node.send({c, "slow"}, "x");
  ASSERT_TRUE(eventually([&] { return b.node.metrics().received == 1; })); // then reading pauses
  ASSERT_TRUE(accepted(b).try_close());
  EXPECT_TRUE(all_connections_end());
  opened.open(); // the message goes, and with it what it held of a connection that is no more
  EXPECT_TRUE(eventually([&] { return b.node.metrics().delivered == 1; }));
}

// -- the end ---------------------------------------------------------------------------------------

TEST_P(ConnectionContract, TCP36_TCP37_DEC16_ERR9_BothSidesLearnThatAConnectionHasClosed) {
  connection_journal at_a;
  connection_journal at_b;
  const auto place = listen(b, {.observer = at_b.observer()});
  const auto c = connect(a, place, {.observer = at_a.observer()});
  const auto k = accepted(b);
  ASSERT_TRUE(at_a.wait_for(connection_event::kind::connected));
  ASSERT_TRUE(at_b.wait_for(connection_event::kind::connected));
  EXPECT_EQ(at_a.wait_for(connection_event::kind::connected)->sender, c.sender_address());
  EXPECT_EQ(at_b.wait_for(connection_event::kind::connected)->sender, k.sender_address());

  ASSERT_TRUE(c.try_close());
  const auto sent = a.node.root().send({c, "echoer"}, "too late");
  ASSERT_FALSE(sent);
  EXPECT_EQ(error_of(sent), errc::connection_closed);
  EXPECT_EQ(a.dropped(drop_reason::unknown_address), 1u);
  EXPECT_EQ(at_a.cause(), "closed");
  EXPECT_EQ(at_b.cause().substr(0, 14), "closed_by_peer");
  EXPECT_TRUE(all_connections_end());
  EXPECT_EQ(error_of(b.node.root().send({k, "echoer"}, "too late")), errc::connection_closed);
  EXPECT_FALSE(c.is_open());
  EXPECT_FALSE(k.is_open());
  EXPECT_EQ(error_of(c.try_close()), errc::not_found);
  EXPECT_EQ(at_a.count(connection_event::kind::closed), 1u);
}

TEST_P(ConnectionContract, TCP35_DisconnectingTakesEitherAddress) {
  const auto place = listen(b);
  for (const auto end : {&connection::sender_address, &connection::receiver_address}) {
    const auto c = connect(a, place);
    EXPECT_TRUE(a.transport->close_connection((c.*end)()));
    EXPECT_TRUE(all_connections_end());
    EXPECT_EQ(error_of(a.transport->close_connection((c.*end)())), errc::not_found);
  }
}

TEST_P(ConnectionContract, TCP35_WhatWasSentBeforeDisconnectArrives) {
  const auto place = listen(b);
  const auto c = connect(a, place);
  auto reader = start_reader(b, place.flow_control_id);
  for (int i = 0; i < 1'000; ++i)
    a.node.send({c, "reader"}, std::to_string(i));
  ASSERT_TRUE(c.try_close());
  for (int i = 0; i < 1'000; ++i) {
    const auto next = reader.receive<std::string>({long_timeout});
    ASSERT_TRUE(next) << i << ": " << to_string(next.error());
    EXPECT_EQ(next->body(), std::to_string(i));
  }
}

TEST_P(ConnectionContract, SidesMayCloseAtTheSameMoment) {
  const auto place = listen(b);
  for (int round = 0; round < 50; ++round) {
    const auto c = connect(a, place);
    const auto k = accepted(b);
    std::thread other{[&] { static_cast<void>(k.try_close()); }}; // one of them may be too late
    static_cast<void>(c.try_close());
    other.join();
    ASSERT_TRUE(all_connections_end());
  }
}

TEST_P(ConnectionContract, TCP40_AStoppedNodeClosesItsConnections) {
  connection_journal at_a;
  const auto place = listen(b);
  const auto c = connect(a, place, {.observer = at_a.observer()});
  start_echoer(b, place.flow_control_id);
  EXPECT_EQ(ask(a.node, {c, "echoer"}), "Hello Ockam!");
  b.node.stop();
  EXPECT_EQ(at_a.cause().substr(0, 14), "closed_by_peer");
  EXPECT_FALSE(a.transport->connect(place.place, {}));
  EXPECT_FALSE(b.transport->listen(kind->fresh_place(), {}));
}

} // namespace
} // namespace ockam::test
