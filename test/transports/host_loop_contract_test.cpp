#include "contract/connection_contract.hpp"

#include <thread>

namespace ockam::test {
namespace {

TEST_P(HostLoop, MAP10_ATransportIsAGuestInTheLoopOfItsHost) {
  const auto place = listen(b);
  start_echoer(b, place.flow_control_id);
  const auto c = connect(a, place);
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(ask(a.node, {c, "echoer"}, std::to_string(i)), std::to_string(i));
}

TEST_P(HostLoop, ORD1_ManySendersKeepTheirOrder) {
  constexpr int total = 2'000;
  const auto place = listen(b);
  const auto c = connect(a, place);
  auto reader = start_reader(b, place.flow_control_id);
  std::thread other{[&] {
    for (int i = 0; i < total; ++i)
      a.node.send({c, "reader"}, std::to_string(i));
  }};
  for (int i = 0; i < total; ++i) {
    const auto next = reader.receive<std::string>({long_timeout});
    ASSERT_TRUE(next) << i;
    ASSERT_EQ(next->body(), std::to_string(i));
  }
  other.join();
}

/// Many connections at a time: several threads of the host have something to do.
TEST_P(HostLoop, MAP10_ConnectionsAreServedSideBySide) {
  const auto place = listen(b);
  start_echoer(b, place.flow_control_id);
  std::vector<std::thread> askers;
  for (int i = 0; i < 8; ++i)
    askers.emplace_back([&, i] {
      const auto c = connect(a, place);
      const std::string body(static_cast<std::size_t>(1 + i * 5'000), 'x');
      const address own{"asker-" + std::to_string(i)};
      auto asker = start_reader(a, c.flow_control_id(), own);
      for (int round = 0; round < 100; ++round) {
        EXPECT_TRUE(asker.send({c, "echoer"}, body));
        EXPECT_EQ(asker.receive<std::string>({long_timeout})->body(), body);
      }
    });
  for (auto& each : askers)
    each.join();
}

TEST_P(HostLoop, NOD6_TheLoopGoesOnWhenTheNodeHasStopped) {
  static_cast<void>(connect(a, listen(b)));
  b.node.stop();
  EXPECT_TRUE(eventually([&] { return a.transport->ends() == 0; }));
  a.node.stop();
  EXPECT_EQ(in_loop([] { return 42; }), 42);
}

TEST_P(HostLoop, NOD6_ANodeMayBeStoppedInsideTheLoop) {
  static_cast<void>(connect(a, listen(b)));
  in_loop([&] { a.node.stop(); });
  EXPECT_TRUE(eventually([&] { return b.transport->ends() == 0; }));
}

} // namespace
} // namespace ockam::test
