// ockam-microbench: the rows of the group codec under Google Benchmark, for its statistics, hardware
// counters and comparisons of two builds. See README.md.

#include "groups.hpp"
#include "types.hpp"

#include "hello_ockam/output.hpp"

#include <benchmark/benchmark.h>

namespace {

int run(int argc, char** argv) {
  bench::init_types();
  for (const auto& row : bench::codec_rows(false))
    for (const auto& variant : row.set_up())
      benchmark::RegisterBenchmark((row.figures.front().name + '/' + variant.name).c_str(),
                                   [run = variant.run](benchmark::State& state) {
                                     constexpr std::int64_t batch = 64;
                                     while (state.KeepRunningBatch(batch))
                                       run(batch);
                                   });
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv))
    return 2;
  return benchmark::RunSpecifiedBenchmarks() > 0 ? 0 : 1; // it says itself that none has that name
}

} // namespace

int main(int argc, char** argv) {
  return hello_ockam::run_and_report("ockam-microbench", [&] { return run(argc, argv); });
}
