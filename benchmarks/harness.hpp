#pragma once

// What the benchmarks share: variants of one operation are run in turn (A B C A B C ...), so that
// what disturbs the machine disturbs all of them, and each is compared with a baseline of the same
// round. Absolute numbers belong to one machine on one day; ratios travel better.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace bench {

using clock = std::chrono::steady_clock;

/// Nothing here may take longer: then it hangs.
inline constexpr std::chrono::seconds hang_limit{60};

/// Keeps the compiler from removing what computes `value`.
template <class T>
void keep(const T& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

// -- hangs ----------------------------------------------------------------------------------------

/// Ends the program, loudly, when it is not destroyed within `hang_limit`.
class hang_guard {
public:
  explicit hang_guard(std::string what)
    : thread_{[this, what = std::move(what)] {
        std::unique_lock guard{mutex_};
        if (changed_.wait_for(guard, hang_limit, [this] { return over_; }))
          return;
        std::fprintf(stderr, "\nerror: %s did not end within %lld s\n", what.c_str(),
                     static_cast<long long>(hang_limit.count()));
        std::_Exit(3);
      }} {}
  hang_guard(const hang_guard&) = delete;
  hang_guard& operator=(const hang_guard&) = delete;
  ~hang_guard() {
    {
      const std::lock_guard guard{mutex_};
      over_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  std::thread thread_;
};

/// A number of messages of which a window is on its way: each that comes back lets another one go.
/// Begun and awaited on the measuring thread; `next` is called by whoever sends and receives.
class flight {
public:
  void begin(std::size_t messages, std::size_t window) {
    const std::lock_guard guard{mutex_};
    to_send_ = to_return_ = messages;
    window_ = window;
    flying_ = landed_ = false;
    problem_.clear();
  }

  /// Call it for the message that says "go" and for every one that comes back.
  /// @returns how many messages to send now
  std::size_t next() {
    if (!std::exchange(flying_, true))
      return take(window_);
    if (--to_return_ > 0)
      return take(1);
    land({});
    return 0; // and touch nothing: the next flight may have begun
  }

  void fail(std::string why) { land(std::move(why)); }

  void wait() {
    std::unique_lock guard{mutex_};
    if (!changed_.wait_for(guard, hang_limit / 2, [this] { return landed_; }))
      throw std::runtime_error{"messages did not come back in time"};
    if (!problem_.empty())
      throw std::runtime_error{problem_};
  }

private:
  std::size_t take(std::size_t wanted) {
    const auto count = std::min(wanted, to_send_);
    to_send_ -= count;
    return count;
  }

  void land(std::string problem) {
    const std::lock_guard guard{mutex_};
    landed_ = true;
    problem_ = std::move(problem);
    changed_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t to_send_ = 0;
  std::size_t to_return_ = 0;
  std::size_t window_ = 1;
  bool flying_ = false;
  bool landed_ = false;
  std::string problem_;
};

// -- what is measured -----------------------------------------------------------------------------

enum class unit {
  nanoseconds,  ///< per operation
  microseconds, ///< per operation
  rate,         ///< operations per second
  bytes,        ///< per operation
};

/// One row of the table.
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
};

/// A variant whose one figure is the time that `perform` takes.
inline variant timed(std::string name, std::function<void(std::size_t)> perform) {
  return {std::move(name), [perform = std::move(perform)](std::size_t operations) {
            const auto began = clock::now();
            perform(operations);
            return std::vector{std::chrono::duration<double>(clock::now() - began).count()};
          }};
}

struct comparison {
  std::vector<figure> figures;
  std::vector<std::string> baselines; ///< names of variants
  std::vector<variant> variants;
  std::size_t operations = 0;  ///< a run; 0: as many as fill its time
  std::size_t multiple_of = 1; ///< operations come in batches of
};

/// Counts allocations between two calls; see allocations.hpp.
struct allocation_counter {
  void (*begin)() = nullptr;
  std::uint64_t (*end)() = nullptr;
};

// -- running and reporting ------------------------------------------------------------------------

class suite {
public:
  suite(const std::string& name, const std::string& description) : app_{description, name} {
    app_.add_option("--runs", runs_, "Rounds; each runs every variant once")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
    app_.add_option("--run-time", milliseconds_, "Milliseconds that one run takes, about")
      ->check(CLI::Range(1, 20'000))
      ->capture_default_str();
    app_.add_flag("--quick", quick_, "A few short runs: to see that it works, not to compare");
    app_.add_option("--filter", filter_, "Only rows whose name contains this text");
    app_.add_option("--variant", variant_,
                    "Only variants whose name contains this text: to profile");
    app_.add_option("--json", json_, "Write all figures to this file");
    report_["benchmark"] = name;
  }

  /// Returns a status to exit with, or -1 to go on.
  int parse(int argc, char** argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ParseError& wrong) {
      return app_.exit(wrong) == 0 ? 0 : 2;
    }
    if (quick_) {
      runs_ = std::min(runs_, 3);
      milliseconds_ = std::min(milliseconds_, 30);
    }
    return -1;
  }

  [[nodiscard]] CLI::App& command_line() noexcept { return app_; }
  [[nodiscard]] bool quick() const noexcept { return quick_; }
  void count_with(allocation_counter counter) noexcept { counter_ = counter; }

  /// Whether any row with this beginning is asked for: what is not needed is not set up.
  [[nodiscard]] bool wants(const std::string& name) const {
    return name.find(filter_) != std::string::npos || filter_.find(name) != std::string::npos;
  }

  void compare(comparison what) {
    std::erase_if(what.variants, [this](const variant& each) {
      return each.name.find(variant_) == std::string::npos;
    });
    if (std::none_of(what.figures.begin(), what.figures.end(),
                     [this](const figure& each) {
                       return each.name.find(filter_) != std::string::npos;
                     })
        || what.variants.empty())
      return;
    std::vector<series> all;
    for (const auto& each : what.variants) {
      const hang_guard guard{what.figures.front().name + ", " + each.name};
      all.push_back({operations(what, each), {}, -1});
    }
    for (int round = 0; round < runs_; ++round)
      for (std::size_t i = 0; i < all.size(); ++i)
        all[i].rounds.push_back(run(what, what.variants[i], all[i].operations));
    if (counter_.begin != nullptr)
      for (std::size_t i = 0; i < all.size(); ++i)
        all[i].allocations = allocations(what, what.variants[i], all[i].operations);
    for (std::size_t i = 0; i < what.figures.size(); ++i)
      print(what, i, all);
  }

  /// Writes the JSON file; the status to exit with.
  int finish() {
    if (json_.empty())
      return 0;
    report_["runs"] = runs_;
    report_["run_milliseconds"] = milliseconds_;
    report_["cores"] = std::thread::hardware_concurrency();
    report_["compiler"] = __VERSION__;
    std::ofstream file{json_};
    file << report_.dump(2) << '\n';
    file.close();
    if (!file)
      std::cerr << "error: cannot write " + json_ + '\n';
    return file ? 0 : 1;
  }

private:
  struct series {
    std::size_t operations;
    std::vector<std::vector<double>> rounds; // per round, per figure: in the figure's unit
    double allocations;                      // per operation; negative: not counted
  };

  /// How many operations take the time of a run. Also the warm-up.
  std::size_t operations(const comparison& what, const variant& which) const {
    if (what.operations > 0) {
      which.run(what.operations);
      return what.operations;
    }
    const auto wanted = milliseconds_ / 1000.0;
    for (auto count = what.multiple_of;;) {
      const auto seconds = which.run(count).front();
      if (seconds > wanted / 8) {
        const auto batches = wanted / seconds * static_cast<double>(count / what.multiple_of);
        return what.multiple_of * std::max<std::size_t>(1, static_cast<std::size_t>(batches));
      }
      count *= seconds < wanted / 100 ? 8 : 2;
    }
  }

  static std::vector<double> run(const comparison& what, const variant& which,
                                 std::size_t operations) {
    const hang_guard guard{what.figures.front().name + ", " + which.name};
    auto values = which.run(operations);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto parts = what.figures[i].parts * static_cast<double>(operations);
      switch (what.figures[i].unit) {
        case unit::nanoseconds:
          values[i] *= 1e9 / parts;
          break;
        case unit::microseconds:
          values[i] *= 1e6 / parts;
          break;
        case unit::rate:
          values[i] = parts / values[i];
          break;
        case unit::bytes:
          values[i] /= parts;
          break;
      }
    }
    return values;
  }

  [[nodiscard]] double allocations(const comparison& what, const variant& which,
                                   std::size_t operations) const {
    const hang_guard guard{what.figures.front().name + ", " + which.name};
    counter_.begin();
    which.run(operations);
    return static_cast<double>(counter_.end()) / static_cast<double>(operations);
  }

  static double quantile(std::vector<double> values, double part) {
    std::sort(values.begin(), values.end());
    const auto position = part * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const auto above = std::min(below + 1, values.size() - 1);
    return values[below] + (values[above] - values[below]) * (position - std::floor(position));
  }

  static std::vector<double> column(const series& from, std::size_t figure) {
    std::vector<double> values;
    for (const auto& round : from.rounds)
      values.push_back(round[figure]);
    return values;
  }

  static std::string text(double value, unit of) {
    const char* suffix = of == unit::nanoseconds ? "ns" : of == unit::microseconds ? "us" : "B";
    if (of == unit::rate) {
      suffix = value >= 1e6 ? "M/s" : "k/s";
      value /= value >= 1e6 ? 1e6 : 1e3;
    }
    char line[32];
    std::snprintf(line, sizeof line, "%.*f %s", std::abs(value) < 100 ? 2 : 0, value, suffix);
    return line;
  }

  /// How many times as fast, or as small, `own` is as `other`: the median over the rounds.
  static double ratio(const series& own, const series& other, std::size_t figure, unit of) {
    auto ratios = column(own, figure);
    for (std::size_t i = 0; i < ratios.size(); ++i)
      ratios[i] = of == unit::rate ? ratios[i] / other.rounds[i][figure]
                                   : other.rounds[i][figure] / ratios[i];
    return quantile(ratios, 0.5);
  }

  void print(const comparison& what, std::size_t index, const std::vector<series>& all) {
    const auto& row = what.figures[index];
    std::printf("\n%-34s %11s %11s %11s %7s", row.name.c_str(), "median", "min", "max", "spread");
    if (row.compared)
      for (const auto& baseline : what.baselines)
        std::printf(" %12s", ("x " + baseline).c_str());
    const bool counted = counter_.begin != nullptr && index == 0;
    std::printf("%s\n", counted ? "   allocs" : "");

    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto values = column(all[i], index);
      const auto median = quantile(values, 0.5);
      const auto [min, max] = std::minmax_element(values.begin(), values.end());
      const auto spread = median != 0 ? (quantile(values, 0.75) - quantile(values, 0.25)) / median
                                      : 0;
      std::printf("  %-32s %11s %11s %11s %5.0f %%", what.variants[i].name.c_str(),
                  text(median, row.unit).c_str(), text(*min, row.unit).c_str(),
                  text(*max, row.unit).c_str(), 100 * spread);
      nlohmann::json entry{{"row", row.name},
                           {"variant", what.variants[i].name},
                           {"unit", name_of(row.unit)},
                           {"median", median},
                           {"min", *min},
                           {"max", *max},
                           {"spread", spread},
                           {"values", values}};
      for (std::size_t j = 0; j < all.size(); ++j) {
        const auto& other = what.variants[j].name;
        if (std::find(what.baselines.begin(), what.baselines.end(), other) == what.baselines.end())
          continue;
        if (!row.compared)
          continue;
        const auto speed = ratio(all[i], all[j], index, row.unit);
        std::printf(" %12.2f", speed);
        entry["times_baseline"][other] = speed;
      }
      if (counted) {
        entry["allocations"] = all[i].allocations / row.parts;
        std::printf(" %8.2f", all[i].allocations / row.parts);
      }
      std::printf("\n");
      report_["figures"].push_back(std::move(entry));
    }
    std::fflush(stdout);
  }

  static const char* name_of(unit which) {
    switch (which) {
      case unit::nanoseconds:
        return "ns";
      case unit::microseconds:
        return "us";
      case unit::rate:
        return "1/s";
      case unit::bytes:
        return "bytes";
    }
    return "";
  }

  CLI::App app_;
  int runs_ = 9;
  int milliseconds_ = 300;
  bool quick_ = false;
  std::string filter_;
  std::string variant_;
  std::string json_;
  allocation_counter counter_;
  nlohmann::json report_;
};

/// `main` of a benchmark: what it throws becomes a message and status 1.
template <class Body>
int guarded_main(const char* name, Body&& body) {
  try {
    return body();
  } catch (const std::exception& failed) {
    std::cerr << std::string{"error: "} + name + ": " + failed.what() + '\n';
    return 1;
  }
}

} // namespace bench
