// Simulates networks of nodes, one for each seed (docs/simulation.md).

#include "simulation.hpp"

#include "hello_ockam/output.hpp"

#include <CLI/CLI.hpp>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cinttypes>
#include <cstdio>
#include <memory>

namespace {

using ockam::simulation::outcome;

struct totals {
  std::uint64_t events = 0;
  std::uint64_t messages = 0;
  std::uint64_t deliveries = 0;
  std::uint64_t blockades = 0; // seeds with one
  std::uint64_t hash = 0;

  void add(const outcome& one) {
    events += one.events;
    messages += one.messages;
    deliveries += one.deliveries;
    blockades += one.blockades > 0 ? 1 : 0;
    hash = hash * 31 + one.hash;
  }
};

/// The library's own lines, in between the events; they are not shown otherwise.
void set_log(bool print) {
  auto log = std::make_shared<spdlog::logger>("ockam",
                                              std::make_shared<spdlog::sinks::stdout_sink_st>());
  log->set_pattern("        %l: %v");
  log->set_level(print ? spdlog::level::debug : spdlog::level::off);
  spdlog::register_logger(std::move(log));
}

int report(std::uint64_t seed, const outcome& failed) {
  std::printf("\nseed %" PRIu64 " FAILED: %s\n", seed, failed.violation.c_str());
  std::printf("    %s\n", failed.settings.c_str());
  std::printf("    the last of its events:\n");
  for (const auto& line : failed.last_events)
    std::printf("    %s\n", line.c_str());
  std::printf("\nAll events: scripts/simulate --from %" PRIu64 " --seeds 1 --trace\n", seed);
  return 1;
}

int run(int argc, char** argv) {
  CLI::App program{"Simulates networks of nodes, one for each seed"};
  std::uint64_t seeds = 1'000;
  std::uint64_t from = 1;
  bool print = false;
  bool twice = false;
  program.add_option("--seeds", seeds, "How many")->capture_default_str();
  program.add_option("--from", from, "The first one")->capture_default_str();
  program.add_flag("--trace", print, "Print every event, and what the library logs");
  program.add_flag("--twice", twice, "Run each seed twice: both must go the same way");
  CLI11_PARSE(program, argc, argv);

  set_log(print);
  totals all;
  for (auto seed = from; seed < from + seeds; ++seed) {
    auto one = ockam::simulation::simulate(seed, print);
    if (twice && one.violation.empty() && ockam::simulation::simulate(seed, print).hash != one.hash)
      one.violation = "the same seed went another way the second time";
    if (!one.violation.empty())
      return report(seed, one);
    all.add(one);
    if (print)
      std::printf("seed %" PRIu64 ", %s: hash %016" PRIx64 "\n", seed, one.settings.c_str(),
                  one.hash);
  }
  std::printf("%" PRIu64 " seeds from %" PRIu64 ": %" PRIu64 " events, %" PRIu64
              " messages, %" PRIu64 " of them delivered; %" PRIu64
              " seeds with a blockade; no rule was broken; hash %016" PRIx64 "\n",
              seeds, from, all.events, all.messages, all.deliveries, all.blockades, all.hash);
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  return hello_ockam::run_and_report("simulation", [&] { return run(argc, argv); });
}
