#include "ockam/protocol/route.hpp"

#include "error_of.hpp"
#include "hex.hpp"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace ockam {
namespace {

std::vector<std::string> texts(const route& hops) {
  std::vector<std::string> all;
  for (const auto hop : hops)
    all.push_back(to_string(hop));
  return all;
}

using names = std::vector<std::string>;

TEST(Route, RTE1_IsAnOrderedList) {
  const route hops{"h1", "1#b", "h1"};
  EXPECT_EQ(hops.size(), 3u);
  EXPECT_EQ(texts(hops), (names{"0#h1", "1#b", "0#h1"}));
  EXPECT_NE(hops, (route{"1#b", "h1", "h1"}));
}

TEST(Route, RTE1_MayBeEmpty) {
  const route none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.size(), 0u);
  EXPECT_EQ(none.begin(), none.end());
  EXPECT_EQ(none, route{});
  EXPECT_TRUE(none.encoded().empty());
}

TEST(Route, RTE2_SplitsAtArrowsAndTrims) {
  EXPECT_EQ(route::parse(" node-1 =>node-2=>\tnode-3 \n").value(),
            (route{"node-1", "node-2", "node-3"}));
  EXPECT_EQ(route::parse("echoer").value(), route{"echoer"});
  EXPECT_EQ(route::parse("1#alice => bob").value(), (route{"1#alice", "bob"}));
}

TEST(Route, RTE2_EmptyTextIsNoRoute) {
  EXPECT_EQ(error_of(route::parse("")), errc::empty_route);
}

TEST(Route, RTE2_AnEmptyPartIsAnEmptyLocalAddress) {
  EXPECT_EQ(texts(route::parse("a =>").value()), (names{"0#a", "0#"}));
  EXPECT_EQ(texts(route::parse("=>").value()), (names{"0#", "0#"}));
  EXPECT_EQ(texts(route::parse("  ").value()), (names{"0#"}));
}

TEST(Route, RTE2_APartThatIsNoAddressIsTheAddressError) {
  EXPECT_EQ(error_of(route::parse("a => 1#b#c")), errc::multiple_separators);
  EXPECT_EQ(error_of(route::parse("a => 256#c")), errc::invalid_type);
}

TEST(Route, RTE3_NextReadsTheFront) {
  const route hops{"a", "b"};
  EXPECT_EQ(hops.next().value(), address{"a"});
  EXPECT_EQ(hops.size(), 2u);
}

TEST(Route, RTE3_StepRemovesTheFront) {
  route hops{"a", "b"};
  EXPECT_EQ(hops.step().value(), address{"a"});
  EXPECT_EQ(hops, route{"b"});
  EXPECT_EQ(hops.step().value(), address{"b"});
  EXPECT_TRUE(hops.empty());
}

TEST(Route, RTE3_NextAndStepOfAnEmptyRouteAreIncomplete) {
  route none;
  for (const auto& problem : {none.next().error(), none.step().error()}) {
    EXPECT_EQ(problem, errc::empty_route);
    EXPECT_EQ(problem.origin(), error_origin::core);
    EXPECT_EQ(problem.kind(), error_kind::misuse);
  }
}

TEST(Route, RTE4_RecipientIsTheLast) {
  EXPECT_EQ((route{"a", "b", "1#c"}).recipient().value(), address{"1#c"});
  EXPECT_EQ(route{"a"}.recipient().value(), address{"a"});
  EXPECT_EQ(error_of(route{}.recipient()), errc::empty_route);
}

TEST(Route, RTE5_PrependingARouteKeepsItsOrder) {
  route hops{"a", "b"};
  hops.prepend(route{"1", "2", "3"});
  EXPECT_EQ(hops, (route{"1", "2", "3", "a", "b"}));
}

TEST(Route, RTE5_PrependingAnEmptyRouteChangesNothing) {
  route hops{"a"};
  hops.prepend(route{});
  EXPECT_EQ(hops, route{"a"});
  route none;
  none.prepend(hops);
  EXPECT_EQ(none, hops);
}

TEST(Route, RTE5_ARouteCanBePrependedToItself) {
  route hops{"a", "b"};
  hops.prepend(hops);
  EXPECT_EQ(hops, (route{"a", "b", "a", "b"}));
  hops.append(hops);
  EXPECT_EQ(hops.size(), 8u);
}

TEST(Route, RTE5_ALongRouteCanBePrependedAndAppendedToItself) {
  route doubled;
  for (int i = 0; i < 40; ++i)
    doubled.append(address{std::to_string(i)});
  const auto once = to_string(doubled);
  doubled.prepend(doubled);
  EXPECT_EQ(to_string(doubled), once + " => " + once);
  for (int i = 0; i < 3; ++i) { // with room for it, and without
    const auto before = to_string(doubled);
    doubled.append(doubled);
    EXPECT_EQ(to_string(doubled), before + " => " + before);
  }
  EXPECT_EQ(doubled.size(), 640u);
}

