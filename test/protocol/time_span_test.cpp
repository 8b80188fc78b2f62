#include "ockam/protocol/time_span.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace ockam {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

TEST(TimeSpan, IsADurationOfAnyUnit) {
  EXPECT_EQ(time_span{3s}.value(), 3s);
  EXPECT_EQ(time_span{1500us}.value(), 1500us);
  EXPECT_EQ(time_span{-2ms}.value(), -2ms);
  EXPECT_EQ(time_span{3s}, 3'000ms);
  EXPECT_EQ(std::optional<time_span>{3s}, 3s);
  EXPECT_LT(time_span{3s}, 3'001ms);
  EXPECT_EQ((time_span{std::chrono::duration<double>{0.25}}.value()), 250ms);
  EXPECT_EQ(time_span{time_span::century}.value(), time_span::century);
}

template <class Duration>
class LongestTimeSpan : public testing::Test {};

using units = testing::Types<std::chrono::nanoseconds, std::chrono::microseconds,
                             std::chrono::milliseconds, std::chrono::seconds, std::chrono::minutes,
                             std::chrono::hours, std::chrono::duration<double, std::milli>>;
TYPED_TEST_SUITE(LongestTimeSpan, units);

TYPED_TEST(LongestTimeSpan, DUR1_OfAnyUnitIsACentury) {
  EXPECT_EQ(time_span{TypeParam::max()}.value(), time_span::century);
  EXPECT_EQ(time_span{TypeParam::min()}.value(), -time_span::century);
}

TYPED_TEST(LongestTimeSpan, DUR1_FromNowIsInTheFuture) {
  const auto now = clock::now();
  EXPECT_EQ(internal::moment_after(TypeParam::max(), now), now + time_span::century);
  EXPECT_FALSE(internal::is_over(TypeParam::max(), now - 1h, now));
}

TEST(TimeSpan, DUR2_ANegativeDelayMeansNow) {
  const auto now = clock::now();
  EXPECT_EQ(internal::moment_after(-1h, now), now);
  EXPECT_EQ(internal::moment_after(std::chrono::hours::min(), now), now);
  EXPECT_EQ(internal::moment_after(1h, now), now + 1h);
}

TEST(TimeSpan, ALimitIsExceededAboveItsLength) {
  const auto now = clock::now();
  EXPECT_FALSE(internal::is_over(1s, now - 1s, now));
  EXPECT_TRUE(internal::is_over(1s, now - 1001ms, now));
}

TEST(TimeSpan, DUR2_ALimitOfZeroIsNoLimit) {
  const auto now = clock::now();
  EXPECT_FALSE(internal::is_over(0s, now - 1h, now));
  EXPECT_FALSE(internal::is_over(-1s, now - 1h, now));
}

} // namespace
} // namespace ockam
