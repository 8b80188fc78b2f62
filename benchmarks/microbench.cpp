// ockam-microbench: the rows of the group codec under Google Benchmark, for its statistics, hardware
// counters and comparisons of two builds. See README.md.

#include "groups.hpp"
#include "types.hpp"

#include <benchmark/benchmark.h>

int main(int argc, char** argv) {
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
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
