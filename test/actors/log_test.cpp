#include "log/log.hpp"

#include "test_node.hpp"

#include "ockam/actors/log.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace ockam::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Log : public node_test {
protected:
  ~Log() override { set_log_sink({}); }

  /// What a sink takes until the end of the test.
  void keep_from(log_level least) {
    set_log_sink(
      [this](log_level level, std::string_view line) {
        const std::lock_guard guard{mutex_};
        taken_.push_back(std::string{to_string(level)} + ": " + std::string{line});
      },
      least);
  }
  lines taken() {
    const std::lock_guard guard{mutex_};
    return taken_;
  }

private:
  std::mutex mutex_;
  lines taken_;
};

TEST_F(Log, LOG1_GoesToTheSinkOfTheProgramAndNowhereElse) {
  keep_from(log_level::warning);
  node.start_worker("failing", [](context&, const routed<std::string>&) {
    return fail(errc::invalid_value, "never mind");
  });
  node.send("failing", "x");
  EXPECT_TRUE(eventually([&] { return !taken().empty(); }));
  EXPECT_THAT(taken(), ElementsAre(AllOf(HasSubstr("warning: "), HasSubstr("never mind"))));
  EXPECT_THAT(logged_lines(), IsEmpty());
}

TEST_F(Log, LOG1_HasLinesOfTheLeastLevelAndWorse) {
  const auto log_all = [] {
    internal::log_line(log_level::debug, "a");
    internal::log_line(log_level::info, "b");
    internal::log_line(log_level::warning, "c");
    internal::log_line(log_level::error, "d");
  };
  keep_from(log_level::info);
  log_all();
  EXPECT_THAT(taken(), ElementsAre("info: b", "warning: c", "error: d"));
  keep_from(log_level::off);
  log_all();
  EXPECT_EQ(taken().size(), 3u);
  keep_from(log_level::debug);
  log_all();
  EXPECT_THAT(taken(), Contains("debug: a"));
}

TEST_F(Log, LOG1_GoesToTheLoggerOckamWithoutASink) {
  keep_from(log_level::debug);
  set_log_sink({});
  internal::log_line(log_level::warning, "for the logger");
  EXPECT_THAT(logged_lines(), ElementsAre("warning: for the logger"));
  EXPECT_THAT(taken(), IsEmpty());
}

TEST_F(Log, LOG1_GoesToTheLoggerWhenTheSinkThrows) {
  set_log_sink([](log_level, std::string_view) { throw std::runtime_error{"no room"}; });
  internal::log_line(log_level::warning, "for the sink");
  EXPECT_THAT(logged_lines(), ElementsAre("warning: for the sink"));
}

TEST_F(Log, LOG1_ASinkMayReplaceItself) {
  std::atomic<int> calls = 0;
  set_log_sink([&](log_level, std::string_view) {
    ++calls;
    set_log_sink({});
  });
  internal::log_line(log_level::warning, "once");
  internal::log_line(log_level::warning, "for the logger");
  EXPECT_EQ(calls, 1);
  EXPECT_THAT(logged_lines(), ElementsAre("warning: for the logger"));
}

} // namespace
} // namespace ockam::test
