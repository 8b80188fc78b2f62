#include "raw_peer.hpp"
#include "test_nodes.hpp"

#include "ockam/actors/echoer.hpp"

#include <gtest/gtest.h>

namespace ockam::test {
namespace {

using reconnect = nodes_test;

constexpr reconnect_policy quickly{.first = 10ms, .longest = 50ms};

TEST_F(reconnect, DEC12_TCP14_OffByDefault) {
  tcp_node a{start_node()};
  const connection_journal events;
  raw_listener peer;
  const auto c = a.tcp.connect(peer.address(), {.observer = events.observer()});
  peer.accept().close();
  ASSERT_TRUE(events.wait_for(connection_state::closed));
  EXPECT_EQ(events.count(connection_state::reconnecting), 0u);
  EXPECT_FALSE(c.is_open());
}

TEST_F(reconnect, DEC12_TheAddressStaysValidAndWhatWaitsIsSent) {
  tcp_node a{start_node()};
  const connection_journal events;
  raw_listener peer;
  const auto c = a.tcp.connect(peer.address(),
                               {.reconnect = quickly, .observer = events.observer()});
  auto first = peer.accept();
  EXPECT_EQ(to_hex(first.read(1)), "01");
  first.close();
  const auto lost = events.wait_for(connection_state::reconnecting);
  ASSERT_TRUE(lost);
  ASSERT_TRUE(lost->cause);

  ASSERT_TRUE(a.node.root().send({c, "echoer"}, "still here").has_value());
  auto second = peer.accept();
  const auto begin = second.read(1 + 4);
  EXPECT_EQ(to_hex(begin).substr(0, 2), "01") << "every stream begins with the version byte";
  EXPECT_FALSE(second.read(1).empty()) << "the message was not lost";
  EXPECT_TRUE(c.is_open());
  EXPECT_EQ(a.tcp.connections().size(), 1u);
}

TEST_F(reconnect, DEC12_TrafficFlowsAgainAfterTheOtherNodeRestarted) {
  tcp_node a{start_node()};
  std::string where;
  std::optional<connection> c;
  {
    small_system other_system;
    node other{*other_system};
    tcp_node b{other};
    other.start_worker("echoer", echoer{});
    const auto l = b.listen();
    b.flow_control().add_consumer("echoer", l.flow_control_id());
    where = l.socket_address();
    c = a.tcp.connect(where, {.reconnect = quickly});
    EXPECT_EQ(ask(a.node, {*c, "echoer"}, "one"), "one");
  }
  tcp_node b{start_node()};
  b.node.start_worker("echoer", echoer{});
  const auto l = b.tcp.listen(where);
  b.flow_control().add_consumer("echoer", l.flow_control_id());
  EXPECT_TRUE(eventually([&] { return ask(a.node, {*c, "echoer"}, "two", 200ms) == "two"; }));
}

TEST_F(reconnect, DEC12_DisconnectEndsItWhileThereIsNoSocket) {
  tcp_node a{start_node()};
  const connection_journal events;
  std::optional<connection> c;
  {
    raw_listener peer;
    c = a.tcp.connect(peer.address(), {.reconnect = quickly, .observer = events.observer()});
    peer.accept().close();
  }
  ASSERT_TRUE(events.wait_for(connection_state::reconnecting));
  ASSERT_TRUE(c->disconnect().has_value());
  ASSERT_TRUE(events.wait_for(connection_state::closed));
  EXPECT_FALSE(c->is_open());
  EXPECT_FALSE(c->disconnect().has_value());
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
    ASSERT_TRUE(c.disconnect());
  }
}

TEST_F(reconnect, DEC12_TheNodeStopsInTheMiddleOfIt) {
  tcp_node a{start_node()};
  const connection_journal events;
  {
    raw_listener peer;
    a.tcp.connect(peer.address(), {.reconnect = quickly, .observer = events.observer()});
    peer.accept().close();
  }
  ASSERT_TRUE(events.wait_for(connection_state::reconnecting));
  a.node.stop();
  EXPECT_TRUE(events.wait_for(connection_state::closed));
}

} // namespace
} // namespace ockam::test
