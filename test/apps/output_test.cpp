#include "process.hpp"
#include "temporary_directory.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>

using ockam::test::outcome;
using ockam::test::run;
using ockam::test::temporary_directory;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

namespace {

std::string app(const std::string& name) {
  return std::string{OCKAM_APPS_DIR} + "/" + name;
}

outcome run_to(const std::string& redirection, const std::string& command) {
  return run("/bin/sh", {"-c", redirection + "; exec " + command});
}

/// On a disk without room.
outcome run_to_full_disk(const std::string& command) {
  return run_to("exec >/dev/full", command);
}

/// Into a pipe without a reader.
outcome run_to_closed_pipe(const std::string& command) {
  const temporary_directory folder;
  const auto pipe = (folder / "pipe").string();
  return run_to("mkfifo " + pipe + "; exec 3<>" + pipe + " >" + pipe + " 3<&-", command);
}

void expect_one_line(outcome ended, const std::string& program, const std::string& why) {
  EXPECT_EQ(ended.status, 1) << testing::PrintToString(ended);
  // where a picture takes stdout, and of a benchmark with a peer that is not installed
  std::erase_if(ended.err, [](const std::string& line) {
    return line.starts_with("Address: ") || line.starts_with("App Received: ")
           || line.starts_with("skipped: ");
  });
  EXPECT_THAT(ended.err, ElementsAre(AllOf(StartsWith(program + ": "), HasSubstr(why))));
}

class Output : public testing::TestWithParam<std::string> {
protected:
  [[nodiscard]] std::string program() const { return GetParam().substr(0, GetParam().find(' ')); }
};

INSTANTIATE_TEST_SUITE_P(Apps, Output,
                         testing::Values("03-routing", "03-routing --flow", "03-routing --flow=svg",
                                         "04-routing-over-transport-responder 127.0.0.1:0",
                                         "05-any-transport-responder /ip4/127.0.0.1/tcp/0",
                                         "04-routing-over-transport-initiator --help",
                                         "flow-merge --help"));

TEST_P(Output, OnAFullDiskIsStatusOneAndOneLine) {
  expect_one_line(run_to_full_disk(app(GetParam())), program(), "No space left on device");
}

TEST_P(Output, IntoAClosedPipeIsStatusOneAndOneLine) {
  expect_one_line(run_to_closed_pipe(app(GetParam())), program(), "Broken pipe");
}

#ifdef OCKAM_SIMULATION
TEST(Simulation, SaysThatItsOutputCannotBeWritten) {
  if (!std::filesystem::exists(OCKAM_SIMULATION))
    GTEST_SKIP() << "the simulation has not been built";
  const std::string command = std::string{OCKAM_SIMULATION} + " --seeds 1";
  expect_one_line(run_to_full_disk(command), "simulation", "No space left on device");
  expect_one_line(run_to_closed_pipe(command), "simulation", "Broken pipe");
}
#endif

#ifdef OCKAM_BENCH
class Benchmarks : public testing::Test {
protected:
  void SetUp() override {
    if (!std::filesystem::exists(OCKAM_BENCH))
      GTEST_SKIP() << "the benchmarks have not been built";
  }
  static std::string codec(const std::string& options) {
    return std::string{OCKAM_BENCH} + " codec --quick --runs 1 --run-time 1 " + options;
  }
};

TEST_F(Benchmarks, SayThatTheirOutputCannotBeWritten) {
  for (const std::string& command : {std::string{OCKAM_BENCH} + " list", codec("")}) {
    expect_one_line(run_to_full_disk(command), "ockam-bench", "No space left on device");
    expect_one_line(run_to_closed_pipe(command), "ockam-bench", "Broken pipe");
  }
}

TEST_F(Benchmarks, RefuseAFilterThatMatchesNothing) {
  const auto rows = run_to(":", codec("--filter typo"));
  expect_one_line(rows, "ockam-bench", "no row has \"typo\" in its name (--filter)");
  EXPECT_THAT(rows.out, IsEmpty());
  const auto variants = run_to(":", codec("--variant typo"));
  expect_one_line(variants, "ockam-bench", "no variant of these rows has \"typo\"");
  EXPECT_THAT(variants.out, IsEmpty());
}

TEST_F(Benchmarks, RefuseAFileThatCannotBeWrittenBeforeTheyRun) {
  for (const std::string option : {"--json", "--plot"}) {
    const auto ended = run_to(":", codec(option + " /no/such/folder/file"));
    expect_one_line(ended, "ockam-bench", "cannot write /no/such/folder/file");
    EXPECT_THAT(ended.out, IsEmpty()) << "nothing was measured in vain";
  }
}
#endif

} // namespace
