#include "stream/outbox.hpp"

#include "ockam/protocol/codec.hpp"

#include <future>
#include <initializer_list>
#include <string_view>

#include <gtest/gtest.h>

namespace ockam::internal {
namespace {

using namespace std::chrono_literals;

/// An outbox and the one who writes what is in it.
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
  EXPECT_EQ(output.abandon(), 1u);
  EXPECT_FALSE(told.get());
  auto late = text("late");
  EXPECT_EQ(output.push(late).error(), errc::not_found);
  EXPECT_EQ(late, text("late")) << "a refused message is as it was";
}

} // namespace
} // namespace ockam::internal
