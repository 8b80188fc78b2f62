#include "node/recent.hpp"

#include <string>

#include <gtest/gtest.h>

namespace ockam::internal {
namespace {

TEST(RecentAddresses, AnAddressThatEndsAgainHasOnePlace) {
  recent_addresses<int> ended;
  ended.add("a", 1);
  ended.add("a", 2);
  EXPECT_EQ(ended.find(address{"a"}), 2);
  for (int i = 1; i < 128; ++i)
    ended.add(std::to_string(i), i);
  EXPECT_EQ(ended.find(address{"a"}), 2) << "128 addresses are remembered";
  ended.add("one more", 0);
  EXPECT_EQ(ended.find(address{"a"}), std::nullopt);
  EXPECT_EQ(ended.find(address{"1"}), 1);
}

} // namespace
} // namespace ockam::internal
