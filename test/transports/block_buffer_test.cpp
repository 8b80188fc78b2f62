
#include "ockam/transports/engine/block_buffer.hpp"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace ockam::sdk {
namespace {

/// Appends pieces with different bytes and compares all of them afterwards.
class pieces {
public:
  explicit pieces(block_buffer& in) : in_{in} {}

  void add(std::size_t size) {
    auto* room = in_.grow(size);
    std::memset(room, static_cast<int>(all_.size() % 251), size);
    all_.emplace_back(room, size);
  }
  [[nodiscard]] bool intact() const {
    for (std::size_t i = 0; i < all_.size(); ++i)
      if (!std::all_of(all_[i].first, all_[i].first + all_[i].second,
                       [&](std::uint8_t byte) { return byte == i % 251; }))
        return false;
    return true;
  }
  [[nodiscard]] const std::uint8_t* data(std::size_t index) const { return all_[index].first; }

private:
  block_buffer& in_;
  std::vector<std::pair<const std::uint8_t*, std::size_t>> all_;
};

TEST(BlockBuffer, WhatWasAppendedStaysWhereItIs) {
  block_buffer buffer;
  pieces appended{buffer};
  for (int i = 0; i < 3'000; ++i)
    appended.add(static_cast<std::size_t>(1 + i * 7 % 900));
  EXPECT_TRUE(appended.intact());
}

TEST(BlockBuffer, SmallPiecesFollowOneAnotherInMemory) {
  block_buffer buffer;
  pieces appended{buffer};
  appended.add(10);
  appended.add(20);
  appended.add(30);
  EXPECT_EQ(appended.data(1), appended.data(0) + 10);
  EXPECT_EQ(appended.data(2), appended.data(1) + 20);
}

TEST(BlockBuffer, APieceMayBeLargerThanABlock) {
  block_buffer buffer;
  pieces appended{buffer};
  for (const std::size_t size : {1u, 5'000u, 300'000u, 1u, 70'000u})
    appended.add(size);
  EXPECT_TRUE(appended.intact());
}

TEST(BlockBuffer, MemoryIsUsedAgainAfterClear) {
  block_buffer buffer;
  const auto* first = buffer.grow(50'000);
  buffer.clear();
  EXPECT_EQ(buffer.grow(50'000), first);
}

TEST(BlockBuffer, ALongOutputKeepsItsMemoryAndAShortOneGivesItBack) {
  block_buffer buffer;
  const auto fill = [&](std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; i += 1'000)
      buffer.grow(1'000);
  };
  fill(1'500'000);
  const auto needed = buffer.capacity();
  buffer.clear();
  buffer.clear(); // there is no output in between
  EXPECT_EQ(buffer.capacity(), needed);
  fill(8'000'000);
  buffer.clear();
  EXPECT_LE(buffer.capacity(), std::size_t{2} << 20);
  fill(100'000);
  buffer.clear();
  EXPECT_LE(buffer.capacity(), std::size_t{512} << 10);
}

} // namespace
} // namespace ockam::sdk
