#include "ockam/actors/transport/log.hpp"

#include "fake_connection.hpp"
#include "test_node.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace ockam::test {
namespace {

using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::uint32_t budget = 20;

class NodeLog : public node_test {
protected:
  /// One more line a second has the number of suppressed ones; a test begins within a second.
  static void expect_within_budget(std::chrono::steady_clock::time_point began) {
    const auto took = std::chrono::steady_clock::now() - began;
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(took).count() + 1;
    EXPECT_GE(logged_lines().size(), budget);
    EXPECT_LE(logged_lines().size(), (budget + 1) * static_cast<std::size_t>(seconds));
  }
};

TEST_F(NodeLog, LOG3_StrangersWithManyConnectionsShareOneBudget) {
  std::vector<std::unique_ptr<fake_connection>> strangers;
  for (int i = 0; i < 500; ++i)
    strangers.push_back(std::make_unique<fake_connection>(node));
  const auto began = std::chrono::steady_clock::now();
  for (const auto& each : strangers)
    each->deliver({"nobody"}, {});
  expect_within_budget(began);
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::unknown_address), 500u);
}

TEST_F(NodeLog, LOG3_DeniedMessagesOfManyConnectionsShareItToo) {
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 500; ++i)
    fake_connection{node}.deliver({"app"}, {});
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::not_a_consumer), 500u);
  expect_within_budget(began);
}

class SmallLog : public node_test {
protected:
  SmallLog() : node_test{{.name = "gate", .max_log_lines = 3}} {}
};

TEST_F(SmallLog, LOG3_LogsAtTheStopHowManyLinesWereLeftOut) {
  for (int i = 0; i < 100; ++i)
    fake_connection{node}.deliver({"nobody"}, {});
  node.stop();
  std::size_t left_out = 0;
  std::size_t said = 0;
  for (const auto& line : logged_lines())
    if (const auto at = line.find(" lines were left out"); at != std::string::npos)
      left_out += std::stoul(line.substr(line.rfind(' ', at - 1) + 1));
    else if (line.find("0#nobody") != std::string::npos)
      ++said;
  EXPECT_EQ(said + left_out, 100u) << testing::PrintToString(logged_lines());
  EXPECT_THAT(logged_lines(), Contains(HasSubstr("max-log-lines is 3 a second")));
}

TEST_F(SmallLog, LOG4_LinesBeginWithTheNameOfTheNode) {
  ockam::node other{*system, {.name = "hall"}};
  fake_connection{node}.deliver({"nobody"}, {});
  fake_connection{other}.deliver({"nobody"}, {});
  EXPECT_TRUE(logged({"warning: gate: ", "0#nobody"}));
  EXPECT_TRUE(logged({"warning: hall: ", "0#nobody"}));
}

TEST(LogBudget, LOG3_InformationDoesNotHideWarnings) {
  forget_log();
  node_log log;
  log.configure({}, 2);
  for (int i = 0; i < 50; ++i)
    log.report(log_level::info, [] { return "one more connection"; });
  log.report(log_level::warning, [] { return "something is wrong"; });
  EXPECT_THAT(logged_lines(), Contains("warning: something is wrong"));
}

TEST(LogBudget, LOG3_ALineThatIsLeftOutIsNotMade) {
  forget_log();
  node_log log;
  log.configure({}, 0);
  int made = 0;
  log.report(log_level::warning, [&] {
    ++made;
    return "never";
  });
  EXPECT_EQ(made, 0);
  EXPECT_THAT(logged_lines(), Each(Not(HasSubstr("never"))));
  log.report_left_out();
  EXPECT_THAT(logged_lines(),
              Contains("warning: 1 lines were left out; max-log-lines is 0 a second"));
}

} // namespace
} // namespace ockam::test
