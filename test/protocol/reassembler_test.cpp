#include "ockam/protocol/detail/reassembler.hpp"

#include "cut.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#if OCKAM_HAVE_RAPIDCHECK
#  include <rapidcheck.h>
#endif

namespace ockam {
namespace {

using namespace std::chrono_literals;

constexpr reassembler::time_point start{1h};

/// Parts of 25 bytes.
constexpr std::size_t datagram_size = 40;

bytes pattern(std::size_t size, std::uint8_t seed) {
  bytes made(size);
  for (std::size_t i = 0; i < size; ++i)
    made[i] = static_cast<std::uint8_t>(i * 7 + i / 251 + seed * 31u);
  return made;
}

std::vector<datagram> cut(datagram_format format, std::uint16_t number, const bytes& message) {
  std::vector<datagram> parts;
  for (const auto& each :
       test::cut(message, {format, routing_number{number}, message.size(), datagram_size}))
    parts.push_back(decode_datagram(shared_bytes{each}).value());
  return parts;
}

datagram part_a(std::uint16_t number, std::uint32_t offset, bool is_last, std::size_t size) {
  return {1, routing_number{number}, part_at_offset{offset, is_last}, shared_bytes{bytes(size)}};
}

datagram part_b(std::uint16_t number, std::uint16_t index, std::uint16_t total, std::size_t size) {
  return {1, routing_number{number}, part_at_index{index, total}, shared_bytes{bytes(size)}};
}

part_verdict verdict_of(reassembler& to, const datagram& part,
                        reassembler::time_point now = start) {
  return to.take(part, now).verdict;
}

/// The messages that these datagrams yield.
std::vector<bytes> messages_of(reassembler& to, const std::vector<datagram>& arriving) {
  std::vector<bytes> out;
  for (const auto& each : arriving)
    if (const auto taken = to.take(each, start); taken.verdict == part_verdict::complete)
      out.emplace_back(taken.message.view().begin(), taken.message.view().end());
  return out;
}

// -- both formats ----------------------------------------------------------------------------------

class Reassembler : public testing::TestWithParam<datagram_format> {};
INSTANTIATE_TEST_SUITE_P(Formats, Reassembler,
                         testing::Values(datagram_format::a, datagram_format::b),
                         [](const auto& info) {
                           return info.param == datagram_format::a ? "A" : "B";
                         });

TEST_P(Reassembler, UDP6_AMessageInOneDatagramIsNotCopied) {
  const auto part = cut(GetParam(), 7, pattern(20, 1)).front();
  reassembler in{{}};
  const auto taken = in.take(part, start);
  EXPECT_EQ(taken.verdict, part_verdict::complete);
  EXPECT_EQ(taken.message.data(), part.part.data());
  EXPECT_EQ(in.bytes_in_use(), 0u);
}

TEST_P(Reassembler, UDP6_PartsInOrderBecomeTheMessageAndReturnTheirMemory) {
  const auto budget = make_ref<memory_budget>(1u << 20);
  reassembler in{{}, budget};
  const auto message = pattern(100'000, 3);
  EXPECT_EQ(messages_of(in, cut(GetParam(), 65'535, message)), (std::vector<bytes>{message}));
  EXPECT_EQ(in.bytes_in_use(), 0u);
  EXPECT_EQ(budget->used(), 0u);
}

TEST_P(Reassembler, UDP6_EveryCopyOfAFinishedMessageIsDropped) {
  reassembler in{{}};
  const auto parts = cut(GetParam(), 7, pattern(20, 1));
  EXPECT_EQ(messages_of(in, {parts[0], parts[0], parts[0], parts[0]}).size(), 1u);
}

TEST_P(Reassembler, UDP6_BothFormatsHaveTheirOwnState) {
  reassembler in{{}};
  const auto other = GetParam() == datagram_format::a ? datagram_format::b : datagram_format::a;
  const auto message = pattern(60, 1);
  auto mixed = cut(GetParam(), 7, message);
  const auto between = cut(other, 9'000, message);
  mixed.insert(mixed.begin() + 1, between.begin(), between.end());
  EXPECT_EQ(messages_of(in, mixed), (std::vector<bytes>{message, message}));
}

TEST_P(Reassembler, UDP6_AMessageThatIsNotCompleteInTimeIsGivenUp) {
  const auto budget = make_ref<memory_budget>(1u << 20);
  reassembler in{{.timeout = 5s}, budget};
  const auto parts = cut(GetParam(), 7, pattern(60, 1));
  EXPECT_EQ(verdict_of(in, parts[0]), part_verdict::waiting);
  EXPECT_EQ(in.expire(start + 4999ms), 0u);
  EXPECT_EQ(in.unfinished(), 1u);
  EXPECT_EQ(in.expire(start + 5s), 1u);
  EXPECT_EQ(in.unfinished(), 0u);
  EXPECT_EQ(budget->used(), 0u);
  for (const auto& late : {parts[0], parts[1]})
    EXPECT_NE(verdict_of(in, late, start + 5s), part_verdict::waiting)
      << "neither a copy nor what is missing begins it again";
}

TEST_P(Reassembler, UDP6_ARestartedPeerIsAcceptedAfterASilence) {
  reassembler in{{.timeout = 5s}};
  EXPECT_EQ(verdict_of(in, cut(GetParam(), 1'000, pattern(20, 1)).front()), part_verdict::complete);
  const auto restarted = cut(GetParam(), 10, pattern(20, 1)).front();
  EXPECT_EQ(verdict_of(in, restarted, start + 5s), part_verdict::late);
  EXPECT_EQ(verdict_of(in, restarted, start + 5001ms), part_verdict::complete)
    << "what was late is no sign of life";
}

TEST_P(Reassembler, UDP6_TheBytesOfOnePeerHaveALimit) {
  const auto budget = make_ref<memory_budget>(1u << 20);
  reassembler in{{.max_bytes = 100}, budget};
  const auto parts = cut(GetParam(), 7, pattern(130, 1)); // 25 bytes each
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(verdict_of(in, parts[i]), part_verdict::waiting);
  const auto refused = in.take(parts[4], start);
  EXPECT_EQ(refused.verdict, part_verdict::no_room);
  EXPECT_EQ(refused.given_up, 0u) << "the verdict tells of this one";
  EXPECT_EQ(in.bytes_in_use(), 0u);
  EXPECT_EQ(budget->used(), 0u);
  EXPECT_EQ(messages_of(in, cut(GetParam(), 8, pattern(20, 1))).size(), 1u)
    << "the next one passes";
}

TEST_P(Reassembler, UDP6_TheBytesOfAllPeersHaveALimit) {
  const auto budget = make_ref<memory_budget>(50);
  reassembler first{{}, budget};
  reassembler second{{}, budget};
  const auto parts = cut(GetParam(), 7, pattern(60, 1)); // 25, 25 and 10 bytes
  EXPECT_EQ(verdict_of(first, parts[0]), part_verdict::waiting);
  EXPECT_EQ(verdict_of(first, parts[1]), part_verdict::waiting);
  EXPECT_EQ(verdict_of(second, parts[0]), part_verdict::no_room);
  EXPECT_EQ(budget->used(), 50u);
}

// -- format A --------------------------------------------------------------------------------------

TEST(ReassemblerA, UDP6_APartAtAnotherOffsetLosesTheMessage) {
  reassembler in{{}};
  EXPECT_EQ(verdict_of(in, part_a(7, 0, false, 10)), part_verdict::waiting);
  const auto taken = in.take(part_a(7, 0, false, 10), start);
  EXPECT_EQ(taken.verdict, part_verdict::offset_mismatch);
  EXPECT_EQ(taken.given_up, 0u) << "the verdict tells of this one";
  EXPECT_EQ(in.unfinished(), 0u);
  EXPECT_EQ(verdict_of(in, part_a(7, 10, true, 10)), part_verdict::late);
}

TEST(ReassemblerA, UDP6_ANewerNumberDiscardsTheUnfinishedMessage) {
  reassembler in{{}};
  EXPECT_EQ(verdict_of(in, part_a(7, 0, false, 10)), part_verdict::waiting);
  const auto taken = in.take(part_a(9, 0, true, 10), start);
  EXPECT_EQ(taken.verdict, part_verdict::complete);
  EXPECT_EQ(taken.given_up, 1u);
}

TEST(ReassemblerA, UDP6_ALostNewerNumberDiscardsTheFormerOne) {
  reassembler in{{}};
  EXPECT_EQ(verdict_of(in, part_a(7, 0, false, 10)), part_verdict::waiting);
  const auto taken = in.take(part_a(9, 10, true, 10), start);
  EXPECT_EQ(taken.verdict, part_verdict::offset_mismatch);
  EXPECT_EQ(taken.given_up, 1u);
}

TEST(ReassemblerA, UDP6_ALargeOffsetCostsNothing) {
  const auto budget = make_ref<memory_budget>(1u << 30);
  reassembler in{{}, budget};
  EXPECT_EQ(verdict_of(in, part_a(7, 0xfffffff0, false, 10)), part_verdict::offset_mismatch);
  EXPECT_EQ(budget->used(), 0u);
}

TEST(ReassemblerA, AnEmptyPartThatIsNotTheLastIsDropped) {
  reassembler in{{}};
  EXPECT_EQ(verdict_of(in, part_a(7, 0, false, 0)), part_verdict::empty_part);
  EXPECT_EQ(in.unfinished(), 0u);
}

// -- format B --------------------------------------------------------------------------------------

TEST(ReassemblerB, UDP6_ARejectedPartDoesNotAffectOthers) {
  reassembler in{{}};
  EXPECT_EQ(verdict_of(in, part_b(7, 0, 3, 10)), part_verdict::waiting);
  EXPECT_EQ(verdict_of(in, part_b(7, 0, 3, 10)), part_verdict::duplicate_part);
  EXPECT_EQ(verdict_of(in, part_b(7, 1, 4, 10)), part_verdict::total_mismatch);
  EXPECT_EQ(verdict_of(in, part_b(7, 1, 3, 11)), part_verdict::size_mismatch);
  EXPECT_EQ(verdict_of(in, part_b(7, 1, 3, 9)), part_verdict::size_mismatch);
  EXPECT_EQ(verdict_of(in, part_b(7, 1, 3, 0)), part_verdict::empty_part);
  EXPECT_EQ(verdict_of(in, part_b(7, 3, 3, 10)), part_verdict::index_out_of_bounds);
  EXPECT_EQ(verdict_of(in, part_b(7, 0, 0, 10)), part_verdict::total_zero);
  EXPECT_EQ(verdict_of(in, part_b(7, 1, 3, 10)), part_verdict::waiting);
  EXPECT_EQ(in.take(part_b(7, 2, 3, 99), start).message.size(), 119u);
}

// As the reference sends a message of whole parts.
TEST(ReassemblerB, UDP6_AnEmptyPartMayEndAMessageOfWholeParts) {
  for (const bool in_order : {true, false}) {
    reassembler in{{}};
    std::vector<datagram> parts{part_b(7, 0, 3, 10), part_b(7, 1, 3, 10), part_b(7, 2, 3, 0)};
    if (!in_order)
      std::ranges::reverse(parts);
    EXPECT_EQ(messages_of(in, parts), (std::vector<bytes>{bytes(20)}));
  }
}

TEST(ReassemblerB, UDP6_FourMessagesBeforeTheNewestCanBeInProgress) {
  reassembler in{{}};
  for (std::uint16_t number = 65'533; number != 2; ++number)
    EXPECT_EQ(verdict_of(in, part_b(number, 0, 2, 10)), part_verdict::waiting);
  EXPECT_EQ(in.unfinished(), 5u);
  const auto taken = in.take(part_b(2, 0, 2, 10), start);
  EXPECT_EQ(taken.given_up, 1u);
  EXPECT_EQ(verdict_of(in, part_b(65'533, 1, 2, 10)), part_verdict::late);
  EXPECT_EQ(verdict_of(in, part_b(65'534, 1, 2, 10)), part_verdict::complete);
}

TEST(ReassemblerB, UDP6_MessagesBeforeTheFirstSeenNumberAreNotLost) {
  reassembler in{{}};
  EXPECT_EQ(verdict_of(in, part_b(8, 0, 1, 10)), part_verdict::complete);
  EXPECT_EQ(verdict_of(in, part_b(7, 0, 1, 10)), part_verdict::complete);
}

TEST(ReassemblerB, UDP6_AMessageGivenUpForLackOfRoomDoesNotRestart) {
  reassembler in{{.max_bytes = 20}};
  EXPECT_EQ(verdict_of(in, part_b(7, 0, 4, 10)), part_verdict::waiting);
  EXPECT_EQ(verdict_of(in, part_b(7, 1, 4, 10)), part_verdict::waiting);
  EXPECT_EQ(verdict_of(in, part_b(7, 2, 4, 10)), part_verdict::no_room);
  EXPECT_EQ(verdict_of(in, part_b(7, 3, 4, 10)), part_verdict::already_delivered);
  EXPECT_EQ(in.unfinished(), 0u);
  EXPECT_EQ(in.bytes_in_use(), 0u);
}

TEST(ReassemblerB, UDP6_AnEarlyPartIsAcceptedOnce) {
  reassembler in{{}};
  EXPECT_EQ(verdict_of(in, part_b(7, 1, 3, 10)), part_verdict::waiting);
  const auto used = in.bytes_in_use();
  EXPECT_EQ(verdict_of(in, part_b(7, 1, 3, 10)), part_verdict::duplicate_part);
  EXPECT_EQ(in.bytes_in_use(), used);
}

TEST(ReassemblerB, UDP6_ALargeTotalOrIndexCostsNoMoreThanThePart) {
  const auto budget = make_ref<memory_budget>(1u << 30);
  reassembler in{{}, budget};
  EXPECT_EQ(verdict_of(in, part_b(7, 65'000, 65'535, 100)), part_verdict::waiting);
  EXPECT_LT(budget->used(), 300u);
}

TEST(ReassemblerB, UDP6_AnEarlyPartCostsOnlyItsBytesOnceTheGapIsFilled) {
  const auto budget = make_ref<memory_budget>(1u << 20);
  reassembler in{{}, budget};
  EXPECT_EQ(verdict_of(in, part_b(7, 2, 4, 10)), part_verdict::waiting);
  EXPECT_EQ(verdict_of(in, part_b(7, 1, 4, 10)), part_verdict::waiting);
  EXPECT_GT(in.bytes_in_use(), 20u) << "parts before their turn cost more than their bytes";
  EXPECT_EQ(verdict_of(in, part_b(7, 0, 4, 10)), part_verdict::waiting);
  EXPECT_EQ(in.bytes_in_use(), 30u);
  EXPECT_EQ(budget->used(), 30u);
}

// -- any loss, repetition and order ----------------------------------------------------------------

#if OCKAM_HAVE_RAPIDCHECK

struct traffic {
  std::vector<bytes> messages;
  std::vector<datagram> datagrams;
};

/// Messages of 1 to 6 parts.
traffic any_traffic(datagram_format format, std::size_t count) {
  traffic made;
  auto number = *rc::gen::arbitrary<std::uint16_t>();
  for (std::size_t i = 0; i < count; ++i) {
    const auto size = *rc::gen::inRange<std::size_t>(1, 6 * 25);
    made.messages.push_back(pattern(size, static_cast<std::uint8_t>(i)));
    for (auto& part : cut(format, number, made.messages.back()))
      made.datagrams.push_back(std::move(part));
    ++number;
  }
  return made;
}

TEST(ReassemblyProperty, UDP6_MessagesAreIntactAndDeliveredOnce) {
  EXPECT_TRUE(rc::check([] {
    const auto format = *rc::gen::element(datagram_format::a, datagram_format::b);
    const auto sent = any_traffic(format, *rc::gen::inRange<std::size_t>(1, 12));
    const auto arrivals = *rc::gen::container<std::vector<std::size_t>>(
      rc::gen::inRange<std::size_t>(0, sent.datagrams.size()));
    const auto budget = make_ref<memory_budget>(1u << 20);
    {
      reassembler in{{}, budget};
      std::vector<datagram> arriving;
      for (const auto index : arrivals)
        arriving.push_back(sent.datagrams[index]);
      const auto out = messages_of(in, arriving);
      for (const auto& each : out)
        RC_ASSERT(std::ranges::count(out, each) <= std::ranges::count(sent.messages, each));
      RC_ASSERT(in.bytes_in_use() == budget->used());
    }
    RC_ASSERT(budget->used() == 0u);
  }));
}

TEST(ReassemblyProperty, UDP6_FiveMessagesOfFormatBSurviveAnyOrderAndRepetition) {
  EXPECT_TRUE(rc::check([] {
    const auto sent = any_traffic(datagram_format::b, *rc::gen::inRange<std::size_t>(1, 6));
    std::vector<std::size_t> arrivals = *rc::gen::container<std::vector<std::size_t>>(
      rc::gen::inRange<std::size_t>(0, sent.datagrams.size()));
    for (std::size_t i = 0; i < sent.datagrams.size(); ++i)
      arrivals.insert(
        arrivals.begin()
          + static_cast<std::ptrdiff_t>(*rc::gen::inRange<std::size_t>(0, arrivals.size() + 1)),
        i);
    reassembler in{{}};
    std::vector<datagram> arriving;
    for (const auto index : arrivals)
      arriving.push_back(sent.datagrams[index]);
    RC_ASSERT(std::ranges::is_permutation(messages_of(in, arriving), sent.messages));
  }));
}

#endif

} // namespace
} // namespace ockam
