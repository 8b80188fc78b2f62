#include "test_node.hpp"

#include "ockam/actors/workers.hpp"

#include <atomic>
#include <map>
#include <thread>

namespace ockam::test {
namespace {

class Ordering : public node_test {};

using numbered = std::pair<std::uint32_t, std::uint32_t>; // sender, number

/// Checks that the numbers of each sender come in order, without a gap.
struct in_order {
  journal mistakes;
  std::shared_ptr<std::atomic<std::uint32_t>> received
    = std::make_shared<std::atomic<std::uint32_t>>(0);
  std::map<std::uint32_t, std::uint32_t> next;

  void handle_message(context&, const routed<numbered>& message) {
    const auto [sender, number] = message.body();
    if (next[sender]++ != number)
      mistakes.write("sender " + std::to_string(sender) + ": " + std::to_string(number));
    ++*received;
  }
};

TEST_F(Ordering, ORD1_MessagesOfEachSenderArriveInTheOrderSent) {
  constexpr std::uint32_t senders = 4;
  constexpr std::uint32_t messages = 2000;
  const in_order worker;
  node.start_worker("w", worker);
  std::vector<std::thread> threads;
  for (std::uint32_t s = 0; s < senders; ++s)
    threads.emplace_back([&, s] {
      auto mailbox = node.make_endpoint("sender " + std::to_string(s));
      for (std::uint32_t i = 0; i < messages; ++i)
        EXPECT_TRUE(mailbox.send("w", numbered{s, i}));
    });
  for (auto& each : threads)
    each.join();
  EXPECT_TRUE(eventually([&] { return *worker.received == senders * messages; }));
  EXPECT_EQ(worker.mistakes.entries(), lines{});
}

TEST_F(Ordering, ORD1_TheOrderHoldsAlongALineOfHops) {
  constexpr std::uint32_t messages = 2000;
  const in_order worker;
  node.start_worker("w", worker);
  route along;
  for (int i = 0; i < 5; ++i) {
    const auto name = "h" + std::to_string(i);
    node.start_worker(name, hop{});
    along.append(address{name});
  }
  along.append("w");
  for (std::uint32_t i = 0; i < messages; ++i)
    node.send(along, numbered{0, i});
  EXPECT_TRUE(eventually([&] { return *worker.received == messages; }));
  EXPECT_EQ(worker.mistakes.entries(), lines{});
}

TEST_F(Ordering, ORD1_WhatOneThreadSendsPastTheRouterAndThroughItStaysInOrder) {
  constexpr std::uint32_t messages = 4000;
  const in_order worker;
  node.start_worker("w", worker);
  const auto handle = node.actor_at("w");
  for (std::uint32_t i = 0; i < messages; ++i)
    if (i % 3 == 0)
      compat::post(caf::actor_cast<caf::abstract_actor*>(handle), nullptr,
                   routed_message{message{"w", {}, encode_payload(numbered{0, i}).value()}});
    else
      node.send("w", numbered{0, i});
  EXPECT_TRUE(eventually([&] { return *worker.received == messages; }));
  EXPECT_EQ(worker.mistakes.entries(), lines{});
}

TEST_F(Ordering, ORD1_WorkersThatSendKeepTheirOrderToo) {
  constexpr std::uint32_t messages = 500;
  const in_order worker;
  node.start_worker("w", worker);
  for (std::uint32_t s = 0; s < 3; ++s)
    node.start_worker("s" + std::to_string(s),
                      [s, i = std::uint32_t{0}](context& ctx, routed<any_body>&) mutable {
                        return ctx.send("w", numbered{s, i++});
                      });
  for (std::uint32_t i = 0; i < messages; ++i)
    for (std::uint32_t s = 0; s < 3; ++s)
      node.send("s" + std::to_string(s), no_body{});
  EXPECT_TRUE(eventually([&] { return *worker.received == 3 * messages; }));
  EXPECT_EQ(worker.mistakes.entries(), lines{});
}

TEST_F(Ordering, ORD4_NothingIsDeliveredTwiceAndNothingLostIsRepeated) {
  static constexpr std::uint32_t messages = 3000;
  struct counts {
    std::shared_ptr<std::vector<std::atomic<int>>> seen
      = std::make_shared<std::vector<std::atomic<int>>>(messages);
    void handle_message(context&, const routed<std::uint32_t>& received) {
      ++(*seen)[received.body()];
    }
  };
  const counts worker;
  std::atomic<bool> over{false};
  node.start_worker("w", worker);
  std::thread restarting{[&] { // some are lost on the way
    while (!over) {
      node.stop_worker("w");
      std::this_thread::yield();
      node.start_worker("w", worker);
      std::this_thread::yield();
    }
  }};
  std::uint64_t refused = 0;
  for (std::uint32_t i = 0; i < messages; ++i)
    refused += node.root().send("w", i) ? 0 : 1;
  over = true;
  restarting.join();
  node.stop();
  expect_settled(node);
  std::uint64_t once = 0;
  for (auto& each : *worker.seen) {
    EXPECT_LE(each, 1);
    once += static_cast<std::uint64_t>(each);
  }
  const auto counted = node.metrics();
  EXPECT_EQ(counted.delivered, once);
  EXPECT_EQ(once + refused + counted.dropped_for(drop_reason::worker_gone), messages);
}

TEST_F(Ordering, ORD6_DEC8_TwoWorkersThatFloodEachOtherDoNotDeadlock) {
  static constexpr int messages = 20'000;
  struct floods {
    address other;
    gate done;
    int left = messages;
    int missing = messages;
    result<void> handle_message(context& ctx, const routed<bool>& received) {
      if (received.body()) { // the start: everything at once
        while (left-- > 0)
          if (auto sent = ctx.send(other, false); !sent)
            return sent;
        return {};
      }
      if (--missing == 0)
        done.open();
      return {};
    }
  };
  const gate a_done;
  const gate b_done;
  node.start_worker("a", floods{"b", a_done});
  node.start_worker("b", floods{"a", b_done});
  node.send("a", true);
  node.send("b", true);
  EXPECT_TRUE(a_done.wait());
  EXPECT_TRUE(b_done.wait());
}

TEST_F(Ordering, MAP7_AHandleOfAStoppedWorkerIsDead) {
  const journal old;
  const journal young;
  node.start_worker("w", recorder{old});
  const auto handle = node.actor_at("w");
  ASSERT_EQ(old.wait_for(1).size(), 1u);
  node.stop_worker("w");
  ASSERT_EQ(old.wait_for(2).size(), 2u);
  node.start_worker("w", recorder{young});
  EXPECT_NE(node.actor_at("w"), handle);
  compat::post(caf::actor_cast<caf::abstract_actor*>(handle), nullptr,
               routed_message{message{"w", {}, encode_payload("to the old one").value()}});
  node.send("w", "to the new one");
  EXPECT_EQ(young.wait_for(2), (lines{"initialize", "to the new one"}));
  EXPECT_EQ(old.size(), 2u);
}

TEST_F(Ordering, MAP7_AChangedMappingKeepsTheOrderOfEachSender) {
  constexpr std::uint32_t messages = 5000;
  // two incarnations may run at once, so each checks its own numbers
  struct incarnation {
    journal mistakes;
    std::optional<std::uint32_t> last;
    void handle_message(context&, const routed<std::uint32_t>& received) {
      const auto number = received.body();
      if (last && *last >= number)
        mistakes.write(std::to_string(*last) + " before " + std::to_string(number));
      last = number;
    }
  };
  const journal mistakes;
  std::atomic<bool> over{false};
  node.start_worker("w", incarnation{mistakes, {}});
  std::thread restarting{[&] {
    while (!over) {
      node.stop_worker("w");
      node.start_worker("w", incarnation{mistakes, {}});
      std::this_thread::yield();
    }
  }};
  for (std::uint32_t i = 0; i < messages; ++i)
    static_cast<void>(node.root().send("w", i));
  over = true;
  restarting.join();
  node.stop();
  EXPECT_EQ(mistakes.entries(), lines{});
}

} // namespace
} // namespace ockam::test
