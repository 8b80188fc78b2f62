#include "ockam/protocol/wire/datagram.hpp"

#include "cut.hpp"
#include "error_of.hpp"
#include "hex.hpp"

#include "ockam/protocol/codec.hpp"

#include <cstddef>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace ockam {
namespace {

using test::cut;
using test::shared_hex;
using test::to_hex;

constexpr std::size_t part_size = default_datagram_size - datagram_overhead;
constexpr datagram_format formats[] = {datagram_format::a, datagram_format::b};

bytes pattern(std::size_t size) {
  bytes made(size);
  for (std::size_t i = 0; i < size; ++i)
    made[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
  return made;
}

TEST(RoutingNumber, UDP5_ItWrapsAndHalfOfAllAreOlder) {
  EXPECT_EQ(routing_number{65535}.next(), routing_number{0});
  EXPECT_TRUE(routing_number{65535}.is_older_than(routing_number{0}));
  EXPECT_FALSE(routing_number{0}.is_older_than(routing_number{65535}));
  EXPECT_FALSE(routing_number{7}.is_older_than(routing_number{7}));
  EXPECT_TRUE(routing_number{0}.is_older_than(routing_number{32767}));
  EXPECT_FALSE(routing_number{0}.is_older_than(routing_number{32769}));
  EXPECT_TRUE(routing_number{0}.is_older_than(routing_number{32768})) << "a tie is older both ways";
  EXPECT_TRUE(routing_number{32768}.is_older_than(routing_number{0}));
  EXPECT_EQ(routing_number{65534}.distance_to(routing_number{3}), 5);
}

TEST(Fragmenter, UDP4_APartLeavesFifteenBytesForTheRest) {
  for (const auto format : formats) {
    const fragmenter widest{format, routing_number{65535}, part_size * 34'031};
    for (std::size_t i = 0; i < widest.parts(); ++i)
      ASSERT_LE(widest.datagram_size(i), default_datagram_size) << i;
  }
}

// The reference ends such a message with an empty part, which its receivers refuse.
TEST(Fragmenter, UDP4_WholePartsDoNotEndInAnEmptyOne) {
  for (const auto format : formats) {
    EXPECT_EQ((fragmenter{format, routing_number{9}, part_size}.parts()), 1u);
    EXPECT_EQ((fragmenter{format, routing_number{9}, part_size + 1}.parts()), 2u);
    EXPECT_EQ((fragmenter{format, routing_number{9}, 2 * part_size}.parts()), 2u);
  }
}

TEST(Fragmenter, UDP4_PartsReadBackInBothFormats) {
  for (const auto format : formats)
    for (const std::size_t size :
         {std::size_t{1}, std::size_t{23}, std::size_t{24}, std::size_t{256}, part_size,
          part_size + 1, 30 * part_size, 300 * part_size + 7, std::size_t{200'000}}) {
      const auto message = pattern(size);
      const fragmenter how{format, routing_number{300}, size};
      bytes joined;
      std::size_t index = 0;
      for (const auto& piece : cut(message, how)) {
        const auto read = decode_datagram(shared_bytes{piece});
        ASSERT_TRUE(read) << to_string(read.error());
        EXPECT_EQ(read->version, 1);
        EXPECT_EQ(read->number, routing_number{300});
        ASSERT_EQ(read->format(), format);
        if (format == datagram_format::a) {
          const part_at_offset place{static_cast<std::uint32_t>(joined.size()),
                                     index + 1 == how.parts()};
          EXPECT_EQ(std::get<part_at_offset>(read->place), place);
        } else {
          const part_at_index place{static_cast<std::uint16_t>(index),
                                    static_cast<std::uint16_t>(how.parts())};
          EXPECT_EQ(std::get<part_at_index>(read->place), place);
        }
        joined.insert(joined.end(), read->part.view().begin(), read->part.view().end());
        ++index;
      }
      EXPECT_EQ(joined, message);
    }
}

TEST(Fragmenter, UDP4_TheNumberOfPartsHasALimitInFormatB) {
  constexpr std::size_t smallest = datagram_overhead + 1;
  EXPECT_TRUE((fragmenter{datagram_format::b, routing_number{0}, 65535, smallest}.is_possible()));
  EXPECT_FALSE((fragmenter{datagram_format::b, routing_number{0}, 65536, smallest}.is_possible()));
  EXPECT_TRUE((fragmenter{datagram_format::a, routing_number{0}, 65536, smallest}.is_possible()));
}

TEST(Datagram, UDP4_TheFourthElementDecidesTheFormat) {
  EXPECT_EQ(decode_datagram(shared_hex("85010700f5417a")).value().format(), datagram_format::a);
  EXPECT_EQ(decode_datagram(shared_hex("8501070001417a")).value().format(), datagram_format::b);
  EXPECT_EQ(error_of(decode_datagram(shared_hex("85010700f6417a"))), errc::type_mismatch);
}

TEST(Datagram, UDP4_ThePartIsNotCopied) {
  const auto received = shared_hex("8501070001417a");
  EXPECT_EQ(decode_datagram(received).value().part.data(), received.data() + 6);
}

TEST(Datagram, UDP4_AnOffsetBeyondThirtyTwoBitsIsNoIndexEither) {
  EXPECT_EQ(decode_datagram(shared_hex("8501071a00010000f5417a")).value().format(),
            datagram_format::a);
  EXPECT_EQ(error_of(decode_datagram(shared_hex("8501071a0001000001417a"))),
            errc::integer_out_of_range);
}

TEST(Datagram, UDP4_EveryTruncationIsAnError) {
  for (const auto* whole : {"85010700f5417a", "8501070001417a"}) {
    const auto received = shared_hex(whole);
    for (std::size_t size = 0; size < received.size(); ++size)
      EXPECT_EQ(error_of(decode_datagram(received.slice(0, size))), errc::truncated) << size;
  }
}

TEST(Datagram, UDP4_MoreElementsAreSkippedAndLongHeadsAreRead) {
  EXPECT_EQ(to_hex(decode_datagram(shared_hex("8601070001417af6")).value().part.view()), "7a");
  EXPECT_EQ(to_hex(decode_datagram(shared_hex("9f01180700f5417aff")).value().part.view()), "7a");
}

TEST(Datagram, UDP4_TheLargestSizeIsInclusiveAndNamed) {
  const auto of_size = [](std::size_t size) {
    return shared_hex("8518ff19ffff19ffff19ffff5901ed(00*" + std::to_string(size - 15) + ')');
  };
  EXPECT_TRUE(decode_datagram(of_size(508)));
  const auto refused = decode_datagram(of_size(509));
  EXPECT_EQ(error_of(refused), errc::frame_too_large);
  EXPECT_NE(error_of(refused).detail().find("datagram-size is 508"), std::string::npos);
  EXPECT_TRUE(decode_datagram(of_size(509), 509));
}

} // namespace
} // namespace ockam
