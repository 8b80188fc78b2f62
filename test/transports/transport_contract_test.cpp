#include "transport_contract.hpp"

#include "ockam/actors/echoer.hpp"
#include "ockam/actors/hop.hpp"
#include "ockam/protocol/codec.hpp"

#include <atomic>
#include <thread>

namespace ockam::test {

void TransportContract::start_echoer(side& on, const flow_control_id& from, const address& at) {
  on.node.start_worker(at, echoer{});
  on.node.flow_control().add_consumer(at, from);
}

endpoint TransportContract::start_reader(side& on, const flow_control_id& from, const address& at) {
  auto reader = on.node.detached(at);
  on.node.flow_control().add_consumer(at, from);
  return reader;
}

namespace {

TEST_P(TransportContract, MessagesPassInBothDirections) {
  const auto place = listen(b);
  const auto c = connect(a, place);
  start_echoer(b, place.flow_control_id);
  start_echoer(a, c.flow_control_id());
  EXPECT_EQ(ask(a.node, {c, "echoer"}, "there and back"), "there and back");
  EXPECT_EQ(ask(b.node, {b.accepted(), "echoer"}, "back and there"), "back and there");
}

TEST_P(TransportContract, TCP3_TCP5_AConnectionTellsWhatItIs) {
  const auto place = listen(b);
  const auto c = connect(a, place);
  const auto k = b.accepted();
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
    EXPECT_EQ(node->flow_control().find_producer(end.sender_address())->id, end.flow_control_id());
  }
}

TEST_P(TransportContract, TCP19_TwoConnectionsAreIndependent) {
  const auto place = listen(b);
  start_echoer(b, place.flow_control_id);
  const auto first = connect(a, place);
  const auto second = connect(a, place);
  EXPECT_NE(first.sender_address(), second.sender_address());
  ASSERT_TRUE(first.disconnect());
  EXPECT_EQ(ask(a.node, {second, "echoer"}), "Hello Ockam!");
}

TEST_P(TransportContract, ConnectingWhereNobodyListensFails) {
  const auto place = listen(b);
  ASSERT_TRUE(b.transport->stop_listener(place.address));
  EXPECT_FALSE(a.transport->connect(place.place, {}));
  EXPECT_TRUE(a.transport->connections().empty());
}

TEST_P(TransportContract, TCP11_AListenerCanBeStartedAgainAtItsPlace) {
  auto place = listen(b);
  start_echoer(b, place.flow_control_id);
  for (int round = 0; round < 10; ++round) {
    ASSERT_TRUE(b.transport->stop_listener(place.address));
    EXPECT_EQ(b.transport->stop_listener(place.address).error(), errc::not_found);
    place = b.transport->listen(place.place, {}).value();
    b.node.flow_control().add_consumer("echoer", place.flow_control_id);
    EXPECT_EQ(ask(a.node, {connect(a, place), "echoer"}), "Hello Ockam!");
  }
}

TEST_P(TransportContract, TCP10_ManyPeersAreServedAtATime) {
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

TEST_P(TransportContract, FC7_FC10_FC31_OnlyConsumersAreReached) {
  const auto place = listen(b);
  const auto c = connect(a, place);
  const auto k = b.accepted();
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

// -- what passes -----------------------------------------------------------------------------------

TEST_P(TransportContract, TCP26_TCP27_RoutesHoldLocalAddressesOnly) {
  const auto place = listen(b);
  const auto c = connect(a, place);
  auto reader = start_reader(b, place.flow_control_id);
  a.node.send({c, "reader", "further"}, "x");
  const auto received = reader.receive<std::string>({patience});
  EXPECT_EQ(received->onward_route(), (route{"reader", "further"}));
  EXPECT_EQ(received->return_route(), (route{b.accepted(), "app"}));
  EXPECT_EQ(received->source_address(), b.accepted().receiver_address());
}

TEST_P(TransportContract, TCP29_LMS9_LocalInfoDoesNotPass) {
  const auto place = listen(b);
  const auto c = connect(a, place);
  auto reader = start_reader(b, place.flow_control_id);
  ASSERT_TRUE(a.node.root().send_with_local_info(route{c, "reader"}, "x", {{"secret", {1, 2}}}));
  EXPECT_TRUE(reader.receive<std::string>({patience})->local_message().all_local_info().empty());
}

TEST_P(TransportContract, LMS10_TheTracingContextPasses) {
  const auto place = listen(b);
  const auto c = connect(a, place);
  auto reader = start_reader(b, place.flow_control_id);
  const std::string tracing = R"({"traceparent":"00-1"})";
  ASSERT_TRUE(a.node.root().forward(
    message{route{c, "reader"}, route{"app"}, shared_bytes{}}.set_tracing_context(tracing)));
  EXPECT_EQ(reader.receive<any>({patience})->local_message().tracing_context(), tracing);
}

TEST_P(TransportContract, PayloadsOfEverySizePass) {
  const auto place = listen(b);
  const auto c = connect(a, place);
  start_echoer(b, place.flow_control_id);
  for (const std::size_t size : {0, 1, 127, 128, 4'000, 5'000, 65'000, 300'000, 3'000'000})
    if (size < kind->largest_message()) {
      const std::string body(size, 'x');
      EXPECT_TRUE(ask(a.node, {c, "echoer"}, body) == body) << size;
    }
}

TEST_P(TransportContract, ERR12_ERR13_NothingFromTheWireMakesANodeDial) {
  const auto place = listen(b);
  const auto c = connect(a, place);
  const auto elsewhere = listen(a);
  const address dial{kind->address_type(), elsewhere.place};
  b.node.start_worker("hop", hop{});
  b.node.flow_control().add_consumer("hop", place.flow_control_id);
  b.node.flow_control().add_consumer(dial, place.flow_control_id);
  expect_dropped(a.node, {c, dial, "app"}, b.node, drop_reason::external_address);
  expect_dropped(a.node, {c, "hop", dial, "app"}, b.node, drop_reason::external_address);
  EXPECT_EQ(b.transport->connections().size(), 1u);
  EXPECT_EQ(a.transport->connections().size(), 1u);
}

// -- limits ----------------------------------------------------------------------------------------

/// A body that makes a message of exactly `size` bytes on the way to `worker`.
std::string body_for_encoded_size(const message_form& form, std::size_t size,
                                  const address& worker) {
  std::string body;
  for (auto left = size; left > 0; --left) {
    body.assign(left, 'x');
    if (form.size(message{route{worker}, route{"app"}, encode_payload(body).value()}) == size)
      return body;
  }
  throw std::invalid_argument{"no body has that size"};
}

TEST_P(TransportContract, TCP23_DEC14_ERR11_AMessageAboveTheLimitFailsAlone) {
  const auto place = listen(b);
  const auto c = connect(a, place, {.limits = {.max_frame_size = 1'000}});
  auto reader = start_reader(b, place.flow_control_id);
  const auto largest = body_for_encoded_size(kind->form(), 1'000, "reader");

  const auto refused = a.node.root().send({c, "reader"}, largest + 'x');
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), errc::message_too_large);
  EXPECT_NE(to_string(refused.error()).find("max-frame-size"), std::string::npos);
  EXPECT_EQ(a.dropped(drop_reason::message_too_large), 1u);

  EXPECT_TRUE(a.node.root().send({c, "reader"}, largest));
  EXPECT_EQ(reader.receive<std::string>({patience})->body(), largest);
}

TEST_P(TransportContract, TCP23_TCP37_AFrameAboveTheReadersLimitClosesTheConnection) {
  connection_journal events;
  const auto place = listen(b,
                            {.limits = {.max_frame_size = 1'000}, .observer = events.observer()});
  const auto c = connect(a, place);
  const auto largest = body_for_encoded_size(kind->form(), 1'000, "reader");
  auto reader = start_reader(b, place.flow_control_id);
  a.node.send({c, "reader"}, largest);
  EXPECT_TRUE(reader.receive<any>({patience}));
  a.node.send({c, "reader"}, largest + 'x');
  EXPECT_NE(events.cause().find("frame_too_large"), std::string::npos) << events.cause();
  EXPECT_TRUE(all_connections_end());
}

TEST_P(TransportContract, ORD5_DEC8_ACreditOfOneMessageIsEnough) {
  const connection_limits smallest{.credit_messages = 1, .credit_bytes = 1};
  const auto place = listen(b, {.limits = smallest});
  const auto c = connect(a, place, {.limits = smallest});
  start_echoer(b, place.flow_control_id);
  start_echoer(a, c.flow_control_id());
  const auto k = b.accepted();
  const auto ask_often = [](ockam::node& from, const route& to) {
    for (int i = 0; i < 100; ++i)
      EXPECT_EQ(ask(from, to, std::to_string(i)), std::to_string(i));
  };
  std::thread other{[&] { ask_often(b.node, {k, "echoer"}); }};
  ask_often(a.node, {c, "echoer"});
  other.join();
}

TEST_P(TransportContract, ORD8_StoredPayloadsStopReadingUntilTheyAreDropped) {
  constexpr int total = 64;
  struct shelf {
    std::mutex mutex;
    std::vector<shared_bytes> stored;
    int seen = 0;
    std::size_t most = 0;
  };
  const auto shared = std::make_shared<shelf>();
  const auto place = listen(b, {.limits = {.credit_bytes = 256u << 10}});
  const auto c = connect(a, place);
  b.node.start_worker("collector", [=](context&, const routed<any>& received) {
    const std::lock_guard guard{shared->mutex};
    shared->stored.push_back(received.payload());
    shared->most = std::max(shared->most, shared->stored.size());
    ++shared->seen;
  });
  b.node.flow_control().add_consumer("collector", place.flow_control_id);
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

TEST_P(TransportContract, ORD8_CreditThatComesBackAfterTheEndWakesNobody) {
  const gate opened;
  const auto place = listen(b, {.limits = {.credit_messages = 1}});
  const auto c = connect(a, place);
  b.node.start_worker(
    "slow", [=](context&, const routed<any>&) { EXPECT_TRUE(opened.wait()); }, pooled);
  b.node.flow_control().add_consumer("slow", place.flow_control_id);
  for (int i = 0; i < 3; ++i)
    a.node.send({c, "slow"}, "x");
  ASSERT_TRUE(eventually([&] { return b.node.metrics().received == 1; })); // then reading pauses
  ASSERT_TRUE(b.accepted().disconnect());
  EXPECT_TRUE(all_connections_end());
  opened.open(); // the message goes, and with it what it held of a connection that is no more
  EXPECT_TRUE(eventually([&] { return b.node.metrics().delivered == 1; }));
}

// -- the end ---------------------------------------------------------------------------------------

TEST_P(TransportContract, TCP36_TCP37_DEC16_ERR9_BothSidesLearnThatAConnectionHasClosed) {
  connection_journal at_a;
  connection_journal at_b;
  const auto place = listen(b, {.observer = at_b.observer()});
  const auto c = connect(a, place, {.observer = at_a.observer()});
  const auto k = b.accepted();
  ASSERT_TRUE(at_a.wait_for(connection_state::connected));
  ASSERT_TRUE(at_b.wait_for(connection_state::connected));
  EXPECT_EQ(at_a.wait_for(connection_state::connected)->sender, c.sender_address());
  EXPECT_EQ(at_b.wait_for(connection_state::connected)->sender, k.sender_address());

  ASSERT_TRUE(c.disconnect());
  const auto sent = a.node.root().send({c, "echoer"}, "too late");
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error(), errc::not_found);
  EXPECT_EQ(a.dropped(drop_reason::unknown_address), 1u);
  EXPECT_EQ(at_a.cause(), "closed");
  EXPECT_EQ(at_b.cause().substr(0, 14), "closed_by_peer");
  EXPECT_TRUE(all_connections_end());
  EXPECT_EQ(b.node.root().send({k, "echoer"}, "too late").error(), errc::not_found);
  EXPECT_FALSE(c.is_open());
  EXPECT_FALSE(k.is_open());
  EXPECT_EQ(c.disconnect().error(), errc::not_found);
  EXPECT_EQ(at_a.count(connection_state::closed), 1u);
}

TEST_P(TransportContract, TCP28_AReplyToAClosedConnectionGoesNowhere) {
  const auto place = listen(b);
  const auto c = connect(a, place);
  auto reader = start_reader(b, place.flow_control_id);
  a.node.send({c, "reader"}, "question");
  const auto question = reader.receive<std::string>({patience});
  ASSERT_TRUE(c.disconnect());
  EXPECT_TRUE(all_connections_end());
  const auto answer = reader.send(question->return_route(), "answer");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error(), errc::not_found);
  EXPECT_TRUE(b.transport->connections().empty());
}

TEST_P(TransportContract, TCP35_DisconnectingTakesEitherAddress) {
  const auto place = listen(b);
  for (const auto end : {&connection::sender_address, &connection::receiver_address}) {
    const auto c = connect(a, place);
    EXPECT_TRUE(a.transport->disconnect((c.*end)()));
    EXPECT_TRUE(all_connections_end());
    EXPECT_EQ(a.transport->disconnect((c.*end)()).error(), errc::not_found);
  }
}

TEST_P(TransportContract, TCP35_WhatWasSentBeforeDisconnectArrives) {
  const auto place = listen(b);
  const auto c = connect(a, place);
  auto reader = start_reader(b, place.flow_control_id);
  for (int i = 0; i < 1'000; ++i)
    a.node.send({c, "reader"}, std::to_string(i));
  ASSERT_TRUE(c.disconnect());
  for (int i = 0; i < 1'000; ++i) {
    const auto next = reader.receive<std::string>({patience});
    ASSERT_TRUE(next) << i << ": " << to_string(next.error());
    EXPECT_EQ(next->body(), std::to_string(i));
  }
}

TEST_P(TransportContract, SidesMayCloseAtTheSameMoment) {
  const auto place = listen(b);
  for (int round = 0; round < 50; ++round) {
    const auto c = connect(a, place);
    const auto k = b.accepted();
    std::thread other{[&] { static_cast<void>(k.disconnect()); }}; // one of them may be too late
    static_cast<void>(c.disconnect());
    other.join();
    ASSERT_TRUE(all_connections_end());
  }
}

TEST_P(TransportContract, NothingIsLeftOfManyConnections) {
  const auto place = listen(b);
  start_echoer(b, place.flow_control_id);
  const auto workers_of_a = a.node.list_workers().size();
  const auto workers_of_b = b.node.list_workers().size();
  for (int round = 0; round < 100; ++round) {
    const auto c = connect(a, place);
    EXPECT_EQ(ask(a.node, {c, "echoer"}), "Hello Ockam!");
    ASSERT_TRUE(round % 2 == 0 ? c.disconnect() : b.accepted().disconnect());
    ASSERT_TRUE(all_connections_end());
  }
  EXPECT_EQ(a.node.list_workers().size(), workers_of_a);
  EXPECT_EQ(b.node.list_workers().size(), workers_of_b);
  EXPECT_TRUE(a.node.flow_control().empty());
}

TEST_P(TransportContract, TCP40_AStoppedNodeClosesItsConnections) {
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
