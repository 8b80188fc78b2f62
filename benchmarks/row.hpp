#pragma once

// What a benchmark is: rows, each of one operation performed in several ways, its variants.

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace bench {

using clock = std::chrono::steady_clock;

/// Keeps the compiler from removing what computes `value`.
template <class T>
void keep(const T& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

inline double seconds_since(clock::time_point began) {
  return std::chrono::duration<double>(clock::now() - began).count();
}

enum class unit {
  nanoseconds,  ///< per operation
  microseconds, ///< per operation
  rate,         ///< operations per second
  bytes,        ///< per operation
};

/// One line of results: most rows have one.
struct figure {
  std::string name;
  bench::unit unit = unit::nanoseconds;
  double parts = 1;     ///< of one operation, when the figure is about a part of it
  bool compared = true; ///< false: a ratio would say nothing, for instance when zero is the aim
};

/// One way to perform the operation.
struct variant {
  std::string name;

  /// Performs `operations` of them; returns one value for each figure, in their order: seconds for
  /// all of them, or bytes.
  std::function<std::vector<double>(std::size_t operations)> run;

  /// For how long its threads poll when a run has ended. The next variant waits for that.
  std::chrono::milliseconds settling{0};
};

/// A variant whose one figure is the time that `perform` takes.
inline variant timed(std::string name, std::function<void(std::size_t)> perform) {
  return {std::move(name),
          [perform = std::move(perform)](std::size_t operations) {
            const auto began = clock::now();
            perform(operations);
            return std::vector{seconds_since(began)};
          },
          {}};
}

struct row {
  std::vector<figure> figures;
  std::vector<std::string> baselines; ///< names of variants

  /// Makes the variants, which own what they use: called only for rows that are run.
  std::function<std::vector<variant>()> set_up;

  std::size_t operations = 0;  ///< a run; 0: as many as fill its time
  std::size_t multiple_of = 1; ///< operations come in batches of
  int most_rounds = 1'000;     ///< for rows that take long
};

} // namespace bench
