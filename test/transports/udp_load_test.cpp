#include "datagram_proxy.hpp"
#include "udp_node.hpp"

#include <atomic>
#include <chrono>
#include <map>
#include <string>
#include <thread>

namespace ockam::test {
namespace {

class UdpLoad : public nodes_test {
protected:
  udp_node a{start_node()};
  udp_node b{start_node()};
};

/// A body that tells whether it is intact: its number, and a size and content that follow from it.
std::string numbered_body(int number) {
  const auto size = static_cast<std::size_t>(number) * 37 % 3'000;
  auto body = std::to_string(number) + ':';
  for (std::size_t i = 0; i < size; ++i)
    body += static_cast<char>('a' + (i * 7 + static_cast<std::size_t>(number)) % 26);
  return body;
}

/// Messages through a bad network, in both directions.
class UdpImpaired : public UdpLoad,
                    public testing::WithParamInterface<std::tuple<datagram_format, unsigned>> {};

std::string name_of_case(const testing::TestParamInfo<UdpImpaired::ParamType>& info) {
  const auto [format, seed] = info.param;
  return (format == datagram_format::a ? "A" : "B") + std::to_string(seed);
}

TEST_P(UdpImpaired, UDP6_WhatIsDeliveredIsIntactAndDeliveredOnce) {
  const auto [format, seed] = GetParam();
  constexpr int total = 500;
  const auto at_b = b.bind({.format = format, .reassembly = {.timeout = 200ms}});
  b.start_echoer(at_b);
  datagram_proxy network{at_b.port(), {.lost = 3, .repeated = 5, .delayed = 10}, seed};
  const auto at_a = a.bind_to(network.address(),
                              {.format = format, .reassembly = {.timeout = 200ms}});
  auto reader = a.start_reader(at_a);
  std::map<int, int> seen;
  const auto take_all = [&](std::chrono::milliseconds limit) {
    while (const auto next = reader.receive<std::string>({limit})) {
      const auto number = std::stoi(next->body());
      EXPECT_EQ(next->body(), numbered_body(number));
      EXPECT_EQ(++seen[number], 1) << number;
    }
  };
  for (int i = 0; i < total; ++i) {
    ASSERT_TRUE(reader.send({at_a, "echoer"}, numbered_body(i)));
    take_all(1ms);
  }
  EXPECT_TRUE(eventually([&] { // all that is under way ends: in time, or given up
    take_all(1ms);
    return a.node.metrics().in_flight() == 0 && b.node.metrics().in_flight() == 0;
  }));
  EXPECT_GT(seen.size(), total / 10u) << "many messages are a single datagram";
  EXPECT_LT(seen.size(), total + 0u);
  EXPECT_GT(network.lost(), 0u);
  EXPECT_GT(network.repeated(), 0u);
  EXPECT_GT(network.delayed(), 0u);
  EXPECT_GT(a.dropped(drop_reason::duplicate) + b.dropped(drop_reason::duplicate), 0u);
}
INSTANTIATE_TEST_SUITE_P(Seeds, UdpImpaired,
                         testing::Combine(testing::Values(datagram_format::a, datagram_format::b),
                                          testing::Values(1u, 2u, 3u)),
                         name_of_case);

TEST_F(UdpLoad, ORD5_ORD8_WithoutCreditReadingPauses) {
  constexpr int total = 100;
  const auto at_b = b.bind({.connection = {.limits = {.max_unhandled_messages = 8}}});
  auto reader = b.start_reader(at_b);
  const auto at_a = a.bind_to(at_b.socket_address());
  for (int i = 0; i < total; ++i)
    ASSERT_TRUE(a.node.root().send({at_a, "reader"}, std::to_string(i)));
  ASSERT_TRUE(at_a.flush());
  ASSERT_TRUE(eventually([&] { return b.node.metrics().received == 8; }));
  for (int i = 0; i < total; ++i) {
    const auto next = reader.receive<std::string>({long_timeout});
    ASSERT_TRUE(next) << i;
    EXPECT_EQ(next->body(), std::to_string(i));
    EXPECT_LE(b.node.metrics().in_flight(), 8u);
  }
}

TEST_F(UdpLoad, NOD6_TCP40_AStopUnderLoadIsQuickAndLosesNoCount) {
  const auto at_b = b.bind();
  b.start_echoer(at_b);
  const auto at_a = a.bind_to(at_b.socket_address());
  a.node.start_worker("sink", [](context&, const routed<any_body>&) {});
  a.node.flow_controls().add_consumer("sink", at_a.flow_control_id());
  std::atomic<bool> done{false};
  std::thread load{[&] {
    auto sender = a.node.make_endpoint("sender");
    a.node.flow_controls().add_consumer("sender", at_a.flow_control_id());
    const message question{route{at_a, "echoer"}, route{"sink"},
                           encode_payload(std::string(2'000, 'x')).value()};
    while (!done)
      static_cast<void>(sender.forward(question)); // refused when too much waits
  }};
  EXPECT_TRUE(eventually([&] { return b.node.metrics().delivered > 100; }));
  for (auto* each : {&b, &a}) {
    const auto began = std::chrono::steady_clock::now();
    each->node.stop();
    EXPECT_LT(std::chrono::steady_clock::now() - began, 1s);
  }
  done = true;
  load.join(); // then every message is accounted for: `nodes_test` looks
}

TEST_F(UdpLoad, TrafficOfManyPeersIsCountedOnce) {
  constexpr int total = 2'000;
  const auto at_b = b.bind();
  b.start_echoer(at_b);
  udp_node c{start_node()};
  std::vector<std::thread> senders;
  for (auto* each : {&a, &c})
    senders.emplace_back([each, &at_b] {
      const auto own = each->bind();
      for (int i = 0; i < total; ++i)
        static_cast<void>(
          each->node.root().send({own, udp_address(at_b), "echoer"}, std::to_string(i)));
    });
  for (auto& each : senders)
    each.join();
  EXPECT_TRUE(eventually([&] {
    const auto seen = b.node.metrics(); // of one moment: datagrams may still wait in the kernel
    return seen.received > 0 && seen.in_flight() == 0 && seen.written == seen.sent;
  }));
}

} // namespace
} // namespace ockam::test
