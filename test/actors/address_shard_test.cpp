#include "routing/address_shard.hpp"

#include <map>
#include <random>

#include <gtest/gtest.h>
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#  define OCKAM_SEES_THE_HEAP 1
#  include <malloc.h>
#endif

namespace ockam::internal {
namespace {

/// A shard, and what should be in it.
class AddressShard : public testing::Test {
protected:
  /// @param different  hashes: few, so that most addresses want the place of another one
  void run(std::uint64_t different, std::size_t most, unsigned steps) {
    std::mt19937 random{7};
    const auto hash_of = [&](const std::string& name) {
      return std::hash<std::string>{}(name) % different;
    };
    for (unsigned step = 0; step < steps; ++step) {
      const auto name = std::to_string(random() % most);
      const auto hash = hash_of(name);
      const auto expected = all.find(name);
      const auto* const found = shard.find(address{name}, hash);
      ASSERT_EQ(found != nullptr ? found->record : nullptr,
                expected != all.end() ? expected->second : nullptr)
        << name << " in step " << step;
      if (found == nullptr) {
        shard.make_room(1);
        shard.put({all[name] = record_of(name), 0}, hash);
      } else if (step % 7 != 0) {
        const auto held = expected->second;
        EXPECT_FALSE(shard.take(*record_of(name), address{name}, hash)) << "of another worker";
        EXPECT_EQ(shard.take(*held, address{name}, hash).record, held);
        all.erase(expected);
      }
    }
    for (const auto& [name, record] : all)
      EXPECT_EQ(shard.find(address{name}, hash_of(name))->record, record) << name;
  }

  ref_ptr<worker_record> record_of(const std::string& name) {
    return make_ref<worker_record>(mailboxes{name}, record_kind::shell, counters);
  }

  const std::shared_ptr<node_counters> counters = std::make_shared<node_counters>();
  address_shard shard;
  std::map<std::string, ref_ptr<worker_record>> all;
};

TEST_F(AddressShard, ROU4_IsWhatAMapIs) {
  run(UINT64_MAX, 100, 20'000);
}

TEST_F(AddressShard, ROU4_IsWhatAMapIsWhenEverybodyWantsTheSamePlace) {
  run(1, 50, 5'000);
}

TEST_F(AddressShard, ROU4_IsWhatAMapIsWhenManyWantTheSamePlace) {
  run(3, 200, 5'000);
}

TEST_F(AddressShard, ROU4_GrowsAndShrinks) {
  std::vector<ref_ptr<worker_record>> records;
  for (std::uint64_t i = 0; i < 2'000; ++i) {
    records.push_back(record_of(std::to_string(i)));
    shard.make_room(1);
    shard.put({records.back(), 0}, i * 0x9e3779b97f4a7c15);
  }
  for (std::uint64_t i = 0; i < records.size(); ++i) {
    ASSERT_EQ(shard.find(records[i]->primary(), i * 0x9e3779b97f4a7c15)->record, records[i]);
    if (i % 100 != 0) { // few are left at the end
      ASSERT_TRUE(shard.take(*records[i], records[i]->primary(), i * 0x9e3779b97f4a7c15));
    }
  }
  std::vector<ref_ptr<worker_record>> left;
  shard.add_to(left);
  EXPECT_EQ(left.size(), 20u);
  for (std::uint64_t i = 0; i < records.size(); i += 100)
    EXPECT_EQ(shard.find(records[i]->primary(), i * 0x9e3779b97f4a7c15)->record, records[i]);
}

#ifdef OCKAM_SEES_THE_HEAP

TEST_F(AddressShard, ROU4_AnEmptyOneGivesItsMemoryBack) {
  const auto in_use = [] {
    const auto heap = mallinfo2();
    return heap.uordblks + heap.hblkhd;
  };
  std::vector<ref_ptr<worker_record>> records;
  for (std::uint64_t i = 0; i < 10'000; ++i)
    records.push_back(record_of(std::to_string(i)));
  const auto before = in_use();
  for (std::uint64_t i = 0; i < records.size(); ++i) {
    shard.make_room(1);
    shard.put({records[i], 0}, i);
  }
  EXPECT_GT(in_use(), before + 100'000);
  for (std::uint64_t i = 0; i < records.size(); ++i)
    ASSERT_TRUE(shard.take(*records[i], records[i]->primary(), i));
  EXPECT_LT(in_use(), before + 10'000);
}

#endif

} // namespace
} // namespace ockam::internal
