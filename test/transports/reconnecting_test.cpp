// The pauses between attempts to connect again.

#include "ockam/transports/engine/reconnecting.hpp"

#include <chrono>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace ockam::sdk {
namespace {

using namespace std::chrono_literals;

class Reconnecting : public testing::Test {
protected:
  void expect_pause(std::chrono::milliseconds about) {
    attempts.try_again([](const auto&) {});
    EXPECT_GE(pauses.back(), about * 8 / 10);
    EXPECT_LE(pauses.back(), about * 12 / 10);
  }

  std::vector<std::chrono::milliseconds> pauses;
  reconnecting attempts{{.first = 100ms, .longest = 350ms},
                        [this](std::chrono::milliseconds pause, const auto&) {
                          pauses.push_back(pause);
                          return std::shared_ptr<cancellable>{};
                        }};
  reconnecting::clock::time_point now{1h};
};

TEST_F(Reconnecting, DEC12_PausesDoubleUpToTheLongest) {
  for (const auto about : {100ms, 200ms, 350ms, 350ms})
    expect_pause(about);
  EXPECT_EQ(attempts.take_attempts(), 4u);
  EXPECT_EQ(attempts.take_attempts(), 0u);
}

TEST_F(Reconnecting, DEC12_ACarrierThatHasNotLastedDoesNotMakePausesShort) {
  expect_pause(100ms);
  attempts.begin(now, 7);
  attempts.end(now + 350ms, 7);
  expect_pause(200ms);
}

TEST_F(Reconnecting, DEC12_PausesBeginAnewAfterAFrame) {
  expect_pause(100ms);
  attempts.begin(now, 7);
  attempts.end(now, 8);
  expect_pause(100ms);
}

TEST_F(Reconnecting, DEC12_PausesBeginAnewWhenTheCarrierHasLasted) {
  expect_pause(100ms);
  attempts.begin(now, 7);
  attempts.end(now + 351ms, 7);
  expect_pause(100ms);
}

TEST_F(Reconnecting, TCP37_TimeInWhichThisProcessDidNotRunIsNotLasting) {
  expect_pause(100ms);
  attempts.begin(now, 7);
  attempts.excuse({.now = now + 10s, .paused = 10s});
  attempts.end(now + 10s, 7);
  expect_pause(200ms);
}

TEST(ReconnectingWithoutPauses, DEC12_APolicyWithoutPausesStillHasSome) {
  std::chrono::milliseconds shortest = 1h;
  reconnecting attempts{{.first = 0ms, .longest = 0ms},
                        [&](std::chrono::milliseconds pause, const auto&) {
                          shortest = std::min(shortest, pause);
                          return std::shared_ptr<cancellable>{};
                        }};
  for (int i = 0; i < 100; ++i)
    attempts.try_again([](const auto&) {});
  EXPECT_GE(shortest, 8ms);
}

} // namespace
} // namespace ockam::sdk
