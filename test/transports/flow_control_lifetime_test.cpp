#include "error_of.hpp"
#include "flow_control_scenario.hpp"

namespace ockam::test {
namespace {

// How long the rights of a listener and of its connections last.
class FlowControlLifetime : public flow_control_scenario {
protected:
  std::set<address> consumers_of(const flow_control_id& id) {
    return b.flow_controls().consumers(id);
  }
  bool connection_ends_at_b() {
    return eventually([&] { return b.tcp.connections().empty(); });
  }
};

TEST_F(FlowControlLifetime, FC34_TCP11_AStoppedListenerLeavesItsConnectionsAlone) {
  start_echoer(b);
  admit("echoer");
  ASSERT_TRUE(l.try_stop());
  EXPECT_EQ(ask(a.node, {c, "echoer"}), "Hello Ockam!");
  const auto refused = a.tcp.try_connect(l.socket_address());
  ASSERT_FALSE(refused);
  EXPECT_EQ(error_of(refused).code(), std::errc::connection_refused);
  EXPECT_EQ(ask(a.node, {c, "echoer"}), "Hello Ockam!");
}

TEST_F(FlowControlLifetime, FC35_TheLastConnectionTakesTheRightsOfAStoppedListenerWithIt) {
  start_echoer(b);
  admit("echoer");
  ASSERT_TRUE(l.try_stop());
  EXPECT_EQ(consumers_of(l.flow_control_id()), std::set<address>{"echoer"});
  ASSERT_TRUE(c.try_close());
  ASSERT_TRUE(connection_ends_at_b());
  EXPECT_EQ(consumers_of(l.flow_control_id()), std::set<address>{});
}

TEST_F(FlowControlLifetime, FC36_AListenerWithoutConnectionsTakesItsRightsWithIt) {
  const auto alone = b.listen();
  start_echoer(b);
  b.flow_controls().add_consumer("echoer", alone.flow_control_id());
  ASSERT_TRUE(alone.try_stop());
  EXPECT_EQ(consumers_of(alone.flow_control_id()), std::set<address>{});
}

TEST_F(FlowControlLifetime, FC37_AClosedConnectionTakesItsOwnRightsOnly) {
  start_echoer(b);
  admit("echoer");
  b.flow_controls().add_consumer("echoer", k.flow_control_id());
  ASSERT_TRUE(c.try_close());
  ASSERT_TRUE(connection_ends_at_b());
  EXPECT_EQ(consumers_of(k.flow_control_id()), std::set<address>{});
  EXPECT_EQ(consumers_of(l.flow_control_id()), std::set<address>{"echoer"});
  EXPECT_EQ(ask(a.node, {a.connect(l), "echoer"}), "Hello Ockam!");
}

TEST_F(FlowControlLifetime, FC38_FCC4_NothingIsLeftWhenEverythingHasStopped) {
  start_echoer(b);
  admit("echoer");
  a.flow_controls().add_consumer("app", c.flow_control_id());
  EXPECT_EQ(ask(a.node, {c, "echoer"}), "Hello Ockam!");
  EXPECT_FALSE(a.flow_controls().empty());
  EXPECT_FALSE(b.flow_controls().empty());
  a.node.stop();
  b.node.stop();
  EXPECT_TRUE(a.flow_controls().empty());
  EXPECT_TRUE(b.flow_controls().empty());
}

} // namespace
} // namespace ockam::test
