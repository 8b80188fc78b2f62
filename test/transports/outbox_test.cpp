#include "error_of.hpp"

#include "ockam/protocol/codec.hpp"
#include "ockam/transports/engine/outbox.hpp"

#include <future>
#include <initializer_list>
#include <string_view>

#include <gtest/gtest.h>

namespace ockam::internal {
namespace {

using namespace std::chrono_literals;

/// An outbox and its writer.
class Outbox : public testing::Test {
protected:
  Outbox() {
    EXPECT_TRUE(output.next_batch(batch)); // the version byte is the first one
    written();
  }

  static message text(std::string_view body) {
    return message{route{"connection", "echoer"}, route{"asker"}, shared_bytes{as_bytes(body)}};
  }

  /// What goes on the wire for `text` of each of these.
  static bytes frames(std::initializer_list<std::string_view> bodies) {
    bytes all;
    for (const auto body : bodies) {
      const auto encoded = encode_message(text(body).pop_front_onward_route().value());
      all.resize(all.size() + frame_header_size);
      put_frame_header(all.data() + all.size() - frame_header_size, encoded.size());
      all.insert(all.end(), encoded.begin(), encoded.end());
    }
    return all;
  }

  bool push(std::string_view body) {
    auto content = text(body);
    return output.push(content).value();
  }

  /// Everything of the batch, which is done with then.
  bytes written() {
    bytes all;
    bytes_view piece;
    while (batch.pieces(&piece, 1) == 1) {
      all.insert(all.end(), piece.begin(), piece.end());
      batch.advance(piece.size());
      output.written(piece.size());
    }
    batch.clear();
    return all;
  }

  connection_limits limits;
  outbox output{limits, tcp_format, nullptr};
  write_batch batch;
};

TEST_F(Outbox, TCP22_WhatIsPushedLeavesAsFramesInOrder) {
  push("one");
  push("two");
  ASSERT_TRUE(output.next_batch(batch));
  EXPECT_EQ(batch.messages(), 2u);
  EXPECT_EQ(written(), frames({"one", "two"}));
  EXPECT_FALSE(output.next_batch(batch));
  EXPECT_EQ(output.pending_bytes(), 0u);
}

TEST_F(Outbox, TheWriterIsWokenOnceForWhatComesWhileItSleeps) {
  EXPECT_FALSE(push("awake"));
  ASSERT_TRUE(output.next_batch(batch));
  written();
  ASSERT_FALSE(output.next_batch(batch));
  EXPECT_TRUE(push("first"));
  EXPECT_FALSE(push("second"));
}

TEST_F(Outbox, ORD8_AMessageAboveTheLimitFitsIntoAnEmptyQueueOnly) {
  const std::string large(limits.max_pending_bytes + 1, '.');
  EXPECT_FALSE(push(large)) << "the writer is awake";
  auto second = text("second");
  EXPECT_EQ(output.push(second).error(), errc::resource_exhausted);
  ASSERT_TRUE(output.next_batch(batch));
  EXPECT_EQ(batch.messages(), 1u);
  written();
  EXPECT_TRUE(output.push(second));
}

TEST_F(Outbox, ORD8_ThereIsReliefWhenHalfOfTheLimitIsWritten) {
  const std::string large(limits.max_pending_bytes / 2, '.');
  push(large);
  push("second");
  EXPECT_FALSE(output.relieved());
  ASSERT_TRUE(output.next_batch(batch));
  batch.advance(100);
  output.written(100);
  EXPECT_TRUE(output.relieved());
  written();
}

TEST_F(Outbox, MemoryThatWasGivenBackIsTakenAgain) {
  for (int i = 0; i < 3; ++i) {
    output.shrink();
    batch.shrink();
    EXPECT_TRUE(batch.empty());
    push("message");
    ASSERT_TRUE(output.next_batch(batch));
    EXPECT_EQ(written(), frames({"message"}));
    EXPECT_FALSE(output.next_batch(batch));
  }
}

TEST_F(Outbox, OnlyMemoryWithoutContentIsGivenBack) {
  push("waits");
  output.shrink();
  ASSERT_TRUE(output.next_batch(batch));
  batch.shrink();
  EXPECT_EQ(batch.messages(), 1u);
  EXPECT_EQ(written(), frames({"waits"}));
}

TEST_F(Outbox, WhoWaitsUntilAllIsWrittenIsTold) {
  push("message");
  EXPECT_FALSE(output.wait_until_written(0ms));
  auto told = std::async(std::launch::async, [&] { return output.wait_until_written(10s); });
  ASSERT_TRUE(output.next_batch(batch));
  written();
  EXPECT_FALSE(output.next_batch(batch));
  EXPECT_TRUE(told.get());
}

TEST_F(Outbox, ERR9_WhoWaitsIsToldWhenNothingWillBeWrittenAnyMore) {
  push("message");
  auto told = std::async(std::launch::async, [&] { return output.wait_until_written(10s); });
  EXPECT_EQ(output.abandon().messages, 1u);
  EXPECT_FALSE(told.get());
  auto late = text("late");
  EXPECT_EQ(error_of(output.push(late)), errc::connection_closed);
  EXPECT_EQ(late, text("late")) << "a refused message is as it was";
}

TEST_F(Outbox, ERR9_AThreadThatWaitsIsToldAtOnceWhenNothingWillBeWritten) {
  push("message");
  std::promise<void> waits;
  const auto began = std::chrono::steady_clock::now();
  auto told = std::async(std::launch::async, [&] {
    waits.set_value();
    return output.wait_until_written(60s);
  });
  waits.get_future().wait();
  EXPECT_FALSE(output.wait_until_written(50ms)) << "the other thread waits by now";
  static_cast<void>(output.abandon());
  EXPECT_FALSE(told.get());
  EXPECT_LT(std::chrono::steady_clock::now() - began, 30s);
}

// -- relayed messages ------------------------------------------------------------------------------

/// What messages of one connection occupy, in bytes.
struct counted_credit final : inbound_credit {
  void take(std::size_t size) noexcept override { used += size; }
  void give_back(std::size_t size) noexcept override { used -= size; }
  std::size_t used = 0;
};

class OutboxOfARelay : public Outbox {
protected:
  result<bool> pass_on(std::string_view body) {
    auto content = text(body);
    content.hold(source, body.size());
    return output.push(content);
  }

