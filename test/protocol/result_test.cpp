#include "error_of.hpp"

#include "ockam/protocol/result.hpp"

#include <set>
#include <string>
#include <system_error>

#include <gtest/gtest.h>

namespace ockam {
namespace {

constexpr auto last = errc::internal;

TEST(Errc, EveryCodeHasANameOfItsOwn) {
  std::set<std::string> names;
  for (int number = 1; number <= static_cast<int>(last); ++number) {
    const auto name = std::string{to_string(static_cast<errc>(number))};
    EXPECT_NE(name, "unknown") << number;
    names.insert(name);
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(last));
  EXPECT_EQ(to_string(static_cast<errc>(255)), "unknown");
  EXPECT_EQ(to_string(errc{}), "unknown");
}

TEST(Errc, IsAStandardErrorCode) {
  const std::error_code code = errc::frame_too_large;
  EXPECT_TRUE(code);
  EXPECT_EQ(code, errc::frame_too_large);
  EXPECT_EQ(code.message(), "frame_too_large");
  EXPECT_STREQ(code.category().name(), "ockam");
}

TEST(Error, HasOriginAndKind) {
  const error incomplete{errc::empty_route};
  EXPECT_EQ(incomplete.origin(), error_origin::core);
  EXPECT_EQ(incomplete.kind(), error_kind::misuse);
  const error missing{errc::not_found};
  EXPECT_EQ(missing.origin(), error_origin::node);
  EXPECT_EQ(missing.kind(), error_kind::not_found);
}

TEST(Error, OfANodeThatCannotActIsNodeAndInternal) {
  for (const auto code : {errc::node_stopped, errc::missing_address, errc::unresolved_address,
                          errc::not_encodable, errc::internal}) {
    EXPECT_EQ(error{code}.origin(), error_origin::node) << to_string(code);
    EXPECT_EQ(error{code}.kind(), error_kind::internal) << to_string(code);
  }
}

TEST(Error, OfTheSystemIsTransportAndIo) {
  const error refused{std::make_error_code(std::errc::connection_refused)};
  EXPECT_EQ(refused.origin(), error_origin::transport);
  EXPECT_EQ(refused.kind(), error_kind::io);
}

TEST(Error, PrintsOneSafeLine) {
  EXPECT_EQ(to_string(error{errc::not_found, "no worker\nat 0#\x1b[2J"}),
            "not_found: no worker\\x0aat 0#\\x1b[2J");
  EXPECT_EQ(to_string(error{errc::timeout}), "timeout");
}

TEST(Result, CarriesValueOrError) {
  const result<int> good{7};
  const result<int> bad = fail(errc::timeout, "too late");
  EXPECT_EQ(*good, 7);
  EXPECT_EQ(error_of(bad), errc::timeout);
  EXPECT_EQ(error_of(bad).detail(), "too late");
}

TEST(Result, ThrowsOnRequest) {
  EXPECT_EQ(value_or_throw(result<int>{7}), 7);
  EXPECT_NO_THROW(value_or_throw(result<void>{}));
  try {
    value_or_throw(result<int>{fail(errc::timeout, "too late")});
    FAIL() << "must throw";
  } catch (const std::system_error& problem) {
    EXPECT_EQ(problem.code(), errc::timeout);
    EXPECT_STREQ(problem.what(), "timeout: too late");
  }
}

} // namespace
} // namespace ockam
