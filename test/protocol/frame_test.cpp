#include "ockam/protocol/wire/frame.hpp"

#include "capacity_listener.hpp"
#include "error_of.hpp"
#include "hex.hpp"
#include "random_message.hpp"

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace ockam {
namespace {

using test::capacity_listener_that;
using test::from_hex;
using test::to_hex;

constexpr std::size_t small_chunk = 64;

frame_decoder new_decoder(std::size_t chunk_size = default_chunk_size,
                          std::size_t max_chunks = 1000,
                          std::size_t max_frame_size = default_max_frame_size) {
  return frame_decoder{make_ref<buffer_pool>(chunk_size, max_chunks), max_frame_size};
}

void append_frame(bytes& stream, bytes_view body) {
  std::uint8_t header[frame_header_size];
  put_frame_header(header, static_cast<std::uint32_t>(body.size()));
  stream.insert(stream.end(), std::begin(header), std::end(header));
  stream.insert(stream.end(), body.begin(), body.end());
}

bytes stream_of(const std::vector<bytes>& bodies) {
  bytes stream{tcp_protocol_version};
  for (const auto& body : bodies)
    append_frame(stream, body);
  return stream;
}

bytes pattern(std::size_t size, std::uint8_t seed = 1) {
  bytes body(size);
  for (std::size_t i = 0; i < size; ++i)
    body[i] = static_cast<std::uint8_t>(i * 7 + seed);
  return body;
}

/// All results of a decoder for a stream.
struct outcome {
  std::vector<bytes> bodies;
  std::string problem;
  bool at_boundary = false;
  bool operator==(const outcome&) const = default;
};

void take_all(frame_decoder& decoder, outcome& seen) {
  while (seen.problem.empty()) {
    auto body = decoder.next();
    if (!body)
      seen.problem = body.error().code().message();
    else if (!*body)
      return;
    else
      seen.bodies.emplace_back((*body)->view().begin(), (*body)->view().end());
  }
}

/// Feeds `pieces` in sequence.
outcome run(frame_decoder decoder, std::initializer_list<bytes_view> pieces) {
  outcome seen;
  for (auto piece : pieces) {
    while (!piece.empty()) {
      const auto taken = decoder.feed(piece);
      if (taken == 0)
        break; // after a failure
      piece = piece.subspan(taken);
      take_all(decoder, seen);
    }
  }
  seen.at_boundary = decoder.at_boundary();
  return seen;
}

TEST(FrameDecoder, TCP20_TheVersionComesOnceAndFirst) {
  auto decoder = new_decoder();
  EXPECT_FALSE(decoder.version_received());
  EXPECT_FALSE(decoder.at_boundary()) << "a stream that ends here is truncated";
  EXPECT_EQ(decoder.wanted(), 1u);
  decoder.feed(from_hex("01"));
  EXPECT_FALSE(decoder.next().value());
  EXPECT_TRUE(decoder.version_received());
  EXPECT_TRUE(decoder.at_boundary());
}

TEST(FrameDecoder, TCP21_AnotherVersionIsFinal) {
  for (const int version : {0, 2, 0x47, 255}) { // 0x47 is the G of an HTTP client
    auto decoder = new_decoder();
    decoder.feed(bytes{static_cast<std::uint8_t>(version), 0, 0, 0, 0});
    EXPECT_EQ(error_of(decoder.next()), errc::unsupported_protocol_version);
    EXPECT_EQ(error_of(decoder.next()), errc::unsupported_protocol_version);
    EXPECT_TRUE(decoder.prepare().empty());
    EXPECT_EQ(decoder.feed(from_hex("01")), 0u);
  }
}

TEST(FrameDecoder, TCP22_ALengthAndABody) {
  const auto seen = run(new_decoder(), {from_hex("01 00000003 010203 00000001 ff")});
  EXPECT_EQ(seen.bodies, (std::vector<bytes>{{1, 2, 3}, {0xff}}));
  EXPECT_TRUE(seen.at_boundary);
}

TEST(FrameDecoder, TCP22_TheHeaderIsBigEndian) {
  std::uint8_t header[frame_header_size];
  EXPECT_EQ(put_frame_header(header, 0x01020304), header + frame_header_size);
  EXPECT_EQ(to_hex(header), "01020304");
}

frame_decoder decoder_of(const stream_framing& how,
                         std::size_t max_frame_size = default_max_frame_size) {
  return frame_decoder{make_ref<buffer_pool>(small_chunk, 100), max_frame_size, how};
}

TEST(FrameDecoder, TCP22_AStreamWithoutVersionStartsWithAFrame) {
  auto decoder = decoder_of({.length_size = 4, .version_byte = false});
  EXPECT_TRUE(decoder.at_boundary());
  decoder.feed(from_hex("00000001 aa"));
  EXPECT_EQ(to_hex(decoder.next().value()->view()), "aa");
}

TEST(FrameDecoder, UDS1_ALengthHasTwoBytesAndThereIsNoVersion) {
  auto decoder = decoder_of(uds_framing);
  EXPECT_TRUE(decoder.at_boundary());
  decoder.feed(from_hex("0003 010203 0000 0001 ff 00"));
  EXPECT_EQ(to_hex(decoder.next().value()->view()), "010203");
  EXPECT_TRUE(decoder.next().value()->empty());
  EXPECT_EQ(to_hex(decoder.next().value()->view()), "ff");
  EXPECT_FALSE(decoder.next().value());
  EXPECT_TRUE(decoder.in_frame());

  std::uint8_t header[2];
  EXPECT_EQ(put_frame_header(header, 0x0102, uds_framing), header + 2);
  EXPECT_EQ(to_hex(header), "0102");
}

/// Reads a body in pieces, ends it, and returns it or the error.
std::string body_without_length(frame_decoder& decoder, bytes_view content, std::size_t piece) {
  for (std::size_t i = 0; i < content.size();) {
    const auto count = decoder.feed(content.subspan(i, std::min(piece, content.size() - i)));
    if (count == 0)
      return "no room";
    i += count;
    if (const auto early = decoder.next(); !early || *early)
      return early ? "too early" : std::string{to_string(early.error().code())};
  }
  decoder.end_body();
  const auto body = decoder.next();
  if (!body || !*body || decoder.in_frame() || !decoder.next() || *decoder.next())
    return "not taken as a whole";
  return std::ranges::equal((*body)->view(), content) ? "same" : "changed";
}

TEST(FrameDecoder, WS1_WithoutLengthsTheCallerEndsABody) {
  auto decoder = decoder_of(no_framing);
  for (const std::size_t size : {1, 30, 31, 32, 33, 63, 64, 65, 200, 100'000, 200'000, 7})
    for (const std::size_t piece : {1, 7, 64, 1'000'000})
      EXPECT_EQ(body_without_length(decoder, pattern(size), piece), "same") << size << ' ' << piece;
  decoder.end_body();
  EXPECT_TRUE(decoder.next().value()->empty());
}

TEST(FrameDecoder, WS1_WithoutLengthsTheLimitHoldsAsTheBytesArrive) {
  for (const std::size_t limit : {1u, 40u, 100u, 100'000u}) {
    auto inside = decoder_of(no_framing, limit);
    EXPECT_EQ(body_without_length(inside, pattern(limit), 1000), "same");
    auto outside = decoder_of(no_framing, limit);
    EXPECT_EQ(body_without_length(outside, pattern(limit + 1), 1000), "frame_too_large");
  }
}

TEST(FrameDecoder, TCP23_TheLargestFrameIsInclusive) {
  for (const std::size_t limit : {0u, 1u, 60u, 61u, 1000u}) {
    const auto inside = run(new_decoder(small_chunk, 100, limit), {stream_of({pattern(limit)})});
    EXPECT_EQ(inside.problem, "");
    ASSERT_EQ(inside.bodies.size(), 1u);
    EXPECT_EQ(inside.bodies[0], pattern(limit));
    const auto outside = run(new_decoder(small_chunk, 100, limit),
                             {stream_of({pattern(limit + 1)})});
    EXPECT_EQ(outside.problem, "frame_too_large");
    EXPECT_TRUE(outside.bodies.empty());
  }
}

TEST(FrameDecoder, TCP23_SixteenMebibytesPass) {
  const auto body = pattern(default_max_frame_size);
  EXPECT_EQ(run(new_decoder(), {stream_of({body})}).bodies, (std::vector<bytes>{body}));
}

TEST(FrameDecoder, TCP23_ALongerFrameIsFinalBeforeItsBody) {
  auto decoder = new_decoder();
  decoder.feed(from_hex("01 01000001"));
  const auto problem = decoder.next().error();
  EXPECT_EQ(problem, errc::frame_too_large);
  EXPECT_NE(problem.detail().find("16777217"), std::string::npos) << problem.detail();
  EXPECT_NE(problem.detail().find("max-frame-size"), std::string::npos) << problem.detail();
  EXPECT_TRUE(decoder.prepare().empty());
  EXPECT_EQ(error_of(decoder.next()), errc::frame_too_large);
}

TEST(FrameDecoder, TCP24_AnEmptyFrameIsAnEmptyBody) {
  const auto seen = run(new_decoder(), {from_hex("01 00000000 00000001 aa 00000000")});
  EXPECT_EQ(seen.bodies, (std::vector<bytes>{{}, {0xaa}, {}}));
  EXPECT_EQ(seen.problem, "");
}

TEST(FrameDecoder, TheEndOfAStreamInsideAFrameIsNoBoundary) {
  const auto stream = stream_of({pattern(5), pattern(100)});
  for (std::size_t size = 0; size <= stream.size(); ++size) {
    const auto seen = run(new_decoder(small_chunk), {bytes_view{stream}.first(size)});
    const bool boundary = size == 1 || size == 10 || size == stream.size();
    EXPECT_EQ(seen.at_boundary, boundary) << size;
  }
}

TEST(FrameDecoder, ReportsAPartialFrameAndItsMissingBytes) {
  auto decoder = new_decoder(small_chunk);
  const auto stream = stream_of({pattern(200)});
  for (std::size_t i = 0; i < stream.size(); ++i) {
    decoder.feed(bytes_view{stream}.subspan(i, 1));
    const auto body = decoder.next().value();
    const bool last = i + 1 == stream.size();
    ASSERT_EQ(body.has_value(), last);
    ASSERT_EQ(decoder.in_frame(), i > 0 && !last) << i;
    if (i >= 4 && !last) {
      ASSERT_EQ(decoder.wanted(), stream.size() - i - 1);
    }
  }
  EXPECT_EQ(decoder.wanted(), frame_header_size);
}

// -- splits ------------------------------------------------------------------------------------------

class FrameSplits : public testing::TestWithParam<std::size_t> {};

TEST_P(FrameSplits, AnyTwoPiecesYieldTheSameFrames) {
  const auto chunk = GetParam();
  const std::vector<bytes> bodies{pattern(3),         {},
                                  pattern(chunk - 5), pattern(chunk - 4),
                                  pattern(chunk - 3), pattern(1),
                                  pattern(chunk * 3), pattern(7)};
  const auto stream = stream_of(bodies);
  const auto whole = run(new_decoder(chunk), {stream});
  EXPECT_EQ(whole.bodies, bodies);
  EXPECT_TRUE(whole.at_boundary);
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    const bytes_view all{stream};
    ASSERT_EQ(run(new_decoder(chunk), {all.first(cut), all.subspan(cut)}), whole) << cut;
  }
}

TEST_P(FrameSplits, SingleBytesYieldTheSameFrames) {
  const auto chunk = GetParam();
  const std::vector<bytes> bodies{pattern(3), {}, pattern(chunk), pattern(chunk - 4), pattern(2)};
  auto decoder = new_decoder(chunk);
  outcome seen;
  for (const auto byte : stream_of(bodies)) {
    ASSERT_EQ(decoder.feed({&byte, 1}), 1u);
    take_all(decoder, seen);
  }
  EXPECT_EQ(seen.bodies, bodies);
  EXPECT_TRUE(decoder.at_boundary());
}

INSTANTIATE_TEST_SUITE_P(ChunkSizes, FrameSplits, testing::Values(16, 17, 64, 300));

TEST(FrameDecoder, RandomPiecesYieldTheSameFramesWhileBodiesAreKept) {
  std::mt19937 random{5};
  for (int round = 0; round < 100; ++round) {
    std::vector<bytes> bodies;
    for (auto left = random() % 40; left > 0; --left)
      bodies.push_back(test::random_bytes(random, test::random_size(random, 1000)));
    const auto stream = stream_of(bodies);
    auto decoder = new_decoder(16 + random() % 500, 10'000);
    std::vector<shared_bytes> kept; // returned bodies must not change
    std::vector<bytes> seen;
    for (bytes_view left{stream}; !left.empty();) {
      const auto piece = left.first(std::min<std::size_t>(left.size(), 1 + random() % 200));
      const auto taken = decoder.feed(piece);
      ASSERT_GT(taken, 0u);
      left = left.subspan(taken);
      while (auto body = decoder.next().value())
        kept.push_back(*body);
      if (random() % 5 == 0)
        decoder.release_chunk();
      if (random() % 3 == 0) {
        for (const auto& body : kept)
          seen.emplace_back(body.view().begin(), body.view().end());
        kept.clear();
      }
    }
    for (const auto& body : kept)
      seen.emplace_back(body.view().begin(), body.view().end());
    ASSERT_EQ(seen, bodies);
  }
}

// -- memory ------------------------------------------------------------------------------------------

TEST(FrameDecoder, BodiesAreSlicesOfReadBytes) {
  auto decoder = new_decoder();
  const auto room = decoder.prepare();
  const auto stream = stream_of({pattern(10), pattern(20)});
  std::copy(stream.begin(), stream.end(), room.begin());
  decoder.commit(stream.size());
  EXPECT_EQ(decoder.next().value()->data(), room.data() + 1 + 4);
  EXPECT_EQ(decoder.next().value()->data(), room.data() + 1 + 4 + 10 + 4);
}

TEST(FrameDecoder, UnreferencedWarmMemoryIsReused) {
  auto decoder = new_decoder();
  const auto* start = decoder.prepare().data();
  decoder.feed(stream_of({pattern(10)}));
  auto body = decoder.next().value();
  EXPECT_NE(decoder.prepare().data(), start) << "a body refers to it";
  body = {};
  EXPECT_EQ(decoder.prepare().data(), start);
}

TEST(FrameDecoder, StopsReadingWhenEveryChunkIsReferenced) {
  int calls = 0;
  const auto pool = make_ref<buffer_pool>(small_chunk, 2,
                                          capacity_listener_that([&calls] { ++calls; }));
  frame_decoder decoder{pool};
  std::vector<shared_bytes> kept;
  bytes stream = stream_of(std::vector<bytes>(50, pattern(11)));
  bytes_view left{stream};
  const auto read_on = [&] {
    while (const auto taken = decoder.feed(left)) {
      left = left.subspan(taken);
      while (auto body = decoder.next().value())
        kept.push_back(*body);
      if (left.empty())
        return;
    }
  };
  read_on();
  EXPECT_FALSE(left.empty());
  EXPECT_TRUE(decoder.prepare().empty());
  EXPECT_EQ(pool->in_use(), 2u);
  std::size_t count = 0;
  while (!left.empty()) {
    count += kept.size();
    const auto before = calls;
    kept.clear();
    EXPECT_EQ(calls, before + 1);
    read_on();
  }
  EXPECT_EQ(count + kept.size(), 50u);
}

TEST(FrameDecoder, ALyingLengthCostsNothingUntilBytesArrive) {
  const auto pool = make_ref<buffer_pool>(default_chunk_size, 100);
  frame_decoder decoder{pool};
  decoder.feed(from_hex("01 01000000"));
  EXPECT_FALSE(decoder.next().value());
  EXPECT_LE(decoder.prepare().size(), default_chunk_size);
  EXPECT_EQ(pool->in_use(), 1u);
}

TEST(FrameDecoder, MemoryOfALargeBodyGrowsAsBytesArrive) {
  auto decoder = new_decoder();
  const auto stream = stream_of({bytes(default_max_frame_size)});
  std::size_t received = 0;
  while (received < stream.size()) {
    const auto room = decoder.prepare();
    ASSERT_LE(room.size(), std::max<std::size_t>(received, 64u << 10)) << received;
    const auto count = std::min({room.size(), stream.size() - received, std::size_t{50'000}});
    std::copy_n(stream.begin() + static_cast<std::ptrdiff_t>(received), count, room.begin());
    decoder.commit(count);
    received += count;
    ASSERT_EQ(decoder.next().value().has_value(), received == stream.size());
  }
}

TEST(FrameDecoder, ALargeBodyTakesAndReturnsBudget) {
  const auto budget = make_ref<memory_budget>(400'000);
  const auto stream = stream_of({bytes(300'000), bytes(600'000)});
  frame_decoder decoder{make_ref<buffer_pool>(10'000, 4, nullptr, budget)};
  std::size_t bodies = 0;
  std::string failure;
  for (bytes_view left{stream}; failure.empty() && !left.empty();) {
    left = left.subspan(decoder.feed(left));
    auto next = decoder.next();
    if (!next)
      failure = to_string(next.error());
    else if (*next)
      ++bodies;
  }
  EXPECT_EQ(bodies, 1u);
  EXPECT_NE(failure.find("max-buffer-bytes is 400000"), std::string::npos) << failure;
  EXPECT_NE(failure.find("600000 bytes"), std::string::npos) << failure;
  EXPECT_TRUE(decoder.prepare().empty());
  decoder = frame_decoder{make_ref<buffer_pool>(10'000, 4)};
  EXPECT_EQ(budget->used(), 0u);
}

TEST(FrameDecoder, ORD8_ATruncatedLargeBodyReturnsAllOfItsMemory) {
  const auto budget = make_ref<memory_budget>(1u << 20);
  const auto stream = stream_of({bytes(300'000)});
  for (const std::size_t cut : {20'000u, 70'000u, 299'999u}) {
    frame_decoder decoder{make_ref<buffer_pool>(10'000, 4, nullptr, budget)};
    for (auto left = bytes_view{stream}.first(cut); !left.empty();) {
      left = left.subspan(decoder.feed(left));
      ASSERT_FALSE(decoder.next().value()) << cut;
    }
    EXPECT_GE(budget->used(), cut);
    decoder = frame_decoder{make_ref<buffer_pool>(10'000, 4)};
    EXPECT_EQ(budget->used(), 0u) << cut;
  }
}

TEST(FrameDecoder, WithoutABudgetFramesOfEverySizePassThroughASmallChunk) {
  const auto budget = make_ref<memory_budget>(300'000);
  const auto greedy = make_ref<buffer_pool>(250'000, 4, nullptr, budget);
  const auto held = greedy->take();
  const std::vector<bytes> all{pattern(10), pattern(15'000), pattern(20'000), pattern(40'000)};
  EXPECT_EQ(
    run(frame_decoder{make_ref<buffer_pool>(100'000, 4, nullptr, budget)}, {stream_of(all)}).bodies,
    all);
}

/// Keeps frames until reading stops, then releases them: reading resumes.
void expect_no_stall(std::size_t frame_size) {
  constexpr std::size_t chunk = 100'000;
  const auto budget = make_ref<memory_budget>(chunk);
  int calls = 0;
  frame_decoder decoder{
    make_ref<buffer_pool>(chunk, 4, capacity_listener_that([&calls] { ++calls; }), budget)};
  const auto stream = stream_of(std::vector<bytes>(40, pattern(frame_size)));
  std::vector<shared_bytes> kept;
  std::size_t bodies = 0;
  for (bytes_view left{stream}; !left.empty();) {
    const auto taken = decoder.feed(left);
    left = left.subspan(taken);
    while (auto body = decoder.next().value()) {
      ++bodies;
      kept.push_back(std::move(*body));
    }
    if (taken > 0)
      continue;
    ASSERT_FALSE(kept.empty()) << "nothing is held, and nothing can be read";
    calls = 0;
    kept.clear();
    ASSERT_EQ(calls, 1) << "no notification that reading may go on, after " << bodies << " frames";
  }
  EXPECT_EQ(bodies, 40u);
}

TEST(FrameDecoder, ORD8_WithASpentBudgetReleasedBodiesResumeReading) {
  for (const std::size_t size : {1'000u, 9'997u, 15'000u, 30'000u, 60'000u}) {
    SCOPED_TRACE(size);
    expect_no_stall(size);
  }
}

TEST(FrameDecoder, ALargeBodyEndsWhereItsLengthSays) {
  const auto large = pattern(100'000);
  auto stream = stream_of({large, pattern(3)});
  const auto seen = run(new_decoder(), {stream});
  EXPECT_EQ(seen.bodies, (std::vector<bytes>{large, pattern(3)}));
}

TEST(FrameDecoder, ALargeBodyOutlivesItsDecoder) {
  shared_bytes body;
  {
    auto decoder = new_decoder(small_chunk);
    const auto stream = stream_of({pattern(1000)});
    for (bytes_view left{stream}; !left.empty();) {
      left = left.subspan(decoder.feed(left));
      if (auto next = decoder.next().value())
        body = *next;
    }
  }
  EXPECT_EQ(to_hex(body.view()), to_hex(pattern(1000)));
}

TEST(FrameDecoder, ReturnsItsChunkWhenIdle) {
  const auto pool = make_ref<buffer_pool>(small_chunk, 2);
  frame_decoder decoder{pool};
  decoder.feed(stream_of({pattern(3)}));
  auto body = decoder.next().value();
  EXPECT_FALSE(decoder.next().value());
  decoder.release_chunk();
  EXPECT_EQ(pool->in_use(), 1u) << "the body still refers to it";
  body = {};
  EXPECT_EQ(pool->in_use(), 0u);
  bytes rest;
  append_frame(rest, pattern(4));
  decoder.feed(bytes_view{rest}.first(2));
  decoder.release_chunk();
  EXPECT_EQ(pool->in_use(), 1u) << "a part of a frame is in it";
  decoder.feed(bytes_view{rest}.subspan(2));
  EXPECT_EQ(to_hex(decoder.next().value()->view()), to_hex(pattern(4)));
}

TEST(FrameDecoder, ReturnsAnUnsharedChunk) {
  const auto pool = make_ref<buffer_pool>(small_chunk, 2);
  frame_decoder decoder{pool};
  decoder.feed(stream_of({pattern(3)}));
  auto body = decoder.next().value();
  EXPECT_FALSE(decoder.next().value());
  decoder.release_unshared_chunk();
  body = {};
  EXPECT_EQ(pool->in_use(), 1u) << "it was kept for what comes behind the body";
  decoder.release_unshared_chunk();
  EXPECT_EQ(pool->in_use(), 0u);
}

TEST(FrameDecoder, CanBeMovedInsideAFrame) {
  const auto stream = stream_of({pattern(500)});
  for (std::size_t cut = 1; cut < stream.size(); ++cut) {
    outcome seen;
    auto decoder = new_decoder(small_chunk);
    for (std::size_t i = 0; i < stream.size(); ++i) {
      if (i == cut) {
        auto moved = std::move(decoder);
        decoder = std::move(moved);
      }
      decoder.feed(bytes_view{stream}.subspan(i, 1));
      take_all(decoder, seen);
    }
    ASSERT_EQ(seen.bodies, (std::vector<bytes>{pattern(500)})) << cut;
  }
}

} // namespace
} // namespace ockam
