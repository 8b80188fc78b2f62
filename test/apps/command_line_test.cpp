#include "process.hpp"

#include <gmock/gmock.h>

using ockam::test::run;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

namespace {

class EveryProgram : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Apps, EveryProgram,
                         testing::Values("03-routing", "03-routing-many-hops",
                                         "04-routing-over-transport-responder",
                                         "04-routing-over-transport-initiator",
                                         "04-routing-over-transport-two-hops-responder",
                                         "04-routing-over-transport-two-hops-middle",
                                         "04-routing-over-transport-two-hops-initiator"),
                         [](const auto& info) {
                           auto name = info.param;
                           for (auto& each : name)
                             if (each == '-')
                               each = '_';
                           return name;
                         });

TEST_P(EveryProgram, ShowsItsUsageOnRequest) {
  const auto ended = run(GetParam(), {"--help"});
  EXPECT_EQ(ended.status, 0);
  EXPECT_THAT(ended.err, IsEmpty());
  EXPECT_THAT(testing::PrintToString(ended.out),
              AllOf(HasSubstr("Usage: " + GetParam()), HasSubstr("--flow")));
}

TEST_P(EveryProgram, RefusesAnUnknownOptionInOneLine) {
  const auto ended = run(GetParam(), {"--bogus"});
  EXPECT_EQ(ended.status, 2);
  EXPECT_THAT(ended.out, IsEmpty());
  EXPECT_THAT(ended.err, ElementsAre(AllOf(StartsWith(GetParam() + ": "), HasSubstr("--bogus"),
                                           HasSubstr("see --help"))));
}

TEST_P(EveryProgram, RefusesTooManyArgumentsInOneLine) {
  const auto ended = run(GetParam(), {"127.0.0.1:0", "127.0.0.1:0", "surplus"});
  EXPECT_EQ(ended.status, 2);
  EXPECT_THAT(ended.out, IsEmpty());
  EXPECT_THAT(ended.err, ElementsAre(AllOf(StartsWith(GetParam() + ": "), HasSubstr("surplus"),
                                           HasSubstr("see --help"))));
}

TEST(CommandLine, EscapesWhatATerminalWouldObey) {
  const auto ended = run("03-routing", {"\x1b[31m\nred"});
  EXPECT_EQ(ended.status, 2);
  EXPECT_THAT(ended.err, ElementsAre(HasSubstr("\\x1b[31m\\x0ared")));
}

} // namespace
