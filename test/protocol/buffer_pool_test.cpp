#include "ockam/protocol/detail/buffer_pool.hpp"

#include "capacity_listener.hpp"

#include "ockam/protocol/shared_bytes.hpp"

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace ockam {
namespace {

using test::capacity_listener_that;

TEST(BufferPool, HandsOutAtMostItsNumberOfChunks) {
  const auto pool = make_ref<buffer_pool>(64, 2);
  auto first = pool->take();
  auto second = pool->take();
  ASSERT_TRUE(first && second);
  EXPECT_NE(first, second);
  EXPECT_EQ(first->size(), 64u);
  EXPECT_EQ(pool->in_use(), 2u);
  EXPECT_FALSE(pool->take());
  first = {};
  EXPECT_EQ(pool->in_use(), 1u);
  EXPECT_TRUE(pool->take());
}

TEST(BufferPool, ReusesAReturnedChunk) {
  const auto pool = make_ref<buffer_pool>(64, 8);
  auto taken = pool->take();
  const auto* memory = taken->data();
  taken = {};
  EXPECT_EQ(pool->take()->data(), memory);
}

TEST(BufferPool, AChunkHasTheSizeOfItsPool) {
  const auto busy = make_ref<buffer_pool>(64, 40);
  std::vector<ref_ptr<chunk>> held; // no longer idle: makes room for others
  for (int i = 0; i < 40; ++i)
    held.push_back(busy->take());
  const auto larger = make_ref<buffer_pool>(130, 2);
  {
    const auto first = larger->take();
    const auto second = larger->take();
  }
  EXPECT_EQ(make_ref<buffer_pool>(129, 1)->take()->size(), 129u);
}

TEST(BufferPool, TheLastSliceReturnsItsChunk) {
  const auto pool = make_ref<buffer_pool>(64, 1);
  shared_bytes slice;
  {
    const auto taken = pool->take();
    slice = shared_bytes{{taken->data(), 64}, taken}.slice(10, 5);
  }
  auto copy = slice;
  slice = {};
  EXPECT_EQ(pool->in_use(), 1u);
  copy = {};
  EXPECT_EQ(pool->in_use(), 0u);
}

TEST(BufferPool, NotifiesOnceWhenAChunkReturns) {
  int calls = 0;
  const auto pool = make_ref<buffer_pool>(64, 2, capacity_listener_that([&calls] { ++calls; }));
  auto first = pool->take();
  auto second = pool->take();
  EXPECT_FALSE(pool->take());
  EXPECT_FALSE(pool->take());
  EXPECT_EQ(calls, 0);
  first = {};
  EXPECT_EQ(calls, 1);
  second = {};
  EXPECT_EQ(calls, 1);
}

TEST(BufferPool, DoesNotNotifyUnlessTakeFailed) {
  int calls = 0;
  const auto pool = make_ref<buffer_pool>(64, 1, capacity_listener_that([&calls] { ++calls; }));
  pool->take();
  pool->take();
  EXPECT_EQ(calls, 0);
}

TEST(BufferPool, TheCallbackMayTakeTheChunk) {
  ref_ptr<buffer_pool> pool;
  ref_ptr<chunk> taken;
  pool = make_ref<buffer_pool>(64, 1, capacity_listener_that([&] { taken = pool->take(); }));
  auto first = pool->take();
  EXPECT_FALSE(pool->take());
  first = {};
  EXPECT_TRUE(taken);
}

TEST(BufferPool, ChunksOutliveTheOwnerOfThePool) {
  auto pool = make_ref<buffer_pool>(64, 4);
  auto taken = pool->take();
  auto idle = pool->take();
  idle = {};
  pool = {};
  taken->data()[63] = 1;
  taken = {}; // destroys the pool; sanitizers detect a leak or a use after free
}

TEST(BufferPool, KeepsFewIdleChunks) {
  const auto pool = make_ref<buffer_pool>(64, 100);
  std::vector<ref_ptr<chunk>> all;
  for (int i = 0; i < 100; ++i)
    all.push_back(pool->take());
  all.clear();
  EXPECT_EQ(pool->in_use(), 0u);
}

TEST(BufferPool, PoolsShareABudget) {
  const auto budget = make_ref<memory_budget>(200'000);
  const auto a = make_ref<buffer_pool>(100'000, 4, nullptr, budget);
  const auto b = make_ref<buffer_pool>(100'000, 4, nullptr, budget);
  auto first = a->take();
  auto second = a->take();
  EXPECT_EQ(budget->used(), 200'000u);
  EXPECT_FALSE(a->take()) << "it waits for a chunk of its own";
  EXPECT_EQ(budget->refusals(), 1u);
  const auto small = b->take();
  const auto another = b->take();
  ASSERT_TRUE(small && another) << "no pool waits for others";
  EXPECT_LT(small->size(), 20'000u);
  EXPECT_EQ(another->size(), small->size());
  EXPECT_FALSE(b->take());
  first = {};
  second = {};
  EXPECT_EQ(budget->used(), 2 * small->size());
  const auto regular = b->take();
  ASSERT_TRUE(regular);
  EXPECT_EQ(regular->size(), 100'000u);
}

TEST(BufferPool, ADestroyedChunkReturnsItsBudget) {
  const auto budget = make_ref<memory_budget>(1'000);
  make_ref<buffer_pool>(600, 4, nullptr, budget)->take();
  EXPECT_EQ(budget->used(), 0u);
}

TEST(BufferPool, EveryThreadReturnsChunks) {
  std::atomic<int> calls{0};
  const auto pool = make_ref<buffer_pool>(64, 8, capacity_listener_that([&calls] { ++calls; }));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([pool] {
      for (int i = 0; i < 5'000; ++i) {
        auto taken = pool->take();
        if (taken)
          taken->data()[0] = static_cast<std::uint8_t>(i);
        auto copy = taken;
      }
    });
  for (auto& thread : threads)
    thread.join();
  EXPECT_EQ(pool->in_use(), 0u);
}

} // namespace
} // namespace ockam
