// ockam-bench: how long it takes, beside what else one could use. See README.md.

#include "child.hpp"
#include "groups.hpp"
#include "roles.hpp"
#include "runner.hpp"
#include "types.hpp"

#include "hello_ockam/output.hpp"

#include <array>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <thread>

#include <CLI/CLI.hpp>
#include <sys/resource.h>

namespace {

struct group {
  const char* name;
  const char* about;
  std::vector<bench::row> (*rows)(bool quick);
};

constexpr std::array groups{
  group{"codec", "Messages to bytes and back, routes, addresses", bench::codec_rows},
  group{"local", "Messages and workers inside one node, beside plain CAF", bench::local_rows},
  group{"tcp", "Messages between processes, beside Asio, sockets and BASP", bench::tcp_rows},
  group{"udp", "Messages between processes over UDP, beside plain datagrams", bench::udp_rows},
  group{"uds", "The same over Unix sockets, beside plain ones and TCP", bench::uds_rows},
  group{"ws", "The same over WebSocket, beside Boost.Beast", bench::ws_rows},
  group{"savina", "Actor benchmarks of the Savina suite, beside plain CAF", bench::savina_rows},
  group{"peer", "The same work between other programs", bench::peer_rows},
};

struct command_line {
  bench::run_options run;
  bool quick = false;
  std::string json;
  std::string plot;
  std::string role;
  std::string to;
};

void add_options(CLI::App& to, command_line& line) {
  to.add_option("--runs", line.run.runs, "Rounds; each runs every variant once")
    ->check(CLI::Range(1, 1'000))
    ->capture_default_str();
  to.add_option("--run-time", line.run.milliseconds, "Milliseconds that one run takes, about")
    ->check(CLI::Range(1, 20'000))
    ->capture_default_str();
  to.add_flag("--quick", line.quick, "A few short runs: to see that it works, not to compare");
  to.add_option("--filter", line.run.filter, "Only rows whose name contains this text");
  to.add_option("--variant", line.run.variant, "Only variants whose name contains this text");
  to.add_option("--json", line.json, "Write all figures to this file");
  to.add_option("--plot", line.plot, "Draw the ratios into this SVG file, with gnuplot");
}

void list(bool quick) {
  for (const auto& each : groups)
    for (const auto& row : each.rows(quick))
      for (const auto& figure : row.figures)
        std::cout << figure.name << '\n';
}

/// Before a run that takes long.
void check_that_it_can_be_written(const std::string& file) {
  if (!file.empty() && !std::ofstream{file, std::ios::app})
    throw std::runtime_error{"cannot write " + file};
}

void run(const group& which, command_line line) {
  if (line.quick) {
    line.run.runs = std::min(line.run.runs, 3);
    line.run.milliseconds = std::min(line.run.milliseconds, 20);
  }
  check_that_it_can_be_written(line.json);
  check_that_it_can_be_written(line.plot);
  bench::report results;
  bench::run(which.rows(line.quick), line.run, results);
  if (!line.json.empty())
    results.write_json(line.json, {{"benchmark", which.name},
                                   {"quick", line.quick},
                                   {"runs", line.run.runs},
                                   {"run_milliseconds", line.run.milliseconds},
                                   {"cores", std::thread::hardware_concurrency()},
                                   {"compiler", __VERSION__},
                                   {"caf", bench::caf_version()}});
  if (!line.plot.empty())
    results.write_plot(line.plot, which.name);
}

/// A thousand connections need more files than many systems give a process at first.
void allow_many_files() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

int run(int argc, char** argv) {
  CLI::App app{"Benchmarks of ockam-caf; compare ratios, absolute figures belong to one machine"};
  app.require_subcommand(1);
  command_line line;
  auto* const listing = app.add_subcommand("list", "Print the names of all rows");
  listing->add_flag("--quick", line.quick, "Those that --quick runs");
  auto* const serving = app.add_subcommand("serve", "")->group(""); // for child, not for users
  serving->add_option("role", line.role)->required();
  serving->add_option("--to", line.to);
  for (const auto& each : groups)
    add_options(*app.add_subcommand(each.name, each.about), line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& wrong) {
    return app.exit(wrong) == 0 ? 0 : 2;
  }
  allow_many_files();
  bench::init_types();
  if (listing->parsed())
    list(line.quick);
  else if (serving->parsed())
    bench::serve(line.role, line.to);
  else
    for (const auto& each : groups)
      if (app.got_subcommand(each.name))
        run(each, line);
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  return hello_ockam::run_and_report("ockam-bench", [&] { return run(argc, argv); });
}
