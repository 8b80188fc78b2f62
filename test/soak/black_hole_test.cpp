#include "scale.hpp"

#include "error_of.hpp"
#include "transports/test_nodes.hpp"

#include "ockam/actors/workers.hpp"

#include <iostream>

namespace ockam::test {
namespace {

/// A network that swallows every packet from some moment on, without a word. In a network namespace
/// of its own, which scripts/soak makes.
class BlackHole : public nodes_test {
protected:
  void SetUp() override {
    if (std::getenv("OCKAM_SOAK_BLACK_HOLE") == nullptr)
      GTEST_SKIP() << "this network may be needed; scripts/soak has one to spoil";
  }

  static void swallow_everything() {
    EXPECT_EQ(std::system(
                "nft 'add table inet hole; "
                "add chain inet hole in { type filter hook input priority 0; policy drop; }'"),
              0);
  }
};

TEST_F(BlackHole, TCP16_DEC13_DEC16_APeerThatFallsSilentIsReportedByBothSides) {
  constexpr tcp::keepalive_options impatient{.idle = 2s, .interval = 1s, .probes = 2};
  const connection_limits quick{.write_timeout = 1s};
  tcp_node a{start_node()};
  tcp_node b{start_node()};
  const connection_journal at_a;
  const connection_journal at_b;
  const auto listener
    = b.listen({.keepalive = impatient, .limits = quick, .observer = at_b.observer()});
  const auto c = a.connect(listener,
                           {.keepalive = impatient, .limits = quick, .observer = at_a.observer()});
  b.node.start_worker("echoer", echoer{});
  b.flow_controls().add_consumer("echoer", listener.flow_control_id());
  ASSERT_EQ(ask(a.node, {c, "echoer"}, "hello"), "hello");

  swallow_everything();
  const auto began = std::chrono::steady_clock::now();
  for (const auto* side : {&at_a, &at_b}) {
    const auto end = side->wait_for(connection_state::closed);
    ASSERT_TRUE(end) << "it was not noticed";
    EXPECT_TRUE(end->cause);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::cout << "noticed after " << took.count() << " s: " << at_a.cause() << '\n';
  EXPECT_LT(took, 2s + 2 * 1s + 2s);

  // to where nothing answers, within the time that was asked for
  const auto connecting = std::chrono::steady_clock::now();
  const auto refused = a.tcp.try_connect(listener.socket_address(), {.connect_timeout = 500ms});
  ASSERT_FALSE(refused);
  for (const auto& part : {listener.socket_address(), std::string{"500 ms (connect-timeout)"}})
    EXPECT_NE(to_string(error_of(refused)).find(part), std::string::npos)
      << to_string(refused.error());
  EXPECT_LT(std::chrono::steady_clock::now() - connecting, 2s);
}

} // namespace
} // namespace ockam::test
