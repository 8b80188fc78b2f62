#include "test_node.hpp"

#include "ockam/actors/workers.hpp"

#include <atomic>
#include <random>
#include <thread>

#if defined(__GLIBC__)
#  include <malloc.h>
#endif

namespace ockam::test {
namespace {

class Stress : public node_test {};

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
std::size_t bytes_in_use() {
  return mallinfo2().uordblks;
}
#else
std::size_t bytes_in_use() {
  return 0;
}
#endif

TEST_F(Stress, ROU11_TenThousandWorkersComeAndGoWithoutATrace) {
  constexpr std::size_t workers = 10'000;
  const auto id = flow_control_id::random();
  const auto before = bytes_in_use();
  for (std::size_t i = 0; i < workers; ++i)
    node.start_worker("worker " + std::to_string(i), echoer{});
  const auto each = (bytes_in_use() - before) / workers;
  RecordProperty("bytes_per_idle_worker", static_cast<int>(each));
  std::cout << "bytes per idle worker: " << each << '\n';
  EXPECT_EQ(node.list_workers().size(), workers + 1);
  EXPECT_LT(each, 4096u);

  for (std::size_t i = 0; i < workers; ++i) {
    const address name = "worker " + std::to_string(i);
    if (i % 2 == 0)
      node.flow_controls().add_consumer(name, id);
    node.send(name, "x");
  }
  for (std::size_t i = 0; i < workers; ++i)
    ASSERT_TRUE(node.root().receive<any_body>());
  for (std::size_t i = 0; i < workers; ++i)
    node.stop_worker("worker " + std::to_string(i));
  EXPECT_EQ(node.list_workers(), std::vector<address>{"app"});
  EXPECT_TRUE(node.flow_controls().empty());
  EXPECT_EQ(node.metrics().sent, 2 * workers);
  EXPECT_EQ(node.metrics().delivered, 2 * workers);
}

TEST_F(Stress, NOD6_TenThousandWorkersStopWithTheNode) {
  const auto ended = std::make_shared<std::atomic<int>>(0);
  struct counts {
    std::shared_ptr<std::atomic<int>> ended;
    void handle_message(context&, routed<any_body>&) {}
    void shutdown(context&) { ++*ended; }
  };
  for (int i = 0; i < 10'000; ++i)
    node.start_worker(std::to_string(i), counts{ended});
  node.stop(20s);
  EXPECT_EQ(*ended, 10'000);
}

TEST_F(Stress, RTD6_ARouteOfTenThousandHopsThereAndBack) {
  node.start_worker("hop", hop{});
  node.start_worker("echoer", echoer{});
  route along;
  for (int i = 0; i < 10'000; ++i)
    along.append("hop");
  along.append("echoer");
  const auto reply = node.send_and_receive_extended<std::string>(along, "a long way");
  EXPECT_EQ(reply.body(), "a long way");
  EXPECT_EQ(reply.return_route().size(), 10'001u);
}

TEST_F(Stress, FWD2_ALoopEndsAtTheLimitOfAnOrdinaryNode) {
  node.start_worker("loop", [](context& ctx, routed<any_body>& received) {
    return ctx.forward(std::move(received).into_local_message());
  });
  node.send("loop", "x");
  EXPECT_TRUE(
    eventually([&] { return node.metrics().dropped_for(drop_reason::too_many_steps) == 1; }));
  EXPECT_EQ(node.metrics().delivered, node_options{}.max_local_steps);
}

TEST_F(Stress, NOD9_StartsAndStopsRaceWithTheEndOfTheNode) {
  for (int round = 0; round < 50; ++round) {
    ockam::node other{*system};
    std::atomic<int> started{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0;; ++i) {
          const address name = std::to_string(t) + "." + std::to_string(i);
          const auto start = other.root().start_worker(name, recorder{});
          if (!start) {
            EXPECT_TRUE(start.error() == errc::shutting_down || start.error() == errc::node_stopped)
              << to_string(start.error());
            return;
          }
          ++started;
          static_cast<void>(other.root().send(name, "x"));
          if (i % 3 == 0)
            static_cast<void>(other.root().stop_worker(name));
        }
      });
    while (started < 30)
      std::this_thread::yield();
    other.stop(10s);
    for (auto& each : threads)
      each.join();
    expect_settled(other);
    EXPECT_TRUE(other.list_workers().empty());
  }
}

TEST_F(Stress, MAP6_SeededMixtureOfEverything) {
  constexpr int names = 8;
  constexpr unsigned steps = 1500;
  std::vector<std::thread> threads;
  for (unsigned seed = 1; seed <= 3; ++seed)
    threads.emplace_back([&, seed] {
      std::mt19937 random{seed};
      const auto any_name = [&] { return address{"w" + std::to_string(random() % names)}; };
      auto own = node.make_endpoint("thread " + std::to_string(seed));
      delayed_event event;
      for (unsigned i = 0; i < steps; ++i)
        switch (random() % 10) {
          case 0:
            static_cast<void>(own.start_worker(any_name(), hop{}));
            break;
          case 1:
            static_cast<void>(own.start_worker({any_name(), any_name()}, echoer{}));
            break;
          case 2:
            static_cast<void>(own.stop_worker(any_name()));
            break;
          case 3:
            static_cast<void>(own.send_and_receive<std::string>(route{any_name(), any_name()}, "x",
                                                                {.timeout = 1ms}));
            break;
          case 4:
            if (auto fresh = own.make_delayed_event(any_name(), "later"))
              event = std::move(*fresh);
            event.schedule(std::chrono::microseconds{random() % 500});
            break;
          case 5:
            if (const auto actor = node.actor_at(any_name()))
              caf::anon_send_exit(actor, caf::exit_reason::kill);
            break;
          case 6:
            while (own.receive<any_body>({.timeout = 0ms}))
              continue;
            break;
          case 7:
            static_cast<void>(own.wait_for(any_name(), {.timeout = 1ms}));
            static_cast<void>(node.metrics());
            break;
          default:
            static_cast<void>(
              own.send(route{any_name(), any_name(), "thread " + std::to_string(seed)}, "x"));
        }
    });
  for (auto& each : threads)
    each.join();
  node.stop(10s);
  expect_settled(node);
  EXPECT_TRUE(node.flow_controls().empty());
}

} // namespace
} // namespace ockam::test
