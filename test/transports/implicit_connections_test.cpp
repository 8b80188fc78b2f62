#include "error_of.hpp"
#include "test_nodes.hpp"

#include "ockam/actors/workers.hpp"

#include <gtest/gtest.h>

namespace ockam::test {
namespace {

/// A dials when a route of its own says so; B answers.
class implicit_connections : public nodes_test {
protected:
  static node_options dialling(std::chrono::milliseconds idle = 60s) {
    node_options options;
    options.implicit_connections = true;
    options.implicit_idle_timeout = idle;
    return options;
  }

  [[nodiscard]] address remote() const { return {transport_type::tcp, l.socket_address()}; }

  tcp_node b{start_node()};
  tcp::listener l = b.listen();

  implicit_connections() {
    b.node.start_worker("echoer", echoer{});
    b.flow_controls().add_consumer("echoer", l.flow_control_id());
  }
};

TEST_F(implicit_connections, DEC15_TCP34_OneConnectionServesAllMessagesToAnAddress) {
  tcp_node a{start_node(dialling())};
  for (const auto* body : {"one", "two", "three"})
    ASSERT_TRUE(a.node.root().send({remote(), "echoer"}, body).has_value());
  ASSERT_TRUE(eventually([&] { return b.node.metrics().received == 3; }));
  ASSERT_EQ(a.tcp.connections().size(), 1u);
  const auto made = a.tcp.connections().front();

  // the replies are refused like those of any connection, until they are admitted (FC-22)
  expect_drops(a.node, drop_reason::not_a_consumer, 3);
  a.flow_controls().add_consumer("app", made.flow_control_id());
  ASSERT_TRUE(a.node.root().send({remote(), "echoer"}, "four").has_value());
  EXPECT_EQ(a.node.receive<std::string>().body(), "four");
  EXPECT_EQ(a.tcp.connections().size(), 1u);
}

TEST_F(implicit_connections, DEC15_AnIdleConnectionIsClosedAndMadeAgain) {
  tcp_node a{start_node(dialling(100ms))};
  ASSERT_TRUE(a.node.root().send({remote(), "echoer"}, "one").has_value());
  ASSERT_TRUE(eventually([&] { return b.node.metrics().received == 1; }));
  ASSERT_TRUE(eventually([&] { return a.tcp.connections().empty(); }));
  ASSERT_TRUE(a.node.root().send({remote(), "echoer"}, "two").has_value());
  EXPECT_TRUE(eventually([&] { return b.node.metrics().received == 2; }));
  ASSERT_TRUE(eventually([&] { return a.tcp.connections().empty(); }));
}

TEST_F(implicit_connections, DEC15_AnUnreachablePeerCostsOnlyItsMessages) {
  tcp_node a{start_node(dialling())};
  ASSERT_TRUE(l.try_stop().has_value());
  ASSERT_TRUE(eventually([&] { return b.tcp.listeners().empty(); }));
  ASSERT_TRUE(a.node.root().send({remote(), "echoer"}, "lost").has_value());
  expect_drops(a.node, drop_reason::external_address, 1);
  EXPECT_TRUE(logged({"warning", "refused"}));
}

TEST_F(implicit_connections, DEC15_TCP34_OffByDefault) {
  tcp_node a{start_node()};
  const auto sent = a.node.root().send({remote(), "echoer"}, "one");
  ASSERT_FALSE(sent.has_value());
  EXPECT_EQ(error_of(sent), errc::unresolved_address);
  EXPECT_TRUE(a.tcp.connections().empty());
}

TEST_F(implicit_connections, DEC15_AMessageFromTheWireNeverDials) {
  tcp_node middle{start_node(dialling())};
  auto entrance = middle.listen();
  middle.node.start_worker("hop", hop{});
  middle.flow_controls().add_consumer("hop", entrance.flow_control_id());
  tcp_node a{start_node()};
  const auto c = a.connect(entrance);
  ASSERT_TRUE(a.node.root().send({c, "hop", remote(), "echoer"}, "dial for me").has_value());
  expect_drops(middle.node, drop_reason::external_address, 1);
  EXPECT_EQ(b.node.metrics().received, 0u);
}

} // namespace
} // namespace ockam::test
