#include "ockam/protocol/shared_bytes.hpp"

#include "hex.hpp"

#include <algorithm>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace ockam {
namespace {

using test::shared_hex;

struct noticed final : ref_counted {
  explicit noticed(bool& gone) : gone_{gone} {}
  ~noticed() override { gone_ = true; }
  bool& gone_;
};

TEST(SharedBytes, CopiesItsInput) {
  bytes source{1, 2, 3};
  const shared_bytes copy{source};
  source[0] = 9;
  EXPECT_EQ(copy, shared_hex("010203"));
}

TEST(SharedBytes, AdoptsWithoutACopy) {
  bytes source{1, 2, 3};
  const auto* data = source.data();
  EXPECT_EQ(shared_bytes::adopt(std::move(source)).data(), data);
}

TEST(SharedBytes, IsFilledInPlace) {
  const auto filled = shared_bytes::of_size(3, [](std::span<std::uint8_t> memory) {
    EXPECT_EQ(memory.size(), 3u);
    std::ranges::fill(memory, std::uint8_t{7});
  });
  EXPECT_EQ(filled, shared_hex("070707"));
  EXPECT_TRUE(shared_bytes::of_size(0, [](std::span<std::uint8_t>) {}).empty());
}

TEST(SharedBytes, SlicesShareMemoryAndAreClamped) {
  const auto whole = shared_hex("0001020304");
  EXPECT_EQ(whole.slice(1, 3), shared_hex("010203"));
  EXPECT_EQ(whole.slice(1, 3).data(), whole.data() + 1);
  EXPECT_EQ(whole.slice(3, 100), shared_hex("0304"));
  EXPECT_TRUE(whole.slice(5, 1).empty());
  EXPECT_TRUE(whole.slice(100, 1).empty());
}

TEST(SharedBytes, TheOwnerLivesAsLongAsTheLastSlice) {
  bool gone = false;
  const bytes memory{1, 2, 3};
  shared_bytes slice;
  {
    const shared_bytes whole{memory, make_ref<noticed>(gone)};
    slice = whole.slice(1, 1);
  }
  EXPECT_FALSE(gone);
  const auto detached = slice.detached();
  slice = {};
  EXPECT_TRUE(gone);
  EXPECT_EQ(detached, shared_hex("02"));
}

TEST(SharedBytes, IsSharedAmongThreads) {
  bool gone = false;
  const bytes memory(100, 5);
  {
    const shared_bytes whole{memory, make_ref<noticed>(gone)};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([whole] {
        for (int i = 0; i < 10'000; ++i) {
          auto part = whole.slice(static_cast<std::size_t>(i % 100), 1);
          auto copy = part;
          if (copy.view()[0] != 5)
            std::abort();
        }
      });
    for (auto& thread : threads)
      thread.join();
    EXPECT_FALSE(gone);
  }
  EXPECT_TRUE(gone);
}

TEST(RefPtr, DestroysWithTheLastReference) {
  bool gone = false;
  auto first = make_ref<noticed>(gone);
  auto second = first;
  EXPECT_FALSE(first->unique());
  first = {};
  EXPECT_FALSE(gone);
  EXPECT_TRUE(second->unique());
  ref_ptr<ref_counted> base{std::move(second)};
  EXPECT_FALSE(second); // NOLINT: a moved-from pointer is empty
  EXPECT_FALSE(gone);
  auto* given = base.detach();
  EXPECT_FALSE(gone);
  ref_ptr<ref_counted>::attach(given);
  EXPECT_TRUE(gone);
}

TEST(RefPtr, SurvivesAssignmentToItself) {
  bool gone = false;
  auto only = make_ref<noticed>(gone);
  auto& self = only;
  only = self;
  only = std::move(self);
  EXPECT_TRUE(only);
  EXPECT_FALSE(gone);
}

} // namespace
} // namespace ockam
