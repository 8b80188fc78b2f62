// Allocations of decoding and encoding, counted by operator new of this test program.

#include "hex.hpp"
#include "random_message.hpp"
#include "wire_vectors.hpp"

#include "ockam/protocol/codec.hpp"
#include "ockam/protocol/detail/recycled.hpp"
#include "ockam/protocol/payload.hpp"
#include "ockam/protocol/wire/api.hpp"
#include "ockam/protocol/wire/frame.hpp"
#include "ockam/protocol/wire/puncture.hpp"

#include <array>
#include <atomic>
#include <cstdlib>
#include <map>
#include <new>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#define OCKAM_COUNTS_ALLOCATIONS 1 // the thread sanitizer has its own operator new
#if defined(__SANITIZE_THREAD__)
#  undef OCKAM_COUNTS_ALLOCATIONS
#elif defined(__has_feature)
#  if __has_feature(thread_sanitizer)
#    undef OCKAM_COUNTS_ALLOCATIONS
#  endif
#endif

namespace {

std::atomic<std::size_t> allocations{0};
std::atomic<std::size_t> allocated_bytes{0};

} // namespace

#ifdef OCKAM_COUNTS_ALLOCATIONS

static void* counted(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  allocated_bytes.fetch_add(size, std::memory_order_relaxed);
  if (void* memory = std::malloc(size == 0 ? 1 : size))
    return memory;
  throw std::bad_alloc{};
}

