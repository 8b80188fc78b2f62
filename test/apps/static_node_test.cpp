#include "process.hpp"

#include <gmock/gmock.h>

using ockam::test::run;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

constexpr auto last_words = "could not save my state";

TEST(StaticNode, LOG2_LogsToTheSinkOfTheProgramAfterMain) {
  const auto ended = run(OCKAM_STATIC_NODE);
  EXPECT_EQ(ended.status, 0) << testing::PrintToString(ended);
  EXPECT_THAT(ended.out, ElementsAre("main returns", HasSubstr(last_words)));
  EXPECT_THAT(ended.err, IsEmpty());
}

TEST(StaticNode, LOG2_LogsToStderrAfterMain) {
  const auto ended = run(OCKAM_STATIC_NODE, {"--default"});
  EXPECT_EQ(ended.status, 0) << testing::PrintToString(ended);
  EXPECT_THAT(ended.out, ElementsAre("main returns"));
  EXPECT_THAT(ended.err, ElementsAre(HasSubstr(last_words)));
}

} // namespace
