#include "datagram_peer.hpp"
#include "udp_node.hpp"

#include "protocol/cut.hpp"

#include "ockam/actors/workers.hpp"
#include "ockam/protocol/codec.hpp"

#include <string>
#include <vector>

namespace ockam::test {
namespace {

/// A node, and peers that are none.
class UdpHostile : public nodes_test {
protected:
  udp_node node{start_node()};
  datagram_peer peer;

  /// A message from `app` as the only datagrams that it makes.
  static std::vector<bytes> datagrams_of(const route& to, const std::string& body,
                                         std::uint16_t number) {
    const auto encoded = encode_message(message{to, route{"app"}, encode_payload(body).value()});
    return cut(encoded, {datagram_format::b, routing_number{number}, encoded.size()});
  }

  /// A binding with a worker that answers much to little.
  udp::binding bind_generous(udp::bind_options options);
  static bytes question_number(std::uint16_t number) {
    return datagrams_of({"generous"}, "", number).front();
  }

  static constexpr int answers = 100; // to a question, each of 30 bytes: more than is allowed

  /// Bytes that come back for a question to a `generous` worker.
  std::size_t answered_to(const datagram_peer& asker, const udp::binding& at,
                          const bytes& question) {
    const auto sent = node.node.metrics().sent;
    asker.send(question, at.port());
    EXPECT_TRUE(eventually([&] { // all answers are sent or refused: the question is handled
      const auto now = node.node.metrics();
      return now.sent == sent + answers && now.in_flight() == 0;
    }));
    std::size_t answered = 0;
    while (const auto answer = asker.receive(0ms))
      answered += answer->data.size();
    return answered;
  }
};

/// Answers with so many bytes, in so many messages.
auto generous(int messages, std::size_t size) {
  return [=](context& self, const routed<any_body>& question) {
    for (int i = 0; i < messages; ++i)
      static_cast<void>(self.send(question.return_route(), std::string(size, 'x')));
  };
}

udp::binding UdpHostile::bind_generous(udp::bind_options options) {
  auto at = node.bind(std::move(options));
  node.node.start_worker("generous", generous(answers, 30));
  node.node.flow_controls().add_consumer("generous", at.flow_control_id());
  return at;
}

TEST_F(UdpHostile, UDP4_WhatIsNoDatagramIsCountedAndCostsNoMore) {
  const auto at = node.bind();
  node.start_echoer(at);
  std::uint64_t sent = 0;
  for (const auto* vector :
       {"bad-udp-a-empty", "bad-udp-a-number-65536", "bad-udp-a-offset-2pow32",
        "bad-udp-b-version-256", "bad-udp-b-index-65536", "bad-udp-b-no-part", "bad-udp-a-oversize",
        "bad-udp-b-total-zero", "bad-udp-b-empty-part", "bad-udp-b-index-out-of-bounds"}) {
    peer.send(wire_vector(vector), at.port());
    expect_drops(node.node, drop_reason::undecodable, ++sent);
  }
  peer.send(wire_vector("udp-b-single"), at.port());
  EXPECT_TRUE(peer.receive(long_timeout));
}

TEST_F(UdpHostile, UDP6_ADatagramThatIsNoMessageIsCounted) {
  const auto at = node.bind();
  peer.send(cut(bytes(20, 0xff), {datagram_format::b, routing_number{1}, 20}).front(), at.port());
  expect_drops(node.node, drop_reason::undecodable, 1);
}

TEST_F(UdpHostile, UDP6_ADatagramThatComesAgainIsDeliveredOnce) {
  const auto at = node.bind();
  auto reader = node.start_reader(at);
  const auto datagram = datagrams_of({"reader"}, "once", 7).front();
  for (int i = 0; i < 3; ++i)
    peer.send(datagram, at.port());
  expect_drops(node.node, drop_reason::duplicate, 2);
  EXPECT_EQ(node.node.metrics().received, 3u);
  EXPECT_TRUE(reader.receive<std::string>({long_timeout}));
}

TEST_F(UdpHostile, UDP8_ATiedBindingHearsItsPeerOnly) {
  const datagram_peer stranger;
  const auto at = node.bind_to(peer.address());
  auto reader = node.start_reader(at);
  stranger.send(datagrams_of({"reader"}, "not for you", 1).front(), at.port());
  expect_drops(node.node, drop_reason::foreign_source, 1);
  peer.send(datagrams_of({"reader"}, "for you", 1).front(), at.port());
  EXPECT_EQ(reader.receive<std::string>({long_timeout})->body(), "for you");
}

TEST_F(UdpHostile, UDP8_AMessageWithoutAnOnwardRouteIsAHeartbeat) {
  const auto at = node.bind();
  const auto heartbeat = wire_vector("tcp-msg-heartbeat");
  peer.send(cut(heartbeat, {datagram_format::b, routing_number{1}, heartbeat.size()}).front(),
            at.port());
  expect_drops(node.node, drop_reason::heartbeat, 1);
}

TEST_F(UdpHostile, UDP6_PartsThatDoNotComeInTimeAreGivenUp) {
  const auto at = node.bind({.reassembly = {.timeout = 100ms}});
  const auto parts = datagrams_of({"reader"}, std::string(600, 'x'), 1);
  ASSERT_EQ(parts.size(), 2u);
  peer.send(parts[0], at.port());
  expect_drops(node.node, drop_reason::incomplete, 1);
}

TEST_F(UdpHostile, UDP6_AMessageAboveTheLimitIsGivenUp) {
  const auto at = node.bind({.connection = {.limits = {.max_frame_size = 1'000}}});
  auto reader = node.start_reader(at);
  for (const auto& part : datagrams_of({"reader"}, std::string(1'400, 'x'), 1)) // three parts
    peer.send(part, at.port());
  expect_drops(node.node, drop_reason::incomplete, 1);
  peer.send(datagrams_of({"reader"}, "small", 2).front(), at.port());
  EXPECT_EQ(reader.receive<std::string>({long_timeout})->body(), "small");
  EXPECT_EQ(node.dropped(drop_reason::incomplete), 1u) << "it is counted once";
  EXPECT_EQ(node.dropped(drop_reason::undecodable), 0u);
}

TEST_F(UdpHostile, ORD5_APauseOfOursIsNoSilenceOfThePeer) {
  const auto at
    = node.bind({.connection = {.limits = {.max_unhandled_messages = 1, .idle_timeout = 300ms}}});
  auto reader = node.start_reader(at);
  for (const auto number : {1, 2, 3}) // pauses at the second one
    peer.send(datagrams_of({"reader"}, "x", static_cast<std::uint16_t>(number)).front(), at.port());
  EXPECT_TRUE(eventually([&] { return node.node.metrics().received == 1; }));
  EXPECT_FALSE(peer.receive(700ms)); // longer than the time-out: no worker has received anything
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(reader.receive<std::string>({long_timeout}));
  EXPECT_TRUE(eventually([&] { return node.udp.bindings().empty(); })) << "now it is idle";
}

TEST_F(UdpHostile, SourcesThatAreMadeUpDoNotFillTheMemory) {
  constexpr std::size_t most = 4;
  const auto at = node.bind({.max_peers = most});
  const auto parts = datagrams_of({"reader"}, std::string(600, 'x'), 1);
  const std::vector<datagram_peer> sources(10);
  for (const auto& each : sources)
    each.send(parts[0], at.port());
  expect_drops(node.node, drop_reason::incomplete, sources.size() - most);
}

// -- amplification ---------------------------------------------------------------------------------

TEST_F(UdpHostile, AnswersToAnAddressThatMayBeForgedAreNoMoreThanThreeTimesTheQuestion) {
  const auto at = bind_generous({.unproven_allowance = 0});
  const auto question = question_number(1);
  const auto answered = answered_to(peer, at, question);
  EXPECT_GT(answered, 0u);
  EXPECT_LE(answered, 3 * question.size());
}

TEST_F(UdpHostile, UDP12_AnUnprovenAddressGetsAnAllowanceBeyondThatWhateverItsPort) {
  const auto at = bind_generous({.unproven_allowance = 2'000});
  const auto question = question_number(1);
  const auto earned = 3 * question.size();
  const auto first = answered_to(peer, at, question);
  EXPECT_GT(first, earned + 1'000);
  EXPECT_LE(first, earned + 2'000);
  const datagram_peer same_host;
  EXPECT_LE(answered_to(same_host, at, question) + first, 2 * earned + 2'000);
}

/// Answers a question with a return route that ends at an address of its own.
auto from_address(const address& own) {
  return [=](context& self, const routed<any_body>& question) {
    static_cast<void>(self.forward(
      message{question.return_route(), route{own}, encode_payload(std::string{"come"}).value()}));
  };
}

/// A worker at a random address that answers much, and one that tells that address.
class UdpProof : public UdpHostile {
protected:
  UdpProof() {
    node.node.start_worker("teller", from_address(secret));
    node.node.start_worker(secret, generous(answers, 30));
    for (const auto& each : {address{"teller"}, secret})
      node.node.flow_controls().add_consumer(each, at.flow_control_id());
  }
  /// The bytes that `asked_by` gets for a request to the secret address.
  std::size_t answered_by_secret(const datagram_peer& asked_by, std::uint16_t number) {
    return answered_to(asked_by, at, datagrams_of({secret}, "", number).front());
  }
  void be_told(const datagram_peer& receiver, std::uint16_t number) {
    receiver.send(datagrams_of({"teller"}, std::string(100, '.'), number).front(), at.port());
    EXPECT_TRUE(receiver.receive(long_timeout));
  }

  static constexpr std::size_t all = answers * 30;
  const address secret = address::random();
  const udp::binding at = node.bind({.unproven_allowance = 0});
};

TEST_F(UdpProof, UDP13_APeerThatUsesWhatWasWrittenToItAloneIsWhereItSays) {
  be_told(peer, 1);
  EXPECT_GT(answered_by_secret(peer, 2), all);
}

TEST_F(UdpProof, UDP13_AnAddressThatOthersKnowProvesNothing) {
  const datagram_peer other;
  be_told(other, 1);
  be_told(peer, 1);
  EXPECT_LE(answered_by_secret(peer, 2), all / 2);
  EXPECT_LE(answered_by_secret(other, 2), all / 2);
}

TEST_F(UdpProof, UDP13_AnAddressThatThePeerHasNamedBeforeProvesNothing) {
  EXPECT_LE(answered_by_secret(peer, 1), all / 2);
  be_told(peer, 2);
  EXPECT_LE(answered_by_secret(peer, 3), all / 2);
}

TEST_F(UdpHostile, TheBoundIsAnOption) {
  const auto at = node.bind({.max_amplification = 0});
  node.node.start_worker("generous", generous(10, 400));
  node.node.flow_controls().add_consumer("generous", at.flow_control_id());
  peer.send(datagrams_of({"generous"}, "", 1).front(), at.port());
  for (int i = 0; i < 10; ++i)
    ASSERT_TRUE(peer.receive(long_timeout)) << i;
}

TEST_F(UdpHostile, WhomThisNodeHasSentToFirstGetsAllAnswers) {
  const auto at = node.bind();
  node.node.start_worker("generous", generous(10, 400));
  node.node.flow_controls().add_consumer("generous", at.flow_control_id());
  node.node.send({at, udp_address(peer.address()), "hello"}, "x");
  ASSERT_TRUE(peer.receive(long_timeout));
  peer.send(datagrams_of({"generous"}, "", 1).front(), at.port());
  for (int i = 0; i < 10; ++i)
    ASSERT_TRUE(peer.receive(long_timeout)) << i;
}

TEST_F(UdpHostile, ERR12_WhatIsPassedOnDoesNotGoToStrangers) {
  const datagram_peer victim;
  const auto at = node.bind();
  node.node.start_worker("hop", hop{});
  node.node.flow_controls().add_consumer("hop", at.flow_control_id());
  peer.send(datagrams_of({"hop", at, udp_address(victim.address()), "x"}, "", 1).front(),
            at.port());
  expect_drops(node.node, drop_reason::outgoing_denied, 1);
  peer.send(datagrams_of({"hop", at, "2#localhost:4000", "x"}, "", 2).front(), at.port());
  expect_drops(node.node, drop_reason::outgoing_denied, 2);
  // a known peer is no stranger
  peer.send(datagrams_of({"hop", at, udp_address(peer.address()), "x"}, "", 3).front(), at.port());
  EXPECT_TRUE(peer.receive(long_timeout));
  EXPECT_FALSE(victim.receive(0ms));
}

} // namespace
} // namespace ockam::test
