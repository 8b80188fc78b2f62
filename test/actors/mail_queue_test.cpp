#include "mail_queue.hpp"

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

class MailQueue : public testing::Test {
protected:
  const ref_ptr<counting_target> target = make_ref<counting_target>();
  mail_queue mail;

  routed_message numbered(std::uint16_t number, const char* source = "source") const {
    return routed_message{message{}, address{source}, target, number};
  }

  mail_queue::entry put(std::uint16_t number) {
    auto content = numbered(number);
    const auto outcome = mail.put(content);
    content.set_handled();
    return outcome;
  }

  /// Handles everything that is there.
  std::vector<int> take_all() {
    std::vector<int> numbers;
    while (const auto letter = mail.next_letter()) {
      letter->content.set_handled();
      numbers.push_back(letter->content.target_index());
    }
    return numbers;
  }
};

TEST_F(MailQueue, TheFirstMessageGoesByMailboxAndLaterOnesAreAppended) {
  EXPECT_EQ(put(0), mail_queue::entry::first);
  EXPECT_EQ(put(1), mail_queue::entry::appended);
  EXPECT_EQ(put(2), mail_queue::entry::appended);
  EXPECT_EQ(take_all(), (std::vector{1, 2}));
  EXPECT_EQ(put(3), mail_queue::entry::first) << "nothing was left: the worker has no mail";
}

TEST_F(MailQueue, ORD2_WhatComesDuringTheReadingComesAfterWhatWasThere) {
  put(0);
  put(1);
  put(2);
  std::vector<int> numbers;
  for (int more = 3; auto letter = mail.next_letter();) {
    letter->content.set_handled();
    numbers.push_back(letter->content.target_index());
    if (more < 6) {
      EXPECT_EQ(put(static_cast<std::uint16_t>(more++)), mail_queue::entry::appended);
    }
  }
  EXPECT_EQ(numbers, (std::vector{1, 2, 3, 4, 5}));
}

TEST_F(MailQueue, DEC7_WhatAClosedQueueHoldsAndRefusesIsCountedAsLost) {
  put(0);
  put(1);
  put(2);
  put(3);
  { // one is already taken out of the list of arrivals
    const auto letter = mail.next_letter();
    letter->content.set_handled();
  }
  put(4);
  mail.close();
  EXPECT_EQ(target->lost, 3);
  {
    auto late = numbered(5);
    EXPECT_EQ(mail.put(late), mail_queue::entry::closed);
    EXPECT_EQ(late.target_index(), 5) << "a refused message is as it was";
  }
  EXPECT_EQ(target->lost, 4);
  EXPECT_EQ(mail.next_letter(), nullptr);
  mail.close();
}

TEST_F(MailQueue, WhatIsPutBackComesBeforeAllOthers) {
  put(0);
  put(1);
  put(2);
  mail.put_back(std::make_unique<mail_queue::letter>(numbered(0)));
  EXPECT_EQ(take_all(), (std::vector{0, 1, 2}));
  EXPECT_EQ(put(3), mail_queue::entry::first);
}

TEST_F(MailQueue, AfterAMessageThatCouldNotBeSentTheNextOneWakesTheWorker) {
  EXPECT_EQ(put(0), mail_queue::entry::first);
  EXPECT_EQ(put(1), mail_queue::entry::appended);
  mail.give_up();
  EXPECT_EQ(target->lost, 1) << "it has waited behind a message that will not come";
  EXPECT_EQ(take_all(), (std::vector<int>{}));
  EXPECT_EQ(put(2), mail_queue::entry::first);
  mail.close();
  mail.give_up();
  EXPECT_EQ(put(3), mail_queue::entry::closed) << "giving up does not open a closed queue";
}

TEST_F(MailQueue, ORD2_MessagesOfEachThreadStayInOrderAndNoneIsLost) {
  constexpr int senders = 4;
  constexpr int messages = 20'000;
  std::atomic<int> in_mailbox{0}; // elements that the worker has not seen
  std::array<std::atomic<int>, senders>
    sent_first{}; // their numbers, by sender; at most one in all
  std::vector<std::thread> threads;
  for (int s = 0; s < senders; ++s)
    threads.emplace_back([&, s] {
      for (int i = 1; i <= messages; ++i) {
        routed_message content{message{}, address{std::to_string(s)}, target,
                               static_cast<std::uint16_t>(i)};
        if (mail.put(content) == mail_queue::entry::first) {
          sent_first[static_cast<std::size_t>(s)] = i;
          ++in_mailbox;
          in_mailbox.notify_one();
        }
        content.set_handled();
      }
    });
  std::array<int, senders> last{};
  int seen = 0;
  const auto see = [&](std::size_t from, int number) {
    EXPECT_EQ(number, last[from] + 1);
    last[from] = number;
    ++seen;
  };
  while (seen < senders * messages) {
    in_mailbox.wait(0);
    EXPECT_EQ(in_mailbox--, 1) << "one element at a time";
    for (std::size_t s = 0; s < senders; ++s)
      if (const int number = sent_first[s].exchange(0); number != 0)
        see(s, number);
    while (const auto letter = mail.next_letter()) {
      letter->content.set_handled();
      see(static_cast<std::size_t>(letter->content.source_address().value()[0] - '0'),
          letter->content.target_index());
    }
  }
  for (auto& each : threads)
    each.join();
  EXPECT_EQ(target->lost, 0);
}

} // namespace
} // namespace ockam::internal
