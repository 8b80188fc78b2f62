#include "nat.hpp"
#include "udp_node.hpp"

#include "error_of.hpp"
#include "protocol/cut.hpp"

#include "ockam/protocol/codec.hpp"
#include "ockam/transports/puncture.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ockam::test {
namespace {

using udp::negotiation;
using udp::puncture_message;
using udp::rendezvous_request;
using udp::rendezvous_response;
using kind = puncture_message::kind;

// -- the service -----------------------------------------------------------------------------------

class Rendezvous : public nodes_test {
protected:
  udp_node service{start_node()};
  udp_node client{start_node()};
  const udp::binding at = service.bind();

  Rendezvous() {
    service.node.start_worker("rendezvous", udp::rendezvous_service{});
    service.node.flow_controls().add_consumer("rendezvous", at.flow_control_id());
  }

  static result<rendezvous_response> ask_service(node& from, route to, rendezvous_request what) {
    return from.root().send_and_receive<rendezvous_response>(std::move(to), what,
                                                             {.timeout = long_timeout});
  }
};

TEST_F(Rendezvous, UDP10_ItTellsWhereAMessageCameFrom) {
  const auto own = client.bind();
  const route there{own, udp_address(at), "rendezvous"};
  EXPECT_EQ(ask_service(client.node, there, rendezvous_request::ping).value(),
            rendezvous_response{});
  EXPECT_EQ(ask_service(client.node, there, rendezvous_request::get_my_address).value(),
            rendezvous_response{own.socket_address()});
}

TEST_F(Rendezvous, UDP10_ItTellsTheFirstOfSeveralAddresses) {
  auto asker = service.node.detached("asker");
  const message asked{{"rendezvous"},
                      {"asker", "2#192.0.2.1:1", "2#192.0.2.2:2"},
                      encode_payload(rendezvous_request::get_my_address).value()};
  ASSERT_TRUE(asker.forward(asked));
  EXPECT_EQ(asker.receive<rendezvous_response>({long_timeout})->body(),
            rendezvous_response{"192.0.2.1:1"});
}

TEST_F(Rendezvous, UDP10_ItIsSilentForRequestersWithoutAUdpAddress) {
  auto asker = service.node.detached("asker");
  ASSERT_TRUE(asker.send({"rendezvous"}, rendezvous_request::get_my_address));
  ASSERT_TRUE(asker.send({"rendezvous"}, rendezvous_request::ping));
  // the answer to the second question is the first that comes
  EXPECT_EQ(asker.receive<rendezvous_response>({long_timeout})->body(), rendezvous_response{});
  EXPECT_EQ(service.node.metrics().failed, 0u);
}

TEST_F(Rendezvous, UDP10_WhatIsNoQuestionHasNoAnswer) {
  auto asker = service.node.detached("asker");
  ASSERT_TRUE(asker.send({"rendezvous"}, "what is my address"));
  EXPECT_TRUE(eventually([&] { return service.node.metrics().failed == 1; }));
  EXPECT_EQ(service.node.metrics().in_flight(), 0u);
}

// -- two nodes behind NAT --------------------------------------------------------------------------

/// Pings as quickly as a test wants to go on, and long_timeout with the machine that runs it.
udp::puncture_options quick() {
  return {.bind = "127.0.0.1:0",
          .rendezvous_timeout = long_timeout,
          .acknowledge_timeout = long_timeout,
          .ping_interval = 10ms,
          .pong_timeout = long_timeout};
}

udp::puncture_options quick(connection_observer observer) {
  auto options = quick();
  options.observer = std::move(observer);
  return options;
}

/// As `quick`, and gives up soon.
udp::puncture_options impatient(connection_observer observer = {}) {
  auto options = quick(std::move(observer));
  options.pong_timeout = 500ms;
  return options;
}

/// Node a has a TCP connection to b, over which they agree; the service is outside of the NAT.
class UdpPuncture : public nodes_test {
protected:
  udp_node a{start_node()};
  udp_node b{start_node()};
  udp_node outside{start_node()};
  tcp::transport tcp_of_a = tcp::transport::create(a.node);
  tcp::transport tcp_of_b = tcp::transport::create(b.node);
  const udp::binding service = outside.bind();
  const tcp::listener tcp_listener = tcp_of_b.listen("127.0.0.1:0");
  const connection to_b = tcp_of_a.connect(tcp_listener.socket_address());
  nat between{service.port()};
  const route rendezvous{udp_address(between.service()), "rendezvous"};

