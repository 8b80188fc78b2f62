#include "ockam/protocol/address.hpp"

#include "error_of.hpp"
#include "hex.hpp"

#include "ockam/protocol/codec.hpp"
#include "ockam/protocol/payload.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace ockam {
namespace {

TEST(Address, ADR1_EqualityOrderAndHashUseTypeAndValue) {
  const address local{transport_type::local, "a"};
  const address tcp{transport_type::tcp, "a"};
  const address other{transport_type::local, "b"};
  EXPECT_EQ(local, (address{transport_type::local, "a"}));
  EXPECT_NE(local, tcp);
  EXPECT_NE(local, other);
  EXPECT_LT(local, other);
  EXPECT_LT(other, tcp) << "the type comes first";
  const std::hash<address> hash;
  EXPECT_EQ(hash(local), hash(address{"a"}));
  EXPECT_NE(hash(local), hash(tcp));
  EXPECT_NE(hash(local), hash(other));
}

TEST(Address, ADR1_OrderIsThatOfUnsignedBytes) {
  EXPECT_LT(address(std::uint8_t{0}, "\x7f"), address(std::uint8_t{0}, "\x80"));
  EXPECT_LT(address(std::uint8_t{0}, "a"), address(std::uint8_t{0}, "aa"));
}

TEST(Address, ADR1_HashDependsOnTheSeed) {
  const address name{"worker"};
  EXPECT_NE(hash_value(name, 1), hash_value(name, 2));
  EXPECT_EQ(hash_value(name, 7), hash_value(address{"worker"}, 7));
}

TEST(Address, ADR1_HashSeesEveryByteOfEverySize) {
  std::set<std::uint64_t> seen;
  std::size_t hashed = 0;
  const auto hash = [&](const std::string& value) {
    seen.insert(hash_value(address{transport_type::local, value}, 42));
    ++hashed;
  };
  for (std::size_t size = 0; size <= 40; ++size) {
    hash(std::string(size, '\0'));
    for (std::size_t changed = 0; changed < size; ++changed) {
      std::string value(size, '\0');
      value[changed] = 1;
      hash(value);
    }
  }
  EXPECT_EQ(seen.size(), hashed);
}

TEST(Address, ADR2_KnownTypesHaveTheirNumbers) {
  EXPECT_EQ(transport_type::local, 0);
  EXPECT_EQ(transport_type::tcp, 1);
  EXPECT_EQ(transport_type::udp, 2);
  EXPECT_EQ(transport_type::websocket, 3);
  EXPECT_EQ(transport_type::ble, 4);
  EXPECT_EQ(transport_type::uds, 5);
}

TEST(Address, ADR2_EverythingButLocalIsExternal) {
  EXPECT_TRUE(address{"a"}.is_local());
  for (int type = 1; type <= 255; ++type)
    EXPECT_FALSE(address(static_cast<std::uint8_t>(type), "a").is_local());
}

TEST(Address, ADR3_NoSeparatorIsLocal) {
  const auto parsed = address::parse("echoer").value();
  EXPECT_EQ(parsed.type(), transport_type::local);
  EXPECT_EQ(parsed.value(), "echoer");
}

TEST(Address, ADR3_OneSeparatorSplitsTypeAndValue) {
  const auto parsed = address::parse("1#127.0.0.1:4000").value();
  EXPECT_EQ(parsed.type(), transport_type::tcp);
  EXPECT_EQ(parsed.value(), "127.0.0.1:4000");
}

TEST(Address, ADR3_EveryTypeParses) {
  for (int type = 0; type <= 255; ++type)
    EXPECT_EQ(address::parse(std::to_string(type) + "#x").value().type(), type);
}

TEST(Address, ADR3_NothingIsTrimmed) {
  EXPECT_EQ(address::parse(" a ").value().value(), " a ");
  EXPECT_EQ(address::parse("").value(), address{});
  EXPECT_EQ(address::parse("3#").value(), (address{transport_type::websocket, ""}));
}

TEST(Address, ADR3_RejectsTwoSeparators) {
  EXPECT_EQ(error_of(address::parse("1#a#b")), errc::multiple_separators);
  EXPECT_EQ(error_of(address::parse("##")), errc::multiple_separators);
}

TEST(Address, ADR3_RejectsTypesThatAreNoByte) {
  for (const auto* text : {"#a", "256#a", "-1#a", " 1#a", "1 #a", "0x1#a", "++1#a", "+#a", "a#b",
                           "99999999999999999999#a"})
    EXPECT_EQ(error_of(address::parse(text)), errc::invalid_type) << text;
}

TEST(Address, ADR3_ThrowingConstructorsReportTheSameErrors) {
  EXPECT_THROW(address{"1#a#b"}, failure);
  try {
    const address malformed{std::string{"256#a"}};
    FAIL() << "must not be accepted";
  } catch (const failure& problem) {
    EXPECT_EQ(problem.error(), errc::invalid_type);
  }
}

TEST(Address, ADR3_ErrorsShowTheTextEscaped) {
  const auto problem = address::parse("\x1b[2J#a#b").error();
  EXPECT_EQ(problem.detail().find('\x1b'), std::string::npos);
  EXPECT_NE(problem.detail().find("\\x1b"), std::string::npos);
}

TEST(Address, ADR4_PrintsTheTypeAlways) {
  EXPECT_EQ(to_string(address{"echoer"}), "0#echoer");
  EXPECT_EQ(to_string(address{"1#h:4000"}), "1#h:4000");
  EXPECT_EQ(to_string(address{}), "0#");
}

TEST(Address, ADR4_PrintedTextParsesToTheSameAddress) {
  for (const auto* text : {"", "echoer", "255#x", "1#[::1]:4000", " a "}) {
    const address value{text};
    EXPECT_EQ(address::parse(to_string(value)).value(), value);
  }
}

TEST(Address, ADR5_TextOfBytesThatAreNotUtf8IsItsOwnError) {
  const address binary{transport_type::local, "\xff\xfe"};
  EXPECT_EQ(error_of(binary.text()), errc::invalid_utf8);
  EXPECT_EQ(to_string(binary), "0#Invalid UTF-8");
  EXPECT_EQ((address{transport_type::local, "h\xc3\xa9llo"}).text().value(), "h\xc3\xa9llo");
}

TEST(Address, ADR5_AnyBytesSurviveARoundTrip) {
  std::string every_byte(256, '\0');
  for (std::size_t i = 0; i < every_byte.size(); ++i)
    every_byte[i] = static_cast<char>(i);
  const address binary{transport_type::uds, every_byte};
  const auto decoded
    = decode_message(shared_bytes::adopt(encode_message(message{route{binary}, route{binary}})));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->onward_route().next().value(), binary);
  EXPECT_EQ(decoded->return_route().next().value(), binary);
}

