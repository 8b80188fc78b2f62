#include "ockam/protocol/detail/tick.hpp"

#include <gtest/gtest.h>

namespace ockam {
namespace {

using namespace std::chrono_literals;
using clock = tick::clock;

constexpr auto interval = 50ms;
const clock::time_point start{1h};

/// The pause of a thread whose tick comes after `elapsed`.
clock::duration pause_seen_after(clock::duration elapsed) {
  tick_meter meter{interval};
  meter.next(start);
  return meter.next(start + elapsed).paused;
}

TEST(Tick, TCP37_ADelayAboveTwiceTheIntervalIsAPause) {
  EXPECT_EQ(pause_seen_after(interval), 0ms);
  EXPECT_EQ(pause_seen_after(2 * interval), 0ms) << "a busy machine";
  EXPECT_EQ(pause_seen_after(2 * interval + 1ms), 1ms);
  EXPECT_EQ(pause_seen_after(1h), 1h - 2 * interval);
}

TEST(Tick, TheFirstTickIsNotLate) {
  tick_meter meter{interval};
  EXPECT_EQ(meter.next(start).paused, 0ms);
}

TEST(Tick, APauseIsReportedOnce) {
  tick_meter meter{interval};
  meter.next(start);
  meter.next(start + 1h);
  EXPECT_EQ(meter.next(start + 1h + interval).paused, 0ms);
}

TEST(Tick, TCP37_AWaitBeginsLaterByThePause) {
  const tick at{.now = start + 1h, .paused = 30min};
  auto since = start;
  at.excuse(since);
  EXPECT_EQ(since, start + 30min);
}

TEST(Tick, ARecentWaitIsNotMovedBeyondNow) {
  const tick at{.now = start + 1h, .paused = 30min};
  auto since = at.now - 1ms;
  at.excuse(since);
  EXPECT_EQ(since, at.now);
}

TEST(Tick, TheEpochIsNotMoved) {
  const tick at{.now = start + 1h, .paused = 30min};
  clock::time_point since{};
  at.excuse(since);
  EXPECT_EQ(since, clock::time_point{});
  auto until = clock::time_point::max();
  at.postpone(until);
  EXPECT_EQ(until, clock::time_point::max());
}

TEST(Tick, ADeadlineMovesByThePause) {
  const tick at{.now = start + 1h, .paused = 30min};
  auto until = start;
  at.postpone(until);
  EXPECT_EQ(until, start + 30min);
}

} // namespace
} // namespace ockam