TEST(Route, RTE5_AnAddressOfTheRouteCanBePrependedToIt) {
  route hops{"first", "second"};
  for (int i = 0; i < 50; ++i)
    hops.prepend(hops.front());
  EXPECT_EQ(hops.size(), 52u);
  EXPECT_EQ(hops.next().value(), address{"first"});
  for (int i = 0; i < 50; ++i)
    hops.append(hops.front());
  EXPECT_EQ(hops.recipient().value(), address{"first"});
}

TEST(Route, RTE6_ContainsLooksForConsecutiveAddresses) {
  const route hops{"a", "b", "c", "b", "d"};
  EXPECT_TRUE(hops.contains(route{"a"}).value());
  EXPECT_TRUE(hops.contains(route{"b", "d"}).value());
  EXPECT_TRUE(hops.contains(hops).value());
  EXPECT_FALSE(hops.contains(route{"a", "c"}).value());
  EXPECT_FALSE(hops.contains(route{"1#a"}).value());
}

TEST(Route, RTE6_ALongerPartIsNotContained) {
  EXPECT_FALSE(route{"a"}.contains(route{"a", "a"}).value());
  EXPECT_FALSE(route{}.contains(route{"a"}).value());
}

TEST(Route, RTE6_AnEmptyPartIsAnError) {
  EXPECT_EQ(error_of(route{"a"}.contains(route{})), errc::empty_route);
}

TEST(Route, RTE6_BytesInsideAnAddressAreNoAddress) {
  // the value of the only hop is the wire form of 0#a
  const route hops{address{transport_type::local, std::string_view{"\x82\x00\x41\x61", 4}}};
  EXPECT_FALSE(hops.contains(route{"a"}).value());
}

TEST(Route, RTE7_FlattensAddressesAndRoutes) {
  const route middle{"b", "c"};
  const address last{"1#d"};
  EXPECT_EQ(make_route("a", middle, last, route{}, std::string{"e"}),
            (route{"a", "b", "c", "1#d", "e"}));
  EXPECT_EQ(make_route(), route{});
}

TEST(Route, RTE7_TextIsOneAddressNotARoute) {
  EXPECT_EQ(route{"a => b"}.size(), 1u);
}

TEST(Route, RTE8_PrintsWithArrows) {
  EXPECT_EQ(to_string(route{"h1", "1#b"}), "0#h1 => 1#b");
  EXPECT_EQ(to_string(route{"h1"}), "0#h1");
  EXPECT_EQ(to_string(route{}), "");
}

TEST(Route, EncodedIsTheWireFormOfItsAddresses) {
  EXPECT_EQ(test::to_hex(route{"a", "1#b"}.encoded()), "8200416182014162");
}

TEST(Route, IsBuiltFromItsWireForm) {
  const route hops{"a", address{std::uint8_t{200}, std::string(300, 'v')}, ""};
  const auto copy = route::from_encoded(hops.encoded(), hops.size());
  EXPECT_EQ(copy, hops);
  EXPECT_EQ(route::from_encoded({}, 0), route{});
}

// -- against a plain list --------------------------------------------------------------------------

address random_address(std::mt19937& random) {
  const std::size_t sizes[] = {0, 1, 5, 23, 24, 32, 255, 256, 1000};
  const auto size = sizes[random() % std::size(sizes)];
  return {static_cast<std::uint8_t>(random()), std::string(size, static_cast<char>(random()))};
}

void expect_equal(const route& actual, const std::vector<address>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  std::size_t i = 0;
  for (const auto hop : actual)
    ASSERT_EQ(hop, address_view{expected[i++]});
}

TEST(Route, BehavesLikeAList) {
  std::mt19937 random{20241024};
  for (int round = 0; round < 200; ++round) {
    route actual;
    std::vector<address> expected;
    for (int step = 0; step < 40; ++step) {
      const auto hop = random_address(random);
      switch (random() % 7) {
        case 0:
        case 1:
          actual.prepend(hop);
          expected.insert(expected.begin(), hop);
          break;
        case 2:
          actual.append(hop);
          expected.push_back(hop);
          break;
        case 3:
          if (!expected.empty()) {
            ASSERT_EQ(actual.step().value(), expected.front());
            expected.erase(expected.begin());
          }
          break;
        case 4: {
          const route part{hop, "x"};
          actual.prepend(part);
          expected.insert(expected.begin(), {hop, address{"x"}});
          break;
        }
        case 5: {
          route copy{actual};
          actual = std::move(copy);
          break;
        }
        default: {
          route taken{std::move(actual)};
          EXPECT_TRUE(actual.empty()); // NOLINT: a moved-from route is empty
          actual = taken;
          break;
        }
      }
    }
    expect_equal(actual, expected);
  }
}

TEST(Route, LongRoutesGrowAndShrink) {
  route hops;
  for (int i = 0; i < 10'000; ++i)
    hops.prepend(address{std::to_string(i)});
  for (int i = 9'999; i >= 0; --i)
    ASSERT_EQ(hops.step().value(), address{std::to_string(i)});
  EXPECT_TRUE(hops.empty());
}

} // namespace
} // namespace ockam
