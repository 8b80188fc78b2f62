
#include "ockam/transports/engine/receive_credit.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

namespace ockam::sdk {
namespace {

constexpr connection_limits small{.max_pending_bytes = 100,
                                  .max_unhandled_messages = 4,
                                  .max_unhandled_bytes = 100};

struct bell final : capacity_listener {
  void wake() noexcept override {
    const std::lock_guard guard{mutex};
    ++rung;
    changed.notify_all();
  }
  bool wait(int times) {
    std::unique_lock guard{mutex};
    return changed.wait_for(guard, std::chrono::seconds{10}, [&] { return rung >= times; });
  }
  std::mutex mutex;
  std::condition_variable changed;
  int rung = 0;
};

TEST(ReceiveCredit, ORD8_EachUseHasLimitsOfItsOwn) {
  const auto reader = make_ref<bell>();
  const auto credit = make_ref<receive_credit>(small, reader);
  credit->take(99);
  EXPECT_FALSE(credit->exhausted());
  credit->take_for(credit_use::output, 100);
  EXPECT_TRUE(credit->output_is_full());
  EXPECT_TRUE(credit->exhausted());
  EXPECT_EQ(credit->messages(), 1u);
  credit->give_back_from(credit_use::output, 100);
  EXPECT_EQ(reader->rung, 1) << "what is received may stay: it was not what was used up";
  EXPECT_FALSE(credit->exhausted());
  credit->take_for(credit_use::made, 100);
  EXPECT_TRUE(credit->exhausted());
  EXPECT_FALSE(credit->output_is_full());
  EXPECT_EQ(credit->messages(), 1u) << "what a message led to was not received";
  credit->give_back_from(credit_use::made, 100);
  EXPECT_EQ(reader->rung, 2);
  credit->give_back(99);
  EXPECT_EQ(reader->rung, 2);
}

TEST(ReceiveCredit, ANS2_TheRoomForOutputIsThatOfTheLimitWhichIsReachedFirst) {
  const auto credit = make_ref<receive_credit>(small, nullptr);
  EXPECT_EQ(credit->output_room(0), 4u);
  EXPECT_EQ(credit->output_room(10), 4u);
  EXPECT_EQ(credit->output_room(34), 2u);
  credit->take_for(credit_use::output, 90);
  EXPECT_EQ(credit->output_room(10), 1u);
  EXPECT_EQ(credit->output_room(11), 0u);
  EXPECT_EQ(credit->output_room(0), 3u);
  credit->take_for(credit_use::output, 90);
  EXPECT_EQ(credit->output_room(1), 0u) << "it may be used beyond its limit";
  credit->give_back_together(credit_use::output, 2, 180);
}

/// Messages and bytes are counted in one number.
TEST(ReceiveCredit, ORD8_LimitsAboveWhatIsCountedEndBelowIt) {
  constexpr connection_limits none{.max_pending_bytes = SIZE_MAX,
                                   .max_unhandled_messages = SIZE_MAX,
                                   .max_unhandled_bytes = SIZE_MAX};
  constexpr std::size_t most_bytes = std::size_t{1} << 39;
  constexpr std::size_t most_messages = std::size_t{1} << 23;
  const auto credit = make_ref<receive_credit>(none, nullptr);
  credit->take(most_bytes - 1);
  EXPECT_FALSE(credit->exhausted());
  credit->take(most_bytes); // one more message, as large as what there was
  EXPECT_TRUE(credit->exhausted());
  EXPECT_EQ(credit->messages(), 2u);
  credit->give_back_together(credit_use::received, 2, 2 * most_bytes - 1);
  EXPECT_FALSE(credit->exhausted());
  for (std::size_t i = 1; i < most_messages; ++i)
    credit->take(0);
  EXPECT_FALSE(credit->exhausted());
  credit->take(0);
  EXPECT_TRUE(credit->exhausted());
  for (std::size_t i = 1; i < most_messages; ++i)
    credit->take(0);
  EXPECT_TRUE(credit->exhausted()) << "also beyond the limit";
  EXPECT_EQ(credit->messages(), 2 * most_messages - 1);
  credit->give_back_together(credit_use::received, 2 * most_messages - 1, 0);
  EXPECT_FALSE(credit->in_use());
}

TEST(ReceiveCredit, ANS3_WorkersAreWokenWhenHalfOfTheOutputIsWritten) {
  const auto credit = make_ref<receive_credit>(small, nullptr);
  const auto worker = make_ref<bell>();
  EXPECT_FALSE(credit->wake_when_output_fits(worker)) << "it fits already";
  credit->take_for(credit_use::output, 60);
  credit->take_for(credit_use::output, 40);
  EXPECT_TRUE(credit->wake_when_output_fits(worker));
  credit->give_back_from(credit_use::output, 40);
  EXPECT_EQ(worker->rung, 0) << "60 of 100 are more than half";
  credit->give_back_from(credit_use::output, 60);
  EXPECT_EQ(worker->rung, 1);
}

TEST(ReceiveCredit, ANS3_EveryWorkerThatWaitsIsWokenAndOnlyOnce) {
  const auto credit = make_ref<receive_credit>(small, nullptr);
  const auto first = make_ref<bell>();
  const auto second = make_ref<bell>();
  credit->take_for(credit_use::output, 100);
  EXPECT_TRUE(credit->wake_when_output_fits(first));
  EXPECT_TRUE(credit->wake_when_output_fits(second));
  credit->give_back_from(credit_use::output, 100);
  EXPECT_EQ(first->rung, 1);
  EXPECT_EQ(second->rung, 1);
  credit->take_for(credit_use::output, 100);
  credit->give_back_from(credit_use::output, 100);
  EXPECT_EQ(first->rung, 1);
}

TEST(ReceiveCredit, ORD5_ItEndsWithTheLastMessageOrTheLastByte) {
  const auto credit = make_ref<receive_credit>(small, nullptr);
  for (int i = 0; i < 3; ++i)
    credit->take(1);
  EXPECT_FALSE(credit->exhausted());
  credit->take(1);
  EXPECT_TRUE(credit->exhausted()) << "four messages";
  for (int i = 0; i < 3; ++i)
    credit->give_back(1);
  credit->take(98);
  EXPECT_FALSE(credit->exhausted());
  credit->take(1);
  EXPECT_TRUE(credit->exhausted()) << "100 bytes";
}

TEST(ReceiveCredit, ORD5_TheReaderIsWokenOnceWhenHalfIsFree) {
  const auto reader = make_ref<bell>();
  const auto credit = make_ref<receive_credit>(small, reader);
  for (int i = 0; i < 4; ++i)
    credit->take(1);
  EXPECT_TRUE(credit->exhausted());
  credit->give_back(1);
  EXPECT_EQ(reader->rung, 0) << "three of four are more than half";
  credit->give_back(1);
  EXPECT_EQ(reader->rung, 1);
  credit->give_back(1);
  EXPECT_EQ(reader->rung, 1);
}

TEST(ReceiveCredit, ORD5_ANS3_NoWakeUpIsLost) {
  constexpr int rounds = 20'000;
  const auto reader = make_ref<bell>();
  const auto worker = make_ref<bell>();
  const connection_limits one{
    .max_pending_bytes = 1, .max_unhandled_messages = 1, .max_unhandled_bytes = 1};
  const auto credit = make_ref<receive_credit>(one, reader);
  std::atomic<int> taken{0};
  std::atomic<int> given{0};
  std::thread other{[&] {
    for (int i = 1; i <= rounds; ++i) {
      while (taken.load() < i)
        ;
      credit->give_back(1);
      credit->give_back_from(credit_use::output, 1);
      given = i;
    }
  }};
  int reader_woken = 0;
  int worker_woken = 0;
  for (int i = 1; i <= rounds; ++i) {
    credit->take(1);
    credit->take_for(credit_use::output, 1);
    taken = i;
    if (credit->exhausted()) {
      ASSERT_TRUE(reader->wait(++reader_woken)) << "round " << i;
    }
    if (credit->wake_when_output_fits(worker)) {
      ASSERT_TRUE(worker->wait(++worker_woken)) << "round " << i;
    }
    while (given.load() < i)
      ;
  }
  other.join();
}

} // namespace
} // namespace ockam::sdk
