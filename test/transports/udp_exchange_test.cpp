#include "datagram_peer.hpp"
#include "error_of.hpp"
#include "udp_node.hpp"

#include "ockam/protocol/codec.hpp"
#include "ockam/protocol/detail/reassembler.hpp"

#include <string>
#include <vector>

namespace ockam::test {
namespace {

class UdpExchange : public nodes_test {
protected:
  udp_node a{start_node()};
  udp_node b{start_node()};
};

/// The next datagram that a peer gets, of which it knows that it comes.
datagram datagram_at(const datagram_peer& peer) {
  return decode_datagram(shared_bytes{peer.receive(long_timeout).value().data}).value();
}

TEST_F(UdpExchange, UDP1_ABindingTellsWhatItIs) {
  const auto id = flow_control_id::random();
  const auto open = a.bind({.flow_control_id = id});
  EXPECT_TRUE(open.is_open());
  EXPECT_NE(open.port(), 0);
  EXPECT_EQ(open.socket_address(), "127.0.0.1:" + std::to_string(open.port()));
  EXPECT_EQ(open.flow_control_id(), id);
  EXPECT_FALSE(open.peer());
  EXPECT_NE(open.sender_address(), open.receiver_address());
  EXPECT_TRUE(a.node.root().metadata(open.sender_address())->terminal);
  EXPECT_EQ(a.node.flow_controls().find_producer(open.sender_address())->id, id);
  const auto tied = a.bind_to(open.socket_address());
  EXPECT_EQ(tied.peer(), open.socket_address());
  EXPECT_EQ(a.udp.bindings().size(), 2u);
}

TEST_F(UdpExchange, UDP2_UDP7_AnOpenBindingIsToldThePeerAndTellsItInReturn) {
  const auto at_a = a.bind();
  const auto at_b = b.bind();
  auto reader = b.start_reader(at_b);
  a.node.send({at_a, udp_address(at_b), "reader", "further"}, "x");
  const auto received = reader.receive<std::string>({long_timeout});
  ASSERT_TRUE(received);
  EXPECT_EQ(received->onward_route(), (route{"reader", "further"}));
  EXPECT_EQ(received->return_route(), (route{at_b, udp_address(at_a), "app"}));
  EXPECT_EQ(received->source_address(), at_b.receiver_address());
}

TEST_F(UdpExchange, UDP2_UDP7_ATiedBindingKnowsItsPeer) {
  const auto port_of_a = a.bind().socket_address();
  ASSERT_TRUE(a.udp.bindings().front().try_close());
  ASSERT_TRUE(eventually([&] { return a.udp.bindings().empty(); }));
  const auto at_b = b.bind_to(port_of_a);
  const auto at_a = a.udp.bind(port_of_a, {.peer = at_b.socket_address()});
  auto reader = b.start_reader(at_b);
  a.node.send({at_a, "reader"}, "x");
  const auto received = reader.receive<std::string>({long_timeout});
  ASSERT_TRUE(received);
  EXPECT_EQ(received->onward_route(), route{"reader"});
  EXPECT_EQ(received->return_route(), (route{at_b, "app"}));
}

TEST_F(UdpExchange, UDP9_OnePortServesManyPeers) {
  const auto at_b = b.bind();
  b.start_echoer(at_b);
  udp_node c{start_node()};
  for (int round = 0; round < 3; ++round)
    for (auto* each : {&a, &c}) {
      EXPECT_EQ(ask(each->node, {each->bind(), udp_address(at_b), "echoer"}), "Hello Ockam!");
      EXPECT_EQ(ask(each->node, {each->bind_to(at_b.socket_address()), "echoer"}), "Hello Ockam!");
    }
}

TEST_F(UdpExchange, UDP9_RepliesLeaveFromThePortThatReceived) {
  const auto at_b = b.bind();
  b.start_echoer(at_b);
  const datagram_peer peer;
  peer.send(wire_vector("udp-b-single"), at_b.port());
  const auto reply = peer.receive(long_timeout);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->from, at_b.port());
}

TEST_F(UdpExchange, UDP2_UDP3_WhatIsNoPeerIsAnErrorForTheSenderAlone) {
  const auto at_a = a.bind();
  const auto at_b = b.bind();
  b.start_echoer(at_b);
  for (const route& wrong :
       {route{at_a}, route{at_a, "echoer"}, route{at_a, "1#127.0.0.1:4000", "echoer"},
        route{at_a, "2#127.0.0.1:0", "echoer"}, route{at_a, "2#no host:1", "echoer"},
        route{at_a, "2#[::1]:4000", "echoer"}}) {
    const auto sent = a.node.root().send(wrong, "x");
    ASSERT_FALSE(sent) << to_string(wrong);
    EXPECT_EQ(error_of(sent), errc::invalid_value) << to_string(wrong);
  }
  EXPECT_EQ(a.dropped(drop_reason::external_address), 6u);
  EXPECT_EQ(ask(a.node, {at_a, udp_address(at_b), "echoer"}), "Hello Ockam!");
}

TEST_F(UdpExchange, UDP3_MAP10_MessagesWaitForANameInTheirOrder) {
  const auto at_a = a.bind();
  const auto at_b = b.bind();
  auto reader = b.start_reader(at_b);
  const route by_name{at_a, udp_address("localhost:" + std::to_string(at_b.port())), "reader"};
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(a.node.root().send(by_name, std::to_string(i)));
  for (int i = 0; i < 100; ++i) {
    const auto received = reader.receive<std::string>({long_timeout});
    ASSERT_TRUE(received) << i;
    EXPECT_EQ(received->body(), std::to_string(i));
  }
}

TEST_F(UdpExchange, UDP3_MessagesForAnUnknownNameAreCounted) {
  const auto at_a = a.bind();
  ASSERT_TRUE(a.node.root().send({at_a, "2#missing.invalid:4000", "echoer"}, "x"));
  expect_drops(a.node, drop_reason::external_address, 1);
}

TEST_F(UdpExchange, UDP3_WhatWaitsForANameIsCountedWhenTheBindingStops) {
  const auto at_a = a.bind();
  ASSERT_TRUE(a.node.root().send({at_a, "2#missing.invalid:4000", "echoer"}, "x"));
  ASSERT_TRUE(at_a.try_close());
  EXPECT_TRUE(eventually([&] { return a.node.metrics().in_flight() == 0; }));
}

TEST_F(UdpExchange, UDP4_UDP5_ItWritesTheFormatThatWasAskedForWithConsecutiveNumbers) {
  for (const auto format : {datagram_format::a, datagram_format::b}) {
    const datagram_peer peer;
    const auto at_a = a.bind_to(peer.address(), {.format = format});
    a.node.send({at_a, "echoer"}, "first");
    a.node.send({at_a, "echoer"}, std::string(600, 'x'));
    const auto first = datagram_at(peer);
    EXPECT_EQ(first.format(), format);
    const auto content = decode_message(first.part).value();
    EXPECT_EQ(content.onward_route(), route{"echoer"});
    EXPECT_EQ(content.return_route(), route{"app"});
    for (int part = 0; part < 2; ++part)
      EXPECT_EQ(datagram_at(peer).number, first.number.next());
  }
}

TEST_F(UdpExchange, UDP4_BothFormatsAreRead) {
  const auto at_b = b.bind();
  b.start_echoer(at_b);
  const datagram_peer peer;
  for (const auto* vector : {"udp-a-single", "udp-b-single"}) {
    peer.send(wire_vector(vector), at_b.port());
    const auto reply = decode_message(datagram_at(peer).part).value();
    EXPECT_EQ(reply.onward_route(), route{"app"});
    EXPECT_EQ(decode_payload<std::string>(reply.payload()).value(), "Hello Ockam!");
  }
}

TEST_F(UdpExchange, UDP4_MessagesOfManyDatagramsPass) {
  for (const auto format : {datagram_format::a, datagram_format::b}) {
    const auto at_b = b.bind({.format = format});
    if (format == datagram_format::a)
      b.node.start_worker("echoer", echoer{});
    b.node.flow_controls().add_consumer("echoer", at_b.flow_control_id());
    const auto at_a = a.bind_to(at_b.socket_address(), {.format = format});
    for (const std::size_t size : {0, 1, 400, 493, 500, 5'000, 50'000}) {
      const std::string body(size, 'x');
      EXPECT_TRUE(ask(a.node, {at_a, "echoer"}, body) == body) << size;
    }
  }
}

TEST_F(UdpExchange, UDP4_TheSizeOfADatagramIsAnOption) {
  const udp::bind_options large{.datagram_size = 8'000};
  const auto at_b = b.bind(large);
  b.start_echoer(at_b);
  const auto at_a = a.bind_to(at_b.socket_address(), large);
  const std::string body(7'800, 'x');
  EXPECT_TRUE(ask(a.node, {at_a, "echoer"}, body) == body);
  const auto refused = a.udp.try_bind("127.0.0.1:0", {.datagram_size = datagram_overhead});
  ASSERT_FALSE(refused);
  EXPECT_EQ(error_of(refused), errc::invalid_value);
  EXPECT_FALSE(a.udp.try_bind("127.0.0.1:0", {.datagram_size = 65'508}));
}

TEST_F(UdpExchange, ERR11_DEC14_AMessageAboveTheLimitFailsAlone) {
  const auto at_b = b.bind();
  b.start_echoer(at_b);
  const auto at_a = a.bind_to(at_b.socket_address(), {.limits = {.max_frame_size = 1'000}});
  const auto refused = a.node.root().send({at_a, "echoer"}, std::string(1'000, 'x'));
  ASSERT_FALSE(refused);
  EXPECT_EQ(error_of(refused), errc::message_too_large);
  EXPECT_EQ(ask(a.node, {at_a, "echoer"}), "Hello Ockam!");
}

TEST_F(UdpExchange, FCU4_OnlyConsumersOfTheBindingAreReached) {
  const auto at_b = b.bind();
  const auto other = b.bind();
  b.start_echoer(other);
  expect_dropped(a.node, {a.bind(), udp_address(at_b), "echoer"}, b.node,
                 drop_reason::not_a_consumer);
}

TEST_F(UdpExchange, FCU4_ATiedBindingCanPassOnWhatComesThroughAnother) {
  udp_node c{start_node()};
  const auto at_c = c.bind();
  c.start_echoer(at_c);
  const auto entrance = b.bind();
  const auto exit = b.bind_to(at_c.socket_address(), {.consumer_of = {entrance.flow_control_id()}});
  const route through{a.bind(), udp_address(entrance), exit.sender_address(), "echoer"};
  expect_dropped(a.node, through, b.node, drop_reason::not_a_consumer); // the way back is not open
  b.node.flow_controls().add_consumer(entrance.sender_address(), exit.flow_control_id());
  EXPECT_EQ(ask(a.node, through), "Hello Ockam!");
}

TEST_F(UdpExchange, CTX6_AnAddressInARouteBecomesATiedBinding) {
  const auto at_b = b.bind();
  b.start_echoer(at_b);
  const auto resolved = a.node.root().resolve_transport_route({udp_address(at_b), "echoer"});
  ASSERT_TRUE(resolved);
  EXPECT_EQ(ask(a.node, *resolved), "Hello Ockam!");
  ASSERT_EQ(a.udp.bindings().size(), 1u);
  EXPECT_EQ(a.udp.bindings().front().peer(), at_b.socket_address());
  const auto by_name = a.node.root().resolve_transport_route(
    {udp_address("localhost:" + std::to_string(at_b.port())), "echoer"});
  ASSERT_TRUE(by_name);
  EXPECT_EQ(ask(a.node, *by_name), "Hello Ockam!");
  EXPECT_FALSE(a.node.root().resolve_transport_route({"2#missing.invalid:1", "echoer"}));
}

TEST_F(UdpExchange, DEC15_AnImplicitBindingServesAllMessagesToAPeerAndEndsWhenIdle) {
  udp_node c{start_node({.implicit_connections = true, .implicit_idle_timeout = 200ms})};
  const auto at_b = b.bind();
  b.start_echoer(at_b);
  for (const auto* body : {"one", "two", "three"})
    ASSERT_TRUE(c.node.root().send({udp_address(at_b), "echoer"}, body));
  ASSERT_TRUE(eventually([&] { return b.node.metrics().received == 3; }));
  EXPECT_EQ(c.udp.bindings().size(), 1u);
  EXPECT_TRUE(eventually([&] { return c.udp.bindings().empty(); }));
}

TEST_F(UdpExchange, IPv6PeersAreReachedAndIPv4OnesThroughAnIPv6Socket) {
  const auto v6 = b.udp.try_bind("[::1]:0", {});
  if (!v6)
    GTEST_SKIP() << to_string(v6.error());
  b.start_echoer(*v6);
  EXPECT_EQ(ask(a.node, {a.udp.bind("[::1]:0"), udp_address(*v6), "echoer"}), "Hello Ockam!");
  const auto v4 = b.bind();
  b.node.flow_controls().add_consumer("echoer", v4.flow_control_id());
  EXPECT_EQ(ask(a.node, {a.udp.bind("[::]:0"), udp_address(v4), "echoer"}), "Hello Ockam!");
  const auto both = b.udp.bind("[::]:0");
  auto reader = b.start_reader(both);
  const auto at_a = a.bind();
  a.node.send({at_a, udp_address("127.0.0.1:" + std::to_string(both.port())), "reader"}, "x");
  const auto received = reader.receive<std::string>({long_timeout});
  ASSERT_TRUE(received);
  EXPECT_EQ(received->return_route(), (route{both, udp_address(at_a), "app"}));
}

TEST_F(UdpExchange, AStoppedBindingIsUnknownAndItsPortIsFree) {
  connection_journal events;
  const auto at_a = a.bind({.observer = events.observer()});
  ASSERT_TRUE(events.wait_for(connection_state::connected));
  ASSERT_TRUE(at_a.try_close());
  EXPECT_EQ(error_of(at_a.try_close()), errc::not_found);
  EXPECT_EQ(error_of(a.node.root().send({at_a, "2#127.0.0.1:4000", "x"}, "x")),
            errc::connection_closed);
  EXPECT_EQ(events.cause(), "closed");
  EXPECT_FALSE(at_a.is_open());
  EXPECT_EQ(error_of(a.udp.try_disconnect(at_a.sender_address())), errc::not_found);
  const auto again = a.udp.bind(at_a.socket_address());
  EXPECT_EQ(again.port(), at_a.port());
  const auto taken = b.udp.try_bind(at_a.socket_address());
  ASSERT_FALSE(taken);
  EXPECT_EQ(error_of(taken).code(), std::errc::address_in_use);
  EXPECT_TRUE(a.udp.try_disconnect(again.receiver_address()));
}

TEST_F(UdpExchange, TCP35_WhatWasSentBeforeTheStopLeaves) {
  const datagram_peer peer;
  const auto at_a = a.bind_to(peer.address());
  for (int i = 0; i < 100; ++i)
    a.node.send({at_a, "reader"}, "x");
  ASSERT_TRUE(at_a.try_close());
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(peer.receive(long_timeout)) << i;
}

TEST_F(UdpExchange, APeerThatStartedAgainIsHeard) {
  const reassembly_limits impatient{.timeout = 50ms};
  auto at_b = b.bind();
  b.start_echoer(at_b);
  const auto at_a = a.bind_to(at_b.socket_address(), {.reassembly = impatient});
  EXPECT_EQ(ask(a.node, {at_a, "echoer"}), "Hello Ockam!");
  ASSERT_TRUE(at_b.try_close());
  ASSERT_TRUE(eventually([&] { return b.udp.bindings().empty(); }));
  at_b = b.udp.bind(at_b.socket_address());
  b.node.flow_controls().add_consumer("echoer", at_b.flow_control_id());
  // its first reply may have a number that looks late
  EXPECT_TRUE(eventually([&] {
    return ask(a.node, {at_a, "echoer"}, "again", 2 * short_timeout) == "again";
  }));
}

} // namespace
} // namespace ockam::test
