#include "peers.hpp"

#include "ockam/actors/workers.hpp"

#include <gmock/gmock.h>

namespace ockam::test {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

/// The route [h1, connection, h2, h3, echoer]: hops on both sides of a connection.
class LocalHops : public rust_test {};

TEST_P(LocalHops, FC26_OurInitiatorReachesARustEchoerAndBack) {
  const auto peer = start_listener(GetParam(), {"h2"}, {"--hop", "h2", "--hop", "h3"});
  tcp_node own{start_node()};
  own.node.start_worker("h1", hop{});
  const auto connection = own.tcp.connect(peer.address);
  own.flow_controls().add_consumer("h1", connection.flow_control_id());

  const auto reply = own.node.send_and_receive_extended<std::string>(
    {"h1", connection, "h2", "h3", "echoer"}, "over five hops");
  EXPECT_EQ(reply.body(), "over five hops");
  EXPECT_EQ(reply.return_route(), (route{"h1", connection, "h2", "h3", "echoer"}));
}

TEST_P(LocalHops, FC26_ARustInitiatorReachesOurEchoerAndBack) {
  tcp_node own{start_node()};
  own.node.start_worker("h2", hop{});
  own.node.start_worker("h3", hop{});
  own.node.start_worker("echoer", echoer{});
  const auto listener = own.listen();
  own.flow_controls().add_consumer("h2", listener.flow_control_id());

  auto& peer = start_rust(GetParam(), "many-hops",
                          {"--connect", listener.socket_address(), "--to", "h2,h3,echoer"});
  const auto ended = peer.wait();
  EXPECT_EQ(ended.status, 0);
  EXPECT_THAT(replies_in(ended), ElementsAre("App Received: Hello Ockam!"));
}

TEST_P(LocalHops, FC25_AReplyThroughAHopThatIsNoConsumerIsDroppedByTheRustNode) {
  tcp_node own{start_node()};
  own.node.start_worker("echoer", echoer{});
  const auto listener = own.listen();
  own.flow_controls().add_consumer("echoer", listener.flow_control_id());

  auto& peer = start_rust(GetParam(), "many-hops",
                          {"--connect", listener.socket_address(), "--to", "echoer",
                           "--not-admitted", "--limit-ms", "300"});
  EXPECT_THAT(replies_in(peer.wait()), ElementsAre(StartsWith("No reply from echoer")));
}

INSTANTIATE_TEST_SUITE_P(Interop, LocalHops, testing::ValuesIn(rust_makers), name_of);

} // namespace
} // namespace ockam::test
