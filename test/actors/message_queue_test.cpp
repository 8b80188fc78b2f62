#include "worker/message_queue.hpp"

#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace ockam::internal {
namespace {

class counting_target final : public delivery_point {
public:
  [[nodiscard]] const address& address_at(std::uint16_t) const noexcept override { return own_; }
  void count_lost(const message&) noexcept override { ++lost; }
  int lost = 0;

private:
  const address own_{"own"};
};

class MessageQueue : public testing::Test {
protected:
  const ref_ptr<counting_target> target = make_ref<counting_target>();
  message_queue mail;

  std::unique_ptr<message_queue::element> numbered(std::uint16_t number,
                                                   const char* source = "source") const {
    return std::make_unique<message_queue::element>(
      routed_message{message{}, address{source}, target, number});
  }

  message_queue::entry put(std::uint16_t number) {
    auto element = numbered(number);
    const auto outcome = mail.push(element);
    EXPECT_EQ(element == nullptr, outcome != message_queue::entry::closed);
    return outcome;
  }

  /// Handles everything that is there.
  std::vector<int> take_all() {
    std::vector<int> numbers;
    while (const auto element = mail.pop()) {
      element->content.set_handled();
      numbers.push_back(element->content.target_index());
    }
    return numbers;
  }
};

TEST_F(MessageQueue, APushIntoAnEmptyQueueReturnsFirst) {
  EXPECT_TRUE(mail.is_empty());
  EXPECT_EQ(put(0), message_queue::entry::first);
  EXPECT_EQ(put(1), message_queue::entry::appended);
  EXPECT_FALSE(mail.is_empty());
  EXPECT_EQ(take_all(), (std::vector{0, 1}));
  EXPECT_TRUE(mail.is_empty());
  EXPECT_EQ(put(2), message_queue::entry::first);
}

TEST_F(MessageQueue, ORD2_WhatComesDuringTheReadingComesAfterWhatWasThere) {
  put(0);
  put(1);
  put(2);
  std::vector<int> numbers;
  for (int more = 3; auto element = mail.pop();) {
    element->content.set_handled();
    numbers.push_back(element->content.target_index());
    if (more < 6)
      put(static_cast<std::uint16_t>(more++));
  }
  EXPECT_EQ(numbers, (std::vector{0, 1, 2, 3, 4, 5}));
}

TEST_F(MessageQueue, DEC7_WhatAClosedQueueHoldsAndRefusesIsCountedAsLost) {
  put(0);
  put(1);
  put(2);
  { // the others are taken out of the list of arrivals
    const auto element = mail.pop();
    element->content.set_handled();
  }
  put(3);
  std::vector<int> seen;
  mail.close(
    [&](message_queue::element& unread) { seen.push_back(unread.content.target_index()); });
  EXPECT_EQ(seen, (std::vector{1, 2, 3}));
  EXPECT_EQ(target->lost, 3);
  {
    auto late = numbered(4);
    EXPECT_EQ(mail.push(late), message_queue::entry::closed);
    ASSERT_NE(late, nullptr);
    EXPECT_EQ(late->content.target_index(), 4);
  }
  EXPECT_EQ(target->lost, 4);
  EXPECT_EQ(mail.pop(), nullptr);
  mail.close({});
}

/// Threads that send, and a worker that sleeps when it finds nothing.
TEST_F(MessageQueue, ORD2_MessagesOfEachThreadStayInOrderAndNoWakeUpIsLost) {
  constexpr int senders = 4;
  constexpr int messages = 20'000;
  std::atomic<bool> asleep{false};
  std::vector<std::thread> threads;
  for (int s = 0; s < senders; ++s)
    threads.emplace_back([&, s] {
      for (int i = 1; i <= messages; ++i) {
        auto element = numbered(static_cast<std::uint16_t>(i), std::to_string(s).c_str());
        if (mail.push(element) == message_queue::entry::first && asleep.exchange(false))
          asleep.notify_one();
      }
    });
  std::array<int, senders> last{};
  for (int seen = 0; seen < senders * messages;) {
    while (const auto element = mail.pop()) {
      element->content.set_handled();
      auto& before
        = last[static_cast<std::size_t>(element->content.source_address().value()[0] - '0')];
      EXPECT_EQ(element->content.target_index(), ++before);
      ++seen;
    }
    if (seen == senders * messages)
      break;
    asleep = true;
    if (!mail.has_arrivals() || !asleep.exchange(false))
      asleep.wait(true);
  }
  for (auto& each : threads)
    each.join();
  EXPECT_EQ(target->lost, 0);
}

} // namespace
} // namespace ockam::internal