  ref_ptr<counted_credit> source = make_ref<counted_credit>();
};

TEST_F(OutboxOfARelay, ORD5_ORD8_ASourceIsChargedUntilItsMessagesAreWritten) {
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(pass_on("message"));
  const auto waiting = source->used;
  EXPECT_GE(waiting, 3 * std::string_view{"message"}.size());
  ASSERT_TRUE(output.next_batch(batch));
  EXPECT_EQ(source->used, waiting) << "nothing is written yet";
  written();
  EXPECT_EQ(source->used, 0u);
}

TEST_F(OutboxOfARelay, ORD8_WhatIsPassedOnIsNeverRefusedForItsSize) {
  const std::string large(3u << 20, '.'); // three of them are above max-pending-bytes
  push(large);
  push(large);
  auto own = text(large);
  EXPECT_EQ(error_of(output.push(own)), errc::resource_exhausted);
  EXPECT_TRUE(pass_on(large));
  ASSERT_TRUE(output.next_batch(batch));
  EXPECT_EQ(batch.messages(), 3u);
  batch.clear();
}

// -- limits ----------------------------------------------------------------------------------------

TEST(OutboxWithABudget, ANS6_ORD8_WhatExpiresOrIsLostIsGivenBack) {
  using clock = outbox::clock;
  const auto budget = make_ref<memory_budget>(1u << 20);
  const connection_limits limits;
  outbox output{limits, tcp_format, budget};
  output.set_keep_for(10s);
  write_batch batch;
  ASSERT_TRUE(output.next_batch(batch)); // the version byte
  const auto push = [&] {
    message content{route{"connection", "echoer"}, {}, shared_bytes{bytes(1'000)}};
    EXPECT_TRUE(output.push(content));
  };
  push();
  EXPECT_GT(budget->used(), 1'000u);
  const auto lost = clock::now();
  output.begin_again(lost);
  EXPECT_EQ(budget->used(), output.pending_bytes()) << "the version byte is not pending any more";
  EXPECT_EQ(output.expire(lost + 10s).messages, 1u);
  EXPECT_EQ(budget->used(), 0u);
  push();
  EXPECT_EQ(output.abandon().messages, 1u);
  EXPECT_EQ(budget->used(), 0u);
}

TEST(OutboxWithALimit, TCP23_TheLargestFrameIsInclusive) {
  message content{route{"connection", "echoer"}, {}, shared_bytes{bytes(1'000)}};
  const auto size = encode_message(message{content}.pop_front_onward_route().value()).size();
  const connection_limits smaller{.max_frame_size = size - 1};
  outbox refuses{smaller, tcp_format, nullptr};
  EXPECT_EQ(refuses.push(content).error(), errc::message_too_large);
  const connection_limits exact{.max_frame_size = size};
  outbox takes{exact, tcp_format, nullptr};
  EXPECT_TRUE(takes.push(content));
}

// -- messages that are taken back ------------------------------------------------------------------

struct request final : pending_request {
  void fail(const error&) noexcept override { end(phase::given_up); }
  void give_up() { end(phase::given_up); }
  void answer() { end(phase::answered); }
};

class OutboxOfRequests : public Outbox {
protected:
  ref_ptr<request> push_request(std::string_view body) {
    const auto made = make_ref<request>();
    auto content = text(body);
    content.set_request(made);
    EXPECT_TRUE(output.push(content));
    return made;
  }
};

TEST_F(OutboxOfRequests, ANS7_WhatWasGivenUpIsLeftOut) {
  push("one");
  const auto two = push_request("two");
  push("three");
  const auto four = push_request("four");
  push("five");
  const std::string large(10'000, 'x');
  const auto six = push_request(large);
  push(large);
  const auto before = output.pending_bytes();
  for (const auto& each : {two, four, six})
    each->give_up();
  ASSERT_TRUE(output.next_batch(batch));
  EXPECT_EQ(batch.messages(), 4u);
  EXPECT_EQ(output.take_expired(), 3u);
  EXPECT_LT(output.pending_bytes(), before);
  EXPECT_EQ(written(), frames({"one", "three", "five", large}));
  EXPECT_EQ(output.pending_bytes(), 0u);
}

TEST_F(OutboxOfRequests, ANS7_ARequestThatWasGivenUpBeforeIsRefused) {
  const auto made = make_ref<request>();
  made->give_up();
  auto content = text("late");
  content.set_request(made);
  EXPECT_EQ(output.push(content).error(), errc::cancelled);
  EXPECT_EQ(output.pending_bytes(), 0u);
}

TEST_F(OutboxOfRequests, ANS7_ABatchOfNothingElseIsPassedOver) {
  push_request("one")->give_up();
  EXPECT_FALSE(output.next_batch(batch));
  EXPECT_EQ(output.take_expired(), 1u);
  EXPECT_EQ(output.pending_bytes(), 0u);
  EXPECT_TRUE(push("wakes the writer"));
}

TEST_F(OutboxOfRequests, ANS7_OneThatIsPartlyWrittenIsFinished) {
  const auto one = push_request("one");
  const auto two = push_request("two");
  const auto three = push_request("three");
  ASSERT_TRUE(output.next_batch(batch));
  auto all = frames({"one", "three"});
  batch.advance(3);
  output.written(3);
  one->give_up();
  two->give_up();
  EXPECT_EQ(output.remove_given_up(batch), 1u);
  all.erase(all.begin(), all.begin() + 3);
  EXPECT_EQ(written(), all);
  EXPECT_EQ(output.pending_bytes(), 0u);
}

TEST_F(OutboxOfRequests, ANS7_OneWhoseSizeWasAskedForIsFinished) {
  outbox datagrams{limits, udp_format, nullptr};
  const auto first = make_ref<request>();
  const auto second = make_ref<request>();
  for (const auto& each : {first, second}) {
    auto content = text("body");
    content.set_request(each);
    EXPECT_TRUE(datagrams.push(content));
  }
  ASSERT_TRUE(datagrams.next_batch(batch));
  const auto size = batch.next_message_size();
  first->give_up();
  second->give_up();
  EXPECT_EQ(datagrams.remove_given_up(batch), 1u) << "the second one";
  EXPECT_EQ(batch.size(), size);
  batch.clear();
}

TEST_F(OutboxOfRequests, ANS5_ThoseThatAreNotAnsweredAreKnownAtTheEnd) {
  const auto answered = push_request("answered");
  const auto sent = push_request("sent");
  ASSERT_TRUE(output.next_batch(batch));
  written();
  const auto waiting = push_request("waiting");
  answered->answer();
  const auto rest = output.abandon();
  EXPECT_EQ(rest.messages, 1u);
  std::size_t pending = 0;
  for (const auto& each : rest.requests)
    pending += each->is_pending() ? 1 : 0;
  EXPECT_EQ(pending, 2u);
}

TEST_F(OutboxOfRequests, ANS5_ThoseThatHaveEndedAreForgotten) {
  for (int i = 0; i < 10'000; ++i) {
    const auto sent = push_request("x");
    ASSERT_TRUE(output.next_batch(batch));
    written();
    sent->answer();
  }
  EXPECT_LT(output.abandon().requests.size(), 200u);
}

TEST_F(OutboxOfRequests, ANS6_EachMessageWaitsForAStreamOnItsOwn) {
  using clock = outbox::clock;
  output.set_keep_for(10s);
  push("before the loss");
  const auto queued = push_request("also before");
  const auto lost = clock::now();
  EXPECT_TRUE(output.begin_again(lost).empty()) << "nothing was written";
  push("meanwhile");
  EXPECT_EQ(output.expire(lost + 9s).messages, 0u);
  const auto first = output.expire(lost + 10s);
  EXPECT_EQ(first.messages, 2u);
  ASSERT_EQ(first.requests.size(), 1u);
  EXPECT_EQ(first.requests.front().get(), queued.get());
  EXPECT_EQ(output.pending_bytes(), frames({"meanwhile"}).size());
  EXPECT_EQ(output.expire(clock::now() + 11s).messages, 1u);
  EXPECT_EQ(output.pending_bytes(), 0u);
  push("kept");
  output.resume();
  EXPECT_EQ(output.expire(clock::now() + 20s).messages, 0u);
  ASSERT_TRUE(output.next_batch(batch)); // the version byte
  written();
  ASSERT_TRUE(output.next_batch(batch));
  EXPECT_EQ(written(), frames({"kept"}));
}

TEST_F(OutboxOfRequests, DEC12_WhatWaitsIsNotGivenToANewStreamBeforeItsPeerIsKnown) {
  push("waits");
  output.set_keep_for(10s);
  output.begin_again(outbox::clock::now());
  ASSERT_TRUE(output.next_batch(batch));
  EXPECT_EQ(written(), bytes{1}) << "the version byte";
  EXPECT_FALSE(output.next_batch(batch));
  EXPECT_FALSE(push("meanwhile")) << "the writer is awake";
  output.resume();
  ASSERT_TRUE(output.next_batch(batch));
  EXPECT_EQ(written(), frames({"waits", "meanwhile"}));
}

TEST_F(OutboxOfRequests, ANS6_APauseOfOursIsNotTimeWithoutAStream) {
  output.set_keep_for(10s);
  push("before");
  const auto lost = outbox::clock::now();
  output.begin_again(lost);
  output.excuse({.now = lost + 1h, .paused = 1h});
  EXPECT_EQ(output.expire(lost + 1h + 9s).messages, 0u);
  EXPECT_EQ(output.expire(lost + 1h + 10s).messages, 1u);
}

} // namespace
} // namespace ockam::internal
