#include "error_of.hpp"
#include "transport_contract.hpp"

#include "ockam/actors/workers.hpp"

#include <atomic>
#include <thread>

namespace ockam::test {
namespace {

TEST_P(TransportContract, MessagesPassInBothDirections) {
  const auto place = listen(b);
  const auto near = join(a, place);
  start_echoer(b, place.flow_control_id);
  start_echoer(a, near.id);
  EXPECT_EQ(ask(a.node, near.to("echoer"), "there and back"), "there and back");
  const auto far = b.transport->joined_by(near);
  EXPECT_EQ(ask(b.node, far.to("echoer"), "back and there"), "back and there");
}

TEST_P(TransportContract, FC7_FC10_OnlyConsumersAreReached) {
  const auto place = listen(b);
  const auto near = join(a, place);
  start_echoer(b, place.flow_control_id);
  b.node.start_worker("hidden", echoer{});
  expect_dropped(a.node, near.to("hidden"), b.node, drop_reason::not_a_consumer);
  EXPECT_EQ(ask(a.node, near.to("echoer")), "Hello Ockam!");
  const auto far = b.transport->joined_by(near);
  a.node.start_worker("hidden", echoer{});
  expect_dropped(b.node, far.to("hidden"), a.node, drop_reason::not_a_consumer);
}

/// A child that outlives its node would keep the ports, and never answer there.
TEST_P(TransportContract, TCP44_NothingIsInheritedByProgramsThatTheHostStarts) {
  const auto place = listen(b);
  const auto near = join(a, place);
  start_echoer(b, place.flow_control_id);
  EXPECT_EQ(ask(a.node, near.to("echoer")), "Hello Ockam!"); // both ends are there
  EXPECT_EQ(new_inheritable_descriptors(), std::vector<std::string>{});
}

// -- what passes -----------------------------------------------------------------------------------

TEST_P(TransportContract, TCP26_TCP27_UDP7_RoutesHoldLocalAddressesOnly) {
  const auto place = listen(b);
  const auto near = join(a, place);
  auto reader = start_reader(b, place.flow_control_id);
  a.node.send(near.to("reader", "further"), "x");
  const auto received = reader.receive<std::string>({long_timeout});
  const auto far = b.transport->joined_by(near);
  EXPECT_EQ(received->onward_route(), (route{"reader", "further"}));
  EXPECT_EQ(received->return_route(), far.to("app"));
  EXPECT_EQ(received->source_address(), far.receiver);
}

TEST_P(TransportContract, TCP29_LMS9_LocalInfoDoesNotPass) {
  const auto place = listen(b);
  const auto near = join(a, place);
  auto reader = start_reader(b, place.flow_control_id);
  ASSERT_TRUE(a.node.root().send_with_local_info(near.to("reader"), "x", {{"secret", {1, 2}}}));
  EXPECT_TRUE(
    reader.receive<std::string>({long_timeout})->local_message().all_local_info().empty());
}

TEST_P(TransportContract, LMS10_TheTracingContextPasses) {
  const auto place = listen(b);
  const auto near = join(a, place);
  auto reader = start_reader(b, place.flow_control_id);
  const std::string tracing = R"({"traceparent":"00-1"})";
  ASSERT_TRUE(a.node.root().forward(
    message{near.to("reader"), route{"app"}, shared_bytes{}}.set_tracing_context(tracing)));
  EXPECT_EQ(reader.receive<any_body>({long_timeout})->local_message().tracing_context(), tracing);
}

TEST_P(TransportContract, PayloadsOfEverySizePass) {
  const auto place = listen(b);
  const auto near = join(a, place);
  start_echoer(b, place.flow_control_id);
  for (const std::size_t size : {0, 1, 127, 128, 4'000, 5'000, 65'000, 300'000, 3'000'000})
    if (size < kind->largest_message()) {
      const std::string body(size, 'x');
      EXPECT_TRUE(ask(a.node, near.to("echoer"), body) == body) << size;
    }
}

TEST_P(TransportContract, ERR12_ERR13_NothingFromTheWireMakesANodeDial) {
  const auto place = listen(b);
  const auto near = join(a, place);
  const auto elsewhere = listen(a);
  const address dial{kind->address_type(), elsewhere.place};
  b.node.start_worker("hop", hop{});
  b.node.flow_controls().add_consumer("hop", place.flow_control_id);
  b.node.flow_controls().add_consumer(dial, place.flow_control_id);
  static_cast<void>(b.transport->joined_by(near)); // waits for it
  const auto ends_before = std::pair{a.transport->ends(), b.transport->ends()};
  expect_dropped(a.node, near.to(dial, "app"), b.node, drop_reason::external_address);
  expect_dropped(a.node, near.to("hop", dial, "app"), b.node, drop_reason::external_address);
  EXPECT_EQ(std::pair(a.transport->ends(), b.transport->ends()), ends_before);
}

TEST_P(TransportContract, DEC15_ARouteMayBeginWithAPlaceWhereThatIsWanted) {
  const auto place = listen(b);
  start_echoer(b, place.flow_control_id);
  auto dialling = make_side({.implicit_connections = true});
  const address there{kind->address_type(), place.place};
  for (const auto* body : {"one", "two", "three"})
    ASSERT_TRUE(dialling.node.root().send({there, "echoer"}, body));
  EXPECT_TRUE(eventually([&] { return b.node.metrics().received == 3; }));
  EXPECT_EQ(dialling.transport->ends(), 1u);
  EXPECT_EQ(error_of(a.node.root().send({there, "echoer"}, "not wanted")),
            errc::unresolved_address);
}

// -- limits ----------------------------------------------------------------------------------------

TEST_P(TransportContract, TCP23_DEC14_ERR11_AMessageAboveTheLimitFailsAlone) {
  const auto place = listen(b);
  const auto near = join(a, place, {.limits = {.max_frame_size = 1'000}});
  auto reader = start_reader(b, place.flow_control_id);
  const auto largest = body_for_encoded_size(1'000, "reader");

  const auto refused = a.node.root().send(near.to("reader"), largest + 'x');
  ASSERT_FALSE(refused);
  EXPECT_EQ(error_of(refused), errc::message_too_large);
  EXPECT_NE(to_string(error_of(refused)).find("max-frame-size"), std::string::npos);
  EXPECT_EQ(a.dropped(drop_reason::message_too_large), 1u);

  EXPECT_TRUE(a.node.root().send(near.to("reader"), largest));
  EXPECT_EQ(reader.receive<std::string>({long_timeout})->body(), largest);
}

/// A return route of so many hops, or one with an address of so many bytes.
route hops_back(std::size_t count) {
  route back;
  for (std::size_t i = 0; i < count; ++i)
    back.prepend(address_view{transport_type::local, "h"});
  return back;
}
std::string named(std::size_t size) {
  return std::string(size, 'n');
}

TEST_P(TransportContract, LMS11_ARouteThatIsTooLongFailsForItsSenderAlone) {
  const auto place = listen(b);
  const auto near = join(a, place);
  auto reader = start_reader(b, place.flow_control_id);
  const auto longest = decode_limits{}.max_route_hops - 1; // the other node adds one
  const auto payload = encode_payload(std::string{"x"}).value();
  const auto refused
    = a.node.root().forward(message{near.to("reader"), hops_back(longest + 1), payload});
  ASSERT_FALSE(refused);
  EXPECT_EQ(error_of(refused), errc::route_too_long);
  for (const auto* part : {"max-route-hops is 1024", "1025", "return route"})
    EXPECT_NE(to_string(error_of(refused)).find(part), std::string::npos)
      << error_of(refused).detail();
  EXPECT_EQ(a.dropped(drop_reason::route_too_long), 1u);

  EXPECT_TRUE(a.node.root().forward(message{near.to("reader"), hops_back(longest), payload}));
  EXPECT_EQ(reader.receive<std::string>({long_timeout})->return_route().size(),
            longest + b.transport->joined_by(near).way.size());
}

TEST_P(TransportContract, LMS11_AnAddressThatIsTooLongFailsForItsSenderAlone) {
  const auto place = listen(b);
  const auto near = join(a, place);
  const auto longest = decode_limits{}.max_address_size;
  const address at{transport_type::local, named(longest)};
  const address beyond{transport_type::local, named(longest + 1)};
  auto reader = start_reader(b, place.flow_control_id, at);
  const auto refused = a.node.root().send(near.to(beyond), "x");
  ASSERT_FALSE(refused);
  EXPECT_EQ(error_of(refused), errc::address_too_long);
  for (const auto* part : {"max-address-size is 1024", "1025", "onward route"})
    EXPECT_NE(to_string(error_of(refused)).find(part), std::string::npos)
      << error_of(refused).detail();
  EXPECT_EQ(a.dropped(drop_reason::route_too_long), 1u);

  EXPECT_TRUE(a.node.root().send(near.to(at), "x"));
  EXPECT_TRUE(reader.receive<std::string>({long_timeout}));
}

TEST_P(TransportContract, LMS11_WhatHasGrownTooLongOnTheWayIsLostAloneAndItsRequesterIsTold) {
  const auto place = listen(b);
  const auto near = join(a, place, {.limits = {.decode = {.max_route_hops = 4}}});
  start_echoer(b, place.flow_control_id);
  for (const auto* each : {"h1", "h2", "h3"})
    a.node.start_worker(each, hop{});
  const auto answer = a.node.root().send_and_receive<std::string>(
    make_route("h1", "h2", "h3", near.to("echoer")), "x", {.timeout = long_timeout});
  ASSERT_FALSE(answer);
  EXPECT_EQ(error_of(answer), errc::route_too_long);
  EXPECT_NE(to_string(error_of(answer)).find("max-route-hops is 4"), std::string::npos);
  EXPECT_EQ(a.dropped(drop_reason::route_too_long), 1u);
  a.node.flow_controls().add_consumer("h2", near.id);
  EXPECT_EQ(ask(a.node, make_route("h1", "h2", near.to("echoer")), "x"), "x");
}

TEST_P(TransportContract, LMS12_AMessageAboveTheLimitsOfItsReceiverIsDroppedAndTheEndStays) {
  const auto place = listen(b,
                            {.limits = {.decode = {.max_route_hops = 2, .max_address_size = 20}}});
  const auto near = join(a, place);
  auto reader = start_reader(b, place.flow_control_id);
  const auto payload = encode_payload(std::string{"x"}).value();
  const auto send = [&](const route& back) {
    EXPECT_TRUE(a.node.root().forward(message{near.to("reader"), back, payload}));
  };
  send(hops_back(3));
  send(route{address{transport_type::local, named(21)}});
  send(hops_back(2));
  send(route{address{transport_type::local, named(20)}});
  EXPECT_TRUE(reader.receive<std::string>({long_timeout}));
  EXPECT_TRUE(reader.receive<std::string>({long_timeout}));
  EXPECT_EQ(b.dropped(drop_reason::route_too_long), 2u);
  EXPECT_TRUE(near.is_open());
  EXPECT_TRUE(logged({"warning", "max-route-hops"}));
}

TEST_P(TransportContract, ORD5_DEC8_ACreditOfOneMessageIsEnough) {
  const connection_limits smallest{.max_unhandled_messages = 1, .max_unhandled_bytes = 1};
  const auto place = listen(b, {.limits = smallest});
  const auto near = join(a, place, {.limits = smallest});
  const auto far = b.transport->joined_by(near);
  start_echoer(b, place.flow_control_id);
  start_echoer(a, near.id);
  const auto ask_often = [](ockam::node& from, const route& to) {
    for (int i = 0; i < 100; ++i)
      EXPECT_EQ(ask(from, to, std::to_string(i)), std::to_string(i));
  };
  std::thread other{[&] { ask_often(b.node, far.to("echoer")); }};
  ask_often(a.node, near.to("echoer"));
  other.join();
}

TEST_P(TransportContract, ORD6_WorkersThatFloodEachOtherDoNotBlock) {
  const connection_limits smallest{
    .max_pending_bytes = 1, .max_unhandled_messages = 1, .max_unhandled_bytes = 1};
  const auto place = listen(b, {.limits = smallest});
  const auto near = join(a, place, {.limits = smallest});
  const auto far = b.transport->joined_by(near);
  start_echoer(b, place.flow_control_id);
  start_echoer(a, near.id);
  for (auto* node : {&a.node, &b.node}) // takes the replies
    node->start_worker("flooder", [](context&, routed<any_body>&) {});
  a.node.flow_controls().add_consumer("flooder", near.id);
  b.node.flow_controls().add_consumer("flooder", place.flow_control_id);
  const auto flood = [](ockam::node& from, const route& way) {
    const auto body = encode_payload(std::string{"flood"}).value();
    for (int i = 0; i < 1'000; ++i) // most are refused: the output is full
      static_cast<void>(
        from.root().forward(message{make_route(way, "echoer"), route{"flooder"}, body}));
  };
  std::thread other{[&] { flood(b.node, far.way); }};
  flood(a.node, near.way);
  other.join();
  // The reply itself may be refused while the last of the flood is on its way.
  const auto answers = [](ockam::node& from, const route& way) {
    return eventually([&] {
      return ask(from, make_route(way, "echoer"), "still there?", 500ms) == "still there?";
    });
  };
  EXPECT_TRUE(answers(a.node, near.way));
  EXPECT_TRUE(answers(b.node, far.way));
}

// -- the end ---------------------------------------------------------------------------------------

TEST_P(TransportContract, DEC16_ERR9_AnEndThatWasClosedIsUnknown) {
  connection_journal events;
  const auto place = listen(b);
  start_echoer(b, place.flow_control_id);
  const auto near = join(a, place, {.observer = events.observer()});
  EXPECT_EQ(ask(a.node, near.to("echoer")), "Hello Ockam!");
  EXPECT_TRUE(near.is_open());
  ASSERT_TRUE(near.end());
  const auto late = a.node.root().send(near.to("echoer"), "too late");
  ASSERT_FALSE(late);
  EXPECT_EQ(error_of(late), errc::connection_closed);
  EXPECT_EQ(a.dropped(drop_reason::unknown_address), 1u);
  EXPECT_EQ(events.cause(), "closed");
  EXPECT_FALSE(near.is_open());
  EXPECT_EQ(error_of(near.end()), errc::not_found);
  EXPECT_EQ(events.count(connection_event::kind::closed), 1u);
}

TEST_P(TransportContract, TCP28_AReplyThroughAClosedEndGoesNowhere) {
  const auto place = listen(b);
  const auto near = join(a, place);
  auto reader = start_reader(b, place.flow_control_id);
  a.node.send(near.to("reader"), "question");
  const auto question = reader.receive<std::string>({long_timeout});
  ASSERT_TRUE(b.transport->joined_by(near).end());
  const auto answer = reader.send(question->return_route(), "answer");
  ASSERT_FALSE(answer);
  EXPECT_EQ(error_of(answer), errc::connection_closed);
  EXPECT_TRUE(eventually([&] { return b.transport->ends() == 0; }));
}

TEST_P(TransportContract, NothingIsLeftOfManyEnds) {
  const auto place = listen(b);
  start_echoer(b, place.flow_control_id);
  const auto ends_of_b = b.transport->ends();
  const auto workers_of_a = a.node.list_workers().size();
  const auto workers_of_b = b.node.list_workers().size();
  for (int round = 0; round < 100; ++round) {
    const auto near = join(a, place);
    // The system may give a port twice, and the second one's numbers may look late for a while (UDP-6).
    EXPECT_TRUE(
      eventually([&] { return ask(a.node, near.to("echoer"), "x", kind->retry_after()) == "x"; }));
    ASSERT_TRUE(near.end());
    ASSERT_TRUE(
      eventually([&] { return a.transport->ends() == 0 && b.transport->ends() == ends_of_b; }));
  }
  EXPECT_EQ(a.node.list_workers().size(), workers_of_a);
  EXPECT_EQ(b.node.list_workers().size(), workers_of_b);
  EXPECT_TRUE(a.node.flow_controls().empty());
}

TEST_P(TransportContract, NOD6_TCP40_AStoppedNodeHasNoEndsAndOpensNone) {
  connection_journal events;
  const auto place = listen(b);
  const auto near = join(a, place, {.observer = events.observer()});
  a.node.stop();
  EXPECT_NE(events.cause(), "open");
  EXPECT_FALSE(near.is_open());
  EXPECT_EQ(a.transport->ends(), 0u);
  EXPECT_FALSE(a.transport->join(place.place, {}));
  EXPECT_FALSE(a.transport->listen(kind->fresh_place(), {}));
}

TEST_P(TransportContract, NOD6_TCP40_AStopUnderLoadLosesNoCount) {
  const auto place = listen(b);
  const auto near = join(a, place);
  const auto far = b.transport->joined_by(near);
  start_echoer(b, place.flow_control_id);
  start_echoer(a, near.id);
  std::atomic<bool> enough{false};
  const auto load = [&](ockam::node& from, const route& to) {
    while (!enough)
      static_cast<void>(from.root().send(to, std::string(1'000, '.')));
  };
  std::vector<std::thread> threads;
  threads.emplace_back(load, std::ref(a.node), near.to("echoer"));
  threads.emplace_back(load, std::ref(b.node), far.to("echoer"));
  EXPECT_TRUE(eventually([&] { return b.node.metrics().received > 100; }))
    << b.node.metrics().received << " of " << a.node.metrics().written;
  const auto before = std::chrono::steady_clock::now();
  b.node.stop();
  a.node.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 8s);
  enough = true;
  for (auto& each : threads)
    each.join();
}

} // namespace
} // namespace ockam::test
