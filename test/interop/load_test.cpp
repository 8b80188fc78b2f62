#include "peers.hpp"

#include "ockam/actors/workers.hpp"

#include <thread>

#include <gmock/gmock.h>

namespace ockam::test {
namespace {

using testing::ElementsAre;

constexpr int count = 10'000;

/// Many messages on one connection, none of which waits for another.
class Load : public rust_test {
protected:
  tcp_node own{start_node()};

  /// The next `count` texts are 0, 1, 2, ...
  static void expect_in_order(endpoint& at) {
    for (int i = 0; i < count; ++i) {
      const auto arrived = at.receive<std::string>({.timeout = 20s});
      ASSERT_TRUE(arrived) << "after " << i << ": " << to_string(arrived.error());
      ASSERT_EQ(arrived->body(), std::to_string(i));
    }
  }

  /// What comes next is the reply to a further text: nothing came twice.
  static void expect_no_more(endpoint& at, const route& to) {
    ASSERT_TRUE(at.send(to, std::string{"end"}));
    EXPECT_EQ(at.receive<std::string>().value().body(), "end");
  }
};

TEST_P(Load, ORD2_TenThousandMessagesInFlightComeBackFromRustInOrder) {
  const auto peer = start_listener(GetParam(), {"echoer"});
  const auto connection = own.tcp.connect(peer.address);
  auto sink = own.node.detached("sink");
  own.flow_controls().add_consumer("sink", connection.flow_control_id());
  const route to{connection, "echoer"};
  for (int i = 0; i < count; ++i)
    ASSERT_TRUE(sink.send(to, std::to_string(i)));
  expect_in_order(sink);
  expect_no_more(sink, to);
}

TEST_P(Load, ORD2_TenThousandMessagesOfARustNodeInFlightGoBackInOrder) {
  own.node.start_worker("echoer", echoer{});
  const auto listener = own.listen();
  own.flow_controls().add_consumer("echoer", listener.flow_control_id());
  const auto ended = run_initiator(GetParam(), listener.socket_address(),
                                   {"--in-flight", std::to_string(count)});
  EXPECT_THAT(replies_in(ended), testing::IsSupersetOf({"Sent all", "Received in order: 10000"}));
  EXPECT_EQ(own.node.metrics().received, std::uint64_t{count});
}

TEST_P(Load, ORD2_TenThousandOfEachSideCrossOnOneConnection) {
  const auto peer = start_listener(GetParam(), {"echoer"});
  const auto connection = own.tcp.connect(peer.address);
  auto sink = own.node.detached("sink");
  auto pushed = own.node.detached("pushed");
  own.flow_controls().add_consumer("sink", connection.flow_control_id());
  own.flow_controls().add_consumer("pushed", connection.flow_control_id());
  const route to{connection, "echoer"};
  ASSERT_TRUE(pushed.send({connection, "control"}, "push pushed " + std::to_string(count)));
  for (int i = 0; i < count; ++i)
    ASSERT_TRUE(sink.send(to, std::to_string(i)));
  // what is not received keeps its share of the connection's credit: both have to be
  std::thread other{[&] { expect_in_order(pushed); }};
  expect_in_order(sink);
  other.join();
  EXPECT_EQ(pushed.receive<std::string>().value().body(), "done");
  expect_no_more(sink, to);
}

INSTANTIATE_TEST_SUITE_P(Interop, Load, testing::ValuesIn(rust_makers), name_of);

} // namespace
} // namespace ockam::test