void* operator new(std::size_t size) {
  return counted(size);
}
void* operator new[](std::size_t size) {
  return counted(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

#endif

namespace ockam {
namespace {

using test::shared_hex;

class Memory : public testing::Test {
protected:
  void SetUp() override {
#ifndef OCKAM_COUNTS_ALLOCATIONS
    GTEST_SKIP() << "allocations are not counted in this build";
#endif
  }
};

using MemoryBound = Memory;

struct cost {
  std::size_t allocations;
  std::size_t bytes;
};

template <class Action>
cost cost_of(Action action) {
  const auto count_before = allocations.load();
  const auto bytes_before = allocated_bytes.load();
  action();
  return {allocations.load() - count_before, allocated_bytes.load() - bytes_before};
}

message three_hops() {
  return message{route{"h1", "h2", "echoer"}, route{address::random(), "app"},
                 shared_bytes::adopt(bytes(1024, 7))}
    .set_tracing_context("{}");
}

TEST_F(Memory, DecodingATypicalMessageAllocatesAtMostOnce) {
  const auto frame = shared_bytes::adopt(encode_message(three_hops()));
  result<message> decoded{message{}};
  EXPECT_LE(cost_of([&] { decoded = decode_message(frame); }).allocations, 1u);
  EXPECT_TRUE(decoded);
}

TEST_F(Memory, EncodingAllocatesNothing) {
  const auto value = three_hops();
  bytes memory(encoded_size(value));
  const auto encoding = cost_of([&] {
    encode_message_head(value, memory.data());
    encode_message(value, memory.data());
    encode_message_tail(value, memory.data());
    static_cast<void>(encoded_size(value) + encoded_head_size(value) + encoded_tail_size(value));
  });
  EXPECT_EQ(encoding.allocations, 0u);
}

TEST_F(Memory, AHopAllocatesNothing) {
  const address own{"h1"};
  auto passed = decode_message(shared_bytes::adopt(encode_message(three_hops()))).value();
  const auto hop = cost_of([&] { passed = std::move(passed).step_forward(own).value(); });
  EXPECT_EQ(hop.allocations, 0u);
}

TEST_F(Memory, TakingFramesOutOfAChunkAllocatesNothing) {
  frame_decoder decoder{make_ref<buffer_pool>(default_chunk_size, 4)};
  decoder.feed(shared_hex("01 00000003 010203 00000001 ff").view());
  const auto taking = cost_of([&] {
    while (auto body = decoder.next().value())
      static_cast<void>(body->size());
  });
  EXPECT_EQ(taking.allocations, 0u);
}

TEST_F(Memory, KeepsFewIdleChunksForLater) {
  constexpr std::size_t count = 100;
  const auto pool = make_ref<buffer_pool>(64, count);
  std::vector<ref_ptr<chunk>> all;
  all.reserve(count);
  const auto take_all = [&] {
    for (std::size_t i = 0; i < count; ++i)
      all.push_back(pool->take());
  };
  take_all();
  all.clear();
  EXPECT_GE(cost_of(take_all).allocations, count - 20);
}

TEST_F(Memory, AnEncodedBodyIsOneAllocation) {
  const std::string text(2'000, 'x');
  EXPECT_EQ(cost_of([&] { EXPECT_TRUE(encode_payload(text)); }).allocations, 1u);
  const raw_body unchanged{shared_hex("cafe")};
  EXPECT_EQ(cost_of([&] { EXPECT_TRUE(encode_payload(unchanged)); }).allocations, 0u);
}

TEST_F(Memory, SmallBodiesUseCachedMemory) {
  if (OCKAM_RECYCLE_MEMORY == 0)
    GTEST_SKIP() << "nothing is kept in this build";
  for (const std::size_t size : {1, 20, 60, 250, 1'024}) {
    const std::string text(size, 'x');
    static_cast<void>(encode_payload(text));
    EXPECT_EQ(cost_of([&] { EXPECT_TRUE(encode_payload(text)); }).allocations, 0u) << size;
  }
}

TEST_F(Memory, AThreadUsesMemoryFreedByAnother) {
  using kept = internal::thread_cache<40>; // used by this test alone
  constexpr std::size_t count = 2'000;
  std::vector<void*> blocks(count);
  const auto take_all = [&] {
    for (auto& each : blocks)
      each = kept::take();
  };
  const auto give_back_all = [&] {
    for (auto* each : blocks)
      kept::give_back(each);
  };
  EXPECT_EQ(cost_of(take_all).allocations, count);
  std::thread{give_back_all}.join();
  const auto again = cost_of(take_all).allocations;
  EXPECT_LE(again, 256u) << "what that thread kept for itself, it gave back when it ended";
  give_back_all();
}

TEST_F(Memory, TheCentralFreeListHasALimit) {
  internal::central_free_list central;
  std::vector<internal::free_block> chains(internal::central_free_list::max_chains + 1);
  for (std::size_t i = 0; i < chains.size(); ++i)
    EXPECT_EQ(central.put(&chains[i]), i < internal::central_free_list::max_chains);
  for (std::size_t i = 0; i < internal::central_free_list::max_chains; ++i)
    EXPECT_NE(central.take(), nullptr);
  EXPECT_EQ(central.take(), nullptr);
}

TEST_F(Memory, AFrameThatIsTooLargeCostsNothingForItsBody) {
  frame_decoder decoder{make_ref<buffer_pool>(default_chunk_size, 4)};
  decoder.feed(shared_hex("01 ffffffff").view());
  const auto refusing = cost_of([&] { EXPECT_FALSE(decoder.next()); });
  EXPECT_LT(refusing.bytes, 4096u);
}

TEST_F(Memory, AListThatIsTooLargeInMemoryCostsNothingForItsItems) {
  using sparse = std::vector<std::optional<std::array<std::uint8_t, 2048>>>;
  const auto payload = shared_hex("fdff3f(00*1048573)");
  const auto refusing = cost_of([&] { EXPECT_FALSE(decode_payload<sparse>(payload)); });
  EXPECT_LT(refusing.bytes, 4096u);
}

// -- at most 8 bytes of heap a byte of input, and 4 KiB ------------------------------------------------

template <class Decode>
void expect_bounded(const shared_bytes& input, Decode decode) {
  const auto spent = cost_of([&] { static_cast<void>(decode(input)); });
  ASSERT_LE(spent.bytes, 8 * input.size() + 4096) << test::to_hex(input.slice(0, 100).view());
}

void expect_decoders_bounded(const shared_bytes& input) {
  expect_bounded(input, [](const auto& frame) { return decode_message(frame); });
  expect_bounded(input, [](const auto& frame) { return decode_bare_message(frame); });
  expect_bounded(input, [](const auto& cbor) { return api::decode_request(cbor); });
  expect_bounded(input, [](const auto& cbor) { return api::decode_response(cbor); });
  expect_bounded(input, [](const auto& cbor) { return udp::decode_negotiation(cbor.view()); });
  expect_bounded(input, [](const auto& cbor) { return udp::decode_puncture_message(cbor.view()); });
  expect_bounded(input, [](const auto& payload) { return decode_payload<std::string>(payload); });
  expect_bounded(input, [](const auto& payload) {
    return decode_payload<std::vector<std::uint64_t>>(payload);
  });
}

TEST_F(MemoryBound, HoldsForEveryVector) {
  for (const auto& vector : test::all_wire_vectors())
    if (vector.has("hex"))
      expect_decoders_bounded(shared_bytes::adopt(vector.input()));
}

TEST_F(MemoryBound, HoldsAtTheLimits) {
  const std::string hop = "8200590400(61*1024)";
  std::string hops;
  for (int i = 0; i < 200; ++i)
    hops += hop;
  for (const auto& hex : {
         "83 9f" + hops + "ff 9f" + hops + "ff 40", // long routes
         "83 98c8" + hops + " 58" + "00 40",        // broken behind a long route
         std::string{"83 990400(820040*1024) 990400(9f0040ff*1024) 40"},
         std::string{"83 80 80 40 791000(61*4096)"},
         std::string{"84 80 80 40 791000(61*4096)"},
         std::string{"01 8008(0000*1024) 8008(ff00*1024) 00 01 8020(61*4096)"},
         std::string{"8080808010(00*300000)"},
         "82 02 83 9f" + hops + "ff 9f" + hops + "ff 80", // of a puncture
         std::string{"82 02 83 80 80 9f(00*300000)ff"},
         std::string{"82 60 9f(00*1024)ff"},
       })
    expect_decoders_bounded(shared_hex(hex));
}

TEST_F(MemoryBound, HoldsForLyingLengths) {
  for (const auto* hex :
       {"83 9bffffffffffffffff", "83 9a7fffffff 820040", "9b7fffffffffffffff",
        "83 80 80 5a7fffffff", "83 81 82 00 5a7fffffff", "84 80 80 40 7a7fffffff",
        "01 ffffffffffffffff7f", "01 01 00 ffffffff0f", "01 00 00 ffffffff0f", "ffffffff0f",
        "bb7fffffffffffffff", "82 02 83 80 80 9a7fffffff", "82 60 9b7fffffffffffffff"})
    expect_decoders_bounded(shared_hex(hex));
}

TEST_F(MemoryBound, HoldsForRandomInput) {
  std::mt19937 random{6};
  for (int i = 0; i < 5'000; ++i) {
    auto input = i % 2 == 0 ? encode_message(test::random_message(random, 5, 300))
                            : encode_bare_message(test::random_message(random, 5, 300));
    for (auto changes = random() % 6; changes > 0; --changes)
      input[random() % input.size()] = static_cast<std::uint8_t>(random());
    input.resize(input.size() - random() % input.size());
    expect_decoders_bounded(shared_bytes::adopt(input));
  }
}

} // namespace
} // namespace ockam