TEST(Address, ADR6_BytesAreALocalAddress) {
  const bytes raw_name{'1', '#', 0xff};
  const address name{bytes_view{raw_name}};
  EXPECT_TRUE(name.is_local());
  EXPECT_EQ(name.value(), as_text(raw_name)) << "taken as they are, not parsed";
}

TEST(Address, ADR7_RandomIs32LowerCaseHexDigits) {
  const auto random = address::random();
  EXPECT_TRUE(random.is_local());
  EXPECT_EQ(random.value().size(), 32u);
  EXPECT_EQ(random.value().find_first_not_of("0123456789abcdef"), std::string_view::npos);
}

TEST(Address, ADR7_RandomAddressesDiffer) {
  std::unordered_set<address> seen;
  for (int i = 0; i < 1000; ++i)
    seen.insert(address::random());
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(Address, ADR7_AForkedChildDrawsOtherAddresses) {
  static_cast<void>(address::random()); // may draw several in advance
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const auto child = ::fork();
  ASSERT_NE(child, -1);
  if (child == 0) {
    const auto drawn = address::random();
    const auto text = drawn.value();
    ::_exit(::write(ends[1], text.data(), text.size()) == 32 ? 0 : 1);
  }
  ::close(ends[1]); // a child that dies early ends the input
  std::string drawn(32, ' ');
  EXPECT_EQ(::read(ends[0], drawn.data(), drawn.size()), 32);
  EXPECT_NE(address{drawn}, address::random());
  int status = 1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  ::close(ends[0]);
}

// -- values of every size, inside the object and on the heap -----------------------------------------

class AddressOfSize : public testing::TestWithParam<std::size_t> {};

TEST_P(AddressOfSize, CopiesMovesAndAssigns) {
  const std::string value(GetParam(), 'x');
  address original{transport_type::tcp, value};
  const address copy{original};
  EXPECT_EQ(copy, original);
  EXPECT_EQ(copy.value(), value);

  address moved{std::move(original)};
  EXPECT_EQ(moved, copy);
  EXPECT_TRUE(original.value().empty()); // NOLINT: a moved-from address is empty

  address assigned{"something else that is longer than what fits into the object itself"};
  assigned = copy;
  EXPECT_EQ(assigned, copy);
  assigned = std::move(moved);
  EXPECT_EQ(assigned, copy);
  auto& self = assigned;
  assigned = self;
  EXPECT_EQ(assigned, copy);
  assigned = std::move(self);
  EXPECT_EQ(assigned, copy);
}

INSTANTIATE_TEST_SUITE_P(Sizes, AddressOfSize, testing::Values(0, 1, 37, 38, 39, 40, 255, 5000));

TEST(Address, FitsIntoFortyBytes) {
  EXPECT_EQ(sizeof(address), 40u);
}

} // namespace
} // namespace ockam