  UdpPuncture() {
    outside.node.start_worker("rendezvous", udp::rendezvous_service{});
    outside.node.flow_controls().add_consumer("rendezvous", service.flow_control_id());
    b.node.flow_controls().add_consumer("udp", tcp_listener.flow_control_id());
  }

  udp::puncture_listener listen(udp::puncture_listener_options options = {.each = quick()}) {
    return udp::puncture_listener::start(b.node.root(), "udp", b.udp, rendezvous,
                                         std::move(options));
  }
  udp::puncture start(udp::puncture_options options = quick()) {
    return udp::puncture::start(a.node.root(), a.udp, rendezvous, {to_b, "udp"},
                                std::move(options));
  }

  static void start_echoer(node& on, const flow_control_id& reached_by) {
    on.start_worker("echoer", echoer{});
    on.flow_controls().add_consumer("echoer", reached_by);
  }
};

TEST_F(UdpPuncture, UDP10_TwoNodesBehindNatReachEachOtherBothWays) {
  const auto listener = listen();
  connection_journal events;
  const auto at_a = start(quick(events.observer()));
  ASSERT_TRUE(at_a.try_wait_until_open(long_timeout));
  EXPECT_TRUE(at_a.is_open());
  ASSERT_EQ(listener.punctures().size(), 1u);
  const auto at_b = listener.punctures().front();
  ASSERT_TRUE(at_b.try_wait_until_open(long_timeout));
  EXPECT_NE(at_a.peer(), at_b.socket_address()) << "the address outside of the NAT";
  EXPECT_EQ(events.count(connection_state::connected), 1u);
  EXPECT_EQ(events.wait_for(connection_state::connected)->sender, at_a.sender_address());

  start_echoer(a.node, at_a.flow_control_id());
  start_echoer(b.node, listener.flow_control_id());
  for (const auto* body : {"", "Hello Ockam!"}) {
    EXPECT_EQ(ask(a.node, {at_a, "echoer"}, body), body);
    EXPECT_EQ(ask(b.node, {at_b, "echoer"}, body), body);
  }
  const std::string large(20'000, 'x');
  EXPECT_TRUE(ask(a.node, {at_a, "echoer"}, large) == large);
}

TEST_F(UdpPuncture, UDP10_ReturnRoutesBeginWithThePuncture) {
  const auto listener = listen();
  const auto at_a = start();
  ASSERT_TRUE(at_a.try_wait_until_open(long_timeout));
  const auto at_b = listener.punctures().front();
  auto reader = b.node.detached("reader");
  b.node.flow_controls().add_consumer("reader", listener.flow_control_id());
  const auto content
    = message{{at_a, "reader", "further"}, {"app", "earlier"}, encode_payload("x").value()}
        .set_tracing_context("trace");
  ASSERT_TRUE(a.node.root().forward(content));
  const auto received = reader.receive<std::string>({long_timeout});
  ASSERT_TRUE(received);
  EXPECT_EQ(received->body(), "x");
  EXPECT_EQ(received->onward_route(), (route{"reader", "further"}));
  EXPECT_EQ(received->return_route(), (route{at_b, "app", "earlier"}));
  EXPECT_EQ(received->source_address(), at_b.receiver_address());
  EXPECT_EQ(received->local_message().tracing_context(), "trace");
}

TEST_F(UdpPuncture, UDP10_FCU4_OnlyConsumersOfAPunctureAreReached) {
  const auto listener = listen();
  const auto at_a = start();
  ASSERT_TRUE(at_a.try_wait_until_open(long_timeout));
  start_echoer(b.node, tcp_listener.flow_control_id());
  expect_dropped(a.node, {at_a, "echoer"}, b.node, drop_reason::not_a_consumer);
  const auto at_b = listener.punctures().front();
  EXPECT_EQ(b.node.flow_controls().find_producer(at_b.sender_address()),
            (producer_info{at_b.flow_control_id(), listener.flow_control_id()}));
  b.node.flow_controls().add_consumer("echoer", at_b.flow_control_id());
  EXPECT_EQ(ask(a.node, {at_a, "echoer"}), "Hello Ockam!");
  EXPECT_TRUE(a.node.root().metadata(at_a.sender_address())->terminal);
}

TEST_F(UdpPuncture, UDP10_WhatIsPassedOnNeedsToBeAConsumerOfItsEntrance) {
  const auto listener = listen();
  start_echoer(b.node, listener.flow_control_id());
  const auto entrance = tcp_of_a.listen("127.0.0.1:0");
  const auto from_b = tcp_of_b.connect(entrance.socket_address());
  const auto closed = start();
  ASSERT_TRUE(closed.try_wait_until_open(long_timeout));
  expect_dropped(b.node, {from_b, closed, "echoer"}, a.node, drop_reason::not_a_consumer);
  auto options = quick();
  options.consumer_of = {entrance.flow_control_id()};
  const auto transit = start(std::move(options));
  ASSERT_TRUE(transit.try_wait_until_open(long_timeout));
  for (const auto& each : tcp_of_a.connections())
    if (each.mode() == connection_mode::incoming) // for the way back
      a.node.flow_controls().add_consumer(each.sender_address(), transit.flow_control_id());
  EXPECT_EQ(ask(b.node, {from_b, transit, "echoer"}), "Hello Ockam!");
}

TEST_F(UdpPuncture, UDP10_WhatCannotBeSentIsAnErrorForItsSender) {
  const auto refusal = [&](const route& to, const std::string& body) -> error {
    const auto sent = a.node.root().send(to, body);
    return sent ? error{errc{}} : sent.error();
  };
  const datagram_peer silent;
  const auto alone = udp::puncture::start(
    a.node.root(), a.udp, {udp_address(silent.address()), "rendezvous"}, {to_b, "udp"}, quick());
  EXPECT_EQ(refusal({alone, "echoer"}, "x"), errc::misuse) << "no peer was heard";

  const auto listener = listen();
  const auto narrow = udp::transport::create(a.node, {.bind = {.limits = {.max_frame_size = 999}}});
  const auto at_a = udp::puncture::start(a.node.root(), narrow, rendezvous, {to_b, "udp"}, quick());
  ASSERT_TRUE(at_a.try_wait_until_open(long_timeout));
  EXPECT_EQ(refusal({at_a}, "x"), errc::invalid_value) << "for no worker";
  EXPECT_EQ(refusal({at_a, "echoer"}, std::string(600, 'x')), errc::message_too_large);
  start_echoer(b.node, listener.flow_control_id());
  EXPECT_EQ(ask(a.node, {at_a, "echoer"}), "Hello Ockam!");
}

TEST_F(UdpPuncture, UDP10_WhoeverDoesNotReadLosesMessagesAndNotThePuncture) {
  const auto frugal = udp::transport::create(b.node,
                                             {.bind = {.limits = {.max_unhandled_messages = 2}}});
  const auto listener = udp::puncture_listener::start(b.node.root(), "udp", frugal, rendezvous,
                                                      {.each = impatient()});
  const auto at_a = start(impatient());
  ASSERT_TRUE(at_a.try_wait_until_open(long_timeout));
  auto reader = b.node.detached("reader");
  b.node.flow_controls().add_consumer("reader", listener.flow_control_id());
  for (const auto* body : {"1", "2", "3", "4"})
    a.node.send({at_a, "reader"}, body);
  expect_drops(b.node, drop_reason::mailbox_full, 2);
  const auto before = a.node.metrics().received; // three times what may come without a pong
  EXPECT_TRUE(eventually([&] { return a.node.metrics().received > before + 300; }));
  EXPECT_TRUE(at_a.is_open());
  EXPECT_EQ(reader.receive<std::string>({long_timeout})->body(), "1");
  EXPECT_EQ(reader.receive<std::string>({long_timeout})->body(), "2");
  a.node.send({at_a, "reader"}, "5");
  EXPECT_EQ(reader.receive<std::string>({long_timeout})->body(), "5");
}

TEST_F(UdpPuncture, UDP10_BothEndsEndWhenNothingComesAnyMore) {
  connection_journal at_b_events;
  const auto listener = listen({.each = impatient(at_b_events.observer())});
  connection_journal events;
  const auto at_a = start(impatient(events.observer()));
  ASSERT_TRUE(at_a.try_wait_until_open(long_timeout));
  ASSERT_TRUE(at_b_events.wait_for(connection_state::connected));
  between.cut();
  for (const auto* each : {&events, &at_b_events}) {
    const auto closed = each->wait_for(connection_state::closed);
    ASSERT_TRUE(closed && closed->cause);
    EXPECT_EQ(*closed->cause, errc::timeout) << to_string(*closed->cause);
  }
  EXPECT_TRUE(at_a.has_ended());
  EXPECT_FALSE(at_a.is_open());
  EXPECT_EQ(error_of(at_a.try_wait_until_open()), errc::timeout);
  EXPECT_EQ(error_of(a.node.root().send({at_a, "echoer"}, "x")), errc::connection_closed);
  EXPECT_EQ(error_of(at_a.try_close()), errc::not_found);
  EXPECT_TRUE(listener.punctures().empty());
  EXPECT_TRUE(eventually([&] { return a.udp.bindings().empty() && b.udp.bindings().empty(); }));
}

TEST_F(UdpPuncture, UDP10_AnIdlePunctureStaysOpen) {
  const auto listener = listen({.each = impatient()});
  connection_journal events;
  const auto at_a = start(impatient(events.observer()));
  ASSERT_TRUE(at_a.try_wait_until_open(long_timeout));
  const auto before = a.node.metrics().received;
  // three times what may come without a pong
  EXPECT_TRUE(eventually([&] { return a.node.metrics().received > before + 300; }));
  EXPECT_TRUE(at_a.is_open());
  EXPECT_EQ(events.count(connection_state::closed), 0u);
}

// -- strangers without the address of an end ------------------------------------------------------

std::uint16_t port_of(const std::string& socket_address) {
  return static_cast<std::uint16_t>(
    std::stoi(socket_address.substr(socket_address.rfind(':') + 1)));
}

/// A routing message in a datagram.
bytes datagram_of(const message& content, std::uint16_t number) {
  const auto encoded = encode_message(content);
  return cut(encoded, {datagram_format::b, routing_number{number}, encoded.size()}).front();
}

TEST_F(UdpPuncture, UDP10_StrangersNeitherOpenNorCloseNorKeepAPunctureOpen) {
  const auto listener = listen({.each = impatient()});
  const auto at_a = start(impatient());
  ASSERT_TRUE(at_a.try_wait_until_open(long_timeout));
  start_echoer(a.node, at_a.flow_control_id());
  const datagram_peer stranger;
  const auto port = port_of(at_a.socket_address());
  std::uint16_t number = 0;
  const auto say = [&](const address& to, const puncture_message& what) {
    stranger.send(datagram_of({{to}, {"stranger"}, encode_payload(what).value()}, ++number), port);
  };
  const puncture_message for_echoer{
    kind::payload, {{"echoer"}, {"stranger"}, encode_payload("not for you").value()}};

  // it reaches no worker behind the socket, whatever it says
  for (const auto& each : {puncture_message{kind::ping}, puncture_message{kind::pong}, for_echoer})
    for (const auto& to : {at_a.sender_address(), at_a.receiver_address(), address{"echoer"}})
      say(to, each);
  expect_drops(a.node, drop_reason::not_a_consumer, 9);
  EXPECT_FALSE(stranger.receive(0ms)) << "no answer comes";
  EXPECT_TRUE(at_a.is_open());

  between.cut();
  EXPECT_TRUE(eventually([&] {
    say(address::random(), puncture_message{kind::pong});
    return at_a.has_ended();
  }));
}

TEST_F(UdpPuncture, UDP10_NatLetsOnlyPeersInThatWereSentTo) {
  const auto listener = listen();
  const auto at_a = start();
  ASSERT_TRUE(at_a.try_wait_until_open(long_timeout));
  const auto before = between.refused();
  const datagram_peer stranger;
  stranger.send(wire_vector("udp-b-single"), port_of(*listener.punctures().front().peer()));
  EXPECT_TRUE(eventually([&] { return between.refused() > before; }));
}

// -- the negotiation -------------------------------------------------------------------------------

/// The other end is no node, and there is no NAT: what is on the wire.
TEST_F(UdpPuncture, UDP10_TheListenerNamesTheOtherEndOnceItIsHeard) {
  const auto listener = udp::puncture_listener::start(
    b.node.root(), "udp", b.udp, {udp_address(service), "rendezvous"}, {.each = quick()});
  auto reader = b.node.detached("reader");
  b.node.flow_controls().add_consumer("reader", listener.flow_control_id());
  const datagram_peer peer;
  const auto theirs = a.node.root().send_and_receive<negotiation>(
    {to_b, "udp"}, negotiation{peer.address(), "end"}, {.timeout = long_timeout});
  ASSERT_TRUE(theirs) << to_string(theirs.error());
  const auto at_b = listener.punctures().front();
  EXPECT_EQ(at_b.socket_address(), theirs->public_address);
  EXPECT_EQ(at_b.peer(), peer.address());
  const auto next = [&] {
    const auto received = peer.receive(long_timeout).value();
    auto said = decode_message(decode_datagram(shared_bytes{received.data})->part).value();
    const auto what = decode_payload<puncture_message>(said.payload()).value();
    return std::pair{std::move(said), what};
  };
  const auto next_of = [&](kind what) {
    for (;;)
      if (auto heard = next(); heard.second.what == what)
        return heard;
  };
  std::uint16_t number = 0;
  const auto say = [&](const puncture_message& what, const route& back) {
    peer.send(datagram_of({{theirs->puncture}, back, encode_payload(what).value()}, ++number),
              port_of(theirs->public_address));
  };

  for (int i = 0; i < 3; ++i) {
    const auto [said, what] = next();
    EXPECT_EQ(said.onward_route(), route{}) << "to the socket alone";
    EXPECT_EQ(what, puncture_message{kind::ping});
  }
  say({kind::ping}, {"end"});
  EXPECT_EQ(next_of(kind::pong).first.onward_route(), route{"end"});
  EXPECT_EQ(next_of(kind::ping).first.onward_route(), route{"end"});
  EXPECT_FALSE(at_b.is_open()) << "no pong yet";
  say({kind::pong}, {});
  ASSERT_TRUE(at_b.try_wait_until_open(long_timeout));

  say({kind::payload, {{"reader"}, {"app"}, encode_payload("Hello Ockam!").value()}}, {});
  const auto received = reader.receive<std::string>({long_timeout});
  ASSERT_TRUE(received);
  EXPECT_EQ(received->body(), "Hello Ockam!");
  ASSERT_TRUE(reader.send(received->return_route(), "Hello!"));
  const auto reply = next_of(kind::payload);
  EXPECT_EQ(reply.first.onward_route(), route{"end"});
  EXPECT_EQ(reply.first.return_route(), route{});
  EXPECT_EQ(reply.second.content, (message{{"app"}, {"reader"}, encode_payload("Hello!").value()}));
}

TEST_F(UdpPuncture, UDP10_AListenerHasALimit) {
  const auto listener = listen({.max_punctures = 1, .each = quick()});
  const auto first = start();
  ASSERT_TRUE(first.try_wait_until_open(long_timeout));
  auto options = quick();
  options.acknowledge_timeout = 2 * short_timeout;
  const auto second = start(std::move(options));
  EXPECT_EQ(error_of(second.try_wait_until_open(long_timeout)), errc::remote);
  EXPECT_TRUE(second.has_ended());
  EXPECT_EQ(listener.refused(), 1u);
  EXPECT_TRUE(logged({"max-punctures"}));
  ASSERT_TRUE(listener.punctures().front().try_close());
  ASSERT_TRUE(eventually([&] { return listener.punctures().empty(); }));
  EXPECT_TRUE(start().try_wait_until_open(long_timeout));
}

TEST_F(UdpPuncture, UDP10_AListenerThatStopsLeavesItsPuncturesOpen) {
  const auto listener = listen();
  start_echoer(b.node, listener.flow_control_id());
  const auto at_a = start();
  ASSERT_TRUE(at_a.try_wait_until_open(long_timeout));
  ASSERT_TRUE(listener.try_stop());
  EXPECT_EQ(error_of(listener.try_stop()), errc::not_found);
  EXPECT_EQ(ask(a.node, {at_a, "echoer"}), "Hello Ockam!");
  EXPECT_FALSE(udp::puncture_listener::try_start(a.node.root(), "app", a.udp, rendezvous))
    << "the address is taken";
}

TEST_F(UdpPuncture, UDP10_ANegotiationThatFailsEndsThePunctureWithItsCause) {
  connection_journal events;
  auto options = quick(events.observer());
  options.acknowledge_timeout = short_timeout;
  const auto without_listener = start(std::move(options));
  EXPECT_EQ(error_of(without_listener.try_wait_until_open(long_timeout)), errc::timeout);
  EXPECT_TRUE(events.wait_for(connection_state::closed)->cause);

  b.node.start_worker("udp", [](context& ctx, const routed<negotiation>& asked) {
    return ctx.send(asked.return_route(), negotiation{"name.invalid:4000", "end"});
  });
  EXPECT_EQ(error_of(start().try_wait_until_open(long_timeout)), errc::invalid_value)
    << "names are not looked up for others";

  const datagram_peer silent;
  options = quick();
  options.rendezvous_timeout = short_timeout;
  const auto unanswered = udp::puncture::start(
    a.node.root(), a.udp, {udp_address(silent.address()), "rendezvous"}, {to_b, "udp"}, options);
  EXPECT_EQ(error_of(unanswered.try_wait_until_open(long_timeout)), errc::timeout);
}

TEST_F(UdpPuncture, UDP10_TheServiceIsAskedAgainUntilItAnswers) {
  const auto listener = listen();
  const datagram_peer service_in_trouble;
  const auto at_a = udp::puncture::start(a.node.root(), a.udp,
                                         {udp_address(service_in_trouble.address()), "rendezvous"},
                                         {to_b, "udp"}, quick());
  std::optional<datagram_peer::received> question;
  for (int asked = 0; asked < 3; ++asked) {
    question = service_in_trouble.receive(long_timeout);
    ASSERT_TRUE(question) << asked;
  }
  const auto asked = decode_message(decode_datagram(shared_bytes{question->data})->part).value();
  const rendezvous_response answer{"127.0.0.1:" + std::to_string(question->from)};
  service_in_trouble.send(
    datagram_of({asked.return_route(), {}, encode_payload(answer).value()}, 1), question->from);
  EXPECT_TRUE(eventually([&] { return !listener.punctures().empty(); })) << "it goes on";
}

TEST_F(UdpPuncture, UDP10_OptionsThatCannotBeAreRefused) {
  const auto refusal = [&](const route& service, const route& listener,
                           udp::puncture_options options) {
    const auto refused = udp::puncture::try_start(a.node.root(), a.udp, service, listener,
                                                  std::move(options));
    return refused                                  ? errc{}
           : refused.error() == errc::invalid_value ? errc::invalid_value
                                                    : errc::internal;
  };
  const route listener{to_b, "udp"};
  EXPECT_EQ(refusal({"rendezvous"}, listener, quick()), errc::invalid_value);
  EXPECT_EQ(refusal({udp_address(service)}, listener, quick()), errc::invalid_value);
  EXPECT_EQ(refusal({"1#127.0.0.1:4000", "rendezvous"}, listener, quick()), errc::invalid_value);
  EXPECT_EQ(refusal(rendezvous, {}, quick()), errc::invalid_value);
  auto options = quick();
  options.bind = "localhost:0";
  EXPECT_EQ(refusal(rendezvous, listener, options), errc::invalid_value);
  options = quick();
  options.ping_interval = 0ms;
  EXPECT_EQ(refusal(rendezvous, listener, options), errc::invalid_value);
  EXPECT_TRUE(a.udp.bindings().empty());
}

// -- the end ---------------------------------------------------------------------------------------

TEST_F(UdpPuncture, UDP10_APunctureCanBeStoppedAtAnyMoment) {
  const auto listener = listen({.each = impatient()});
  std::uint64_t received_before = 0; // by the service
  const std::function<bool(const udp::puncture&)> moments[] = {
    [](const udp::puncture&) { return true; },
    [&](const udp::puncture&) { return outside.node.metrics().received > received_before; },
    [&](const udp::puncture&) { return !listener.punctures().empty(); },
    [](const udp::puncture& each) { return each.peer().has_value(); },
    [](const udp::puncture& each) { return each.is_open(); },
  };
  for (const auto& moment : moments) {
    connection_journal events;
    received_before = outside.node.metrics().received;
    const auto at_a = start(quick(events.observer()));
    ASSERT_TRUE(eventually([&] { return moment(at_a); }));
    ASSERT_TRUE(at_a.try_close());
    EXPECT_EQ(error_of(at_a.try_close()), errc::not_found);
    EXPECT_EQ(events.cause(), "closed");
    EXPECT_EQ(error_of(at_a.try_wait_until_open(long_timeout)), errc::not_found);
    EXPECT_TRUE(eventually([&] { return a.udp.bindings().empty(); }));
    EXPECT_EQ(events.count(connection_state::closed), 1u);
  }
  EXPECT_TRUE(eventually([&] { return listener.punctures().empty(); })) << "they hear nothing";
}

TEST_F(UdpPuncture, UDP10_APunctureEndsWithItsSocket) {
  const auto listener = listen();
  connection_journal events;
  const auto at_a = start(quick(events.observer()));
  ASSERT_TRUE(at_a.try_wait_until_open(long_timeout));
  ASSERT_EQ(a.udp.bindings().size(), 1u);
  ASSERT_TRUE(a.udp.bindings().front().try_close());
  EXPECT_EQ(events.cause(), "closed");
  EXPECT_EQ(error_of(a.node.root().send({at_a, "echoer"}, "x")), errc::connection_closed);
}

TEST_F(UdpPuncture, UDP10_NOD6_ANodeStopsWithItsPuncturesUnderLoad) {
  const auto listener = listen();
  start_echoer(b.node, listener.flow_control_id());
  const auto at_a = start();
  ASSERT_TRUE(at_a.try_wait_until_open(long_timeout));
  for (int i = 0; i < 200; ++i)
    static_cast<void>(a.node.root().send({at_a, "echoer"}, "x"));
  a.node.stop();
  EXPECT_TRUE(at_a.has_ended());
  EXPECT_FALSE(udp::puncture::try_start(a.node.root(), a.udp, rendezvous, {to_b, "udp"}, quick()));
}

} // namespace
} // namespace ockam::test
