#include "node/timers.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace ockam::internal {

namespace {

using namespace std::chrono_literals;

TEST(Timers, CallWhatIsDueByASimulatedClockAndNothingElse) {
  timers::clock::time_point now{1h};
  std::string called;
  timers own;
  own.follow(now);
  own.schedule(2s, [&] { called += "second "; });
  own.schedule(1s, [&] { called += "first "; });
  const auto cancelled = own.schedule(1s, [&] { called += "cancelled "; });

  EXPECT_EQ(own.coarse_now(), now);
  EXPECT_EQ(own.next_due(), now + 1s);
  EXPECT_FALSE(own.run_due());
  EXPECT_TRUE(own.cancel(cancelled));

  now += 1s;
  EXPECT_TRUE(own.run_due());
  EXPECT_FALSE(own.run_due());
  EXPECT_EQ(called, "first ");

  now += 1s;
  EXPECT_TRUE(own.run_due());
  EXPECT_EQ(called, "first second ");
  EXPECT_EQ(own.next_due(), std::nullopt);
}

TEST(Timers, DLY2_WhatWentOffCannotBeCancelled) {
  timers::clock::time_point now{1h};
  timers own;
  own.follow(now);
  const auto gone = own.schedule(1s, [] {});
  own.schedule(2s, [] {});
  now += 1s;
  EXPECT_TRUE(own.run_due());
  EXPECT_FALSE(own.cancel(gone));
  EXPECT_EQ(own.next_due(), now + 1s);
}

TEST(Timers, NOD6_StoppedOnesKeepNothing) {
  timers own;
  auto held = std::make_shared<int>();
  const std::weak_ptr<int> before{held};
  own.schedule(1h, [held = std::move(held)] {});
  EXPECT_FALSE(before.expired());
  own.stop();
  EXPECT_TRUE(before.expired());
  held = std::make_shared<int>();
  const std::weak_ptr<int> after{held};
  own.schedule(1h, [held = std::move(held)] {});
  EXPECT_TRUE(after.expired());
  EXPECT_EQ(own.next_due(), std::nullopt);
}

} // namespace

} // namespace ockam::internal
