#include "test_nodes.hpp"

#include "ockam/actors/echoer.hpp"

#include <future>
#include <thread>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>

namespace ockam::test {
namespace {

/// A host with an event loop of its own, run by some of its threads.
class HostLoop : public nodes_test, public testing::WithParamInterface<int> {
protected:
  HostLoop() {
    for (int i = 0; i < GetParam(); ++i)
      threads_.emplace_back([this] { loop.run(); });
  }
  void TearDown() override {
    nodes_test::TearDown();
    work_.reset();
    for (auto& each : threads_)
      each.join(); // nothing of ours keeps the loop busy
  }

  tcp_node guest() { return tcp_node{start_node(), {.io_context = &loop}}; }

  /// Calls `function` in the loop and returns what it returns.
  template <class Function>
  auto in_loop(Function function) {
    std::packaged_task<decltype(function())()> task{std::move(function)};
    auto outcome = task.get_future();
    asio::post(loop, std::move(task));
    return outcome.get();
  }

  asio::io_context loop;

private:
  asio::executor_work_guard<asio::io_context::executor_type> work_{loop.get_executor()};
  std::vector<std::thread> threads_;
};

TEST_P(HostLoop, MAP10_ATransportIsAGuestInTheLoopOfItsHost) {
  auto a = guest();
  auto b = guest();
  const auto listener = b.listen();
  b.node.start_worker("echoer", echoer{});
  b.flow_control().add_consumer("echoer", listener.flow_control_id());
  const auto c = a.connect(listener);
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(ask(a.node, {c, "echoer"}, std::to_string(i)), std::to_string(i));
}

TEST_P(HostLoop, ORD1_ManySendersKeepTheirOrder) {
  constexpr int total = 2'000;
  auto a = guest();
  auto b = guest();
  const auto listener = b.listen();
  const auto c = a.connect(listener);
  auto reader = b.node.detached("reader");
  b.flow_control().add_consumer("reader", listener.flow_control_id());
  std::thread other{[&] {
    for (int i = 0; i < total; ++i)
      a.node.send({c, "reader"}, std::to_string(i));
  }};
  for (int i = 0; i < total; ++i) {
    const auto next = reader.receive<std::string>({patience});
    ASSERT_TRUE(next) << i;
    ASSERT_EQ(next->body(), std::to_string(i));
  }
  other.join();
}

TEST_P(HostLoop, NOD6_TheLoopGoesOnWhenTheNodeHasStopped) {
  auto a = guest();
  auto b = guest();
  const auto listener = b.listen();
  static_cast<void>(a.connect(listener));
  b.node.stop();
  EXPECT_TRUE(eventually([&] { return a.tcp.connections().empty(); }));
  a.node.stop();
  EXPECT_EQ(in_loop([] { return 42; }), 42);
}

TEST_P(HostLoop, NOD6_ANodeMayBeStoppedInsideTheLoop) {
  auto a = guest();
  auto b = guest();
  const auto listener = b.listen();
  static_cast<void>(a.connect(listener));
  in_loop([&] { a.node.stop(); });
  EXPECT_TRUE(eventually([&] { return b.tcp.connections().empty(); }));
}

TEST_P(HostLoop, OptionsThatContradictEachOtherAreRefused) {
  EXPECT_THROW((tcp_node{start_node(), {.io_threads = 2, .io_context = &loop}}), failure);
  EXPECT_THROW((tcp_node{start_node(), {.io_context = &loop, .poll_before_sleeping = 1us}}),
               failure);
}

INSTANTIATE_TEST_SUITE_P(Threads, HostLoop, testing::Values(1, 3));

} // namespace
} // namespace ockam::test
