#include "runner.hpp"

#include "allocations.hpp"
#include "flight.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include <unistd.h>

namespace bench {
namespace {

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

/// One line on a terminal that says what is being run.
class progress {
public:
  explicit progress(std::size_t rows) : rows_{rows} {}
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;
  ~progress() { clear(); }

  void next_row(const std::string& name) {
    ++row_;
    name_ = name;
  }
  void show(const std::string& what) const {
    if (shown_)
      std::fprintf(stderr, "\r\033[K[%zu/%zu] %s: %s", row_, rows_, name_.c_str(), what.c_str());
  }
  void clear() const {
    if (shown_)
      std::fputs("\r\033[K", stderr);
  }

private:
  std::size_t rows_;
  std::size_t row_ = 0;
  std::string name_;
  bool shown_ = isatty(STDERR_FILENO) != 0;
};

/// From seconds, or bytes, for all operations to the figure's unit.
double in_unit(double value, const figure& of, std::size_t operations) {
  const auto parts = of.parts * static_cast<double>(operations);
  switch (of.unit) {
    case unit::nanoseconds:
      return value * 1e9 / parts;
    case unit::microseconds:
      return value * 1e6 / parts;
    case unit::rate:
      return parts / value;
    case unit::bytes:
      return value / parts;
  }
  return value;
}

class row_run {
  [[nodiscard]] const std::string& name() const { return what_.figures.front().name; }

  template <class Step>
  auto guarded(const variant& which, const std::string& doing, Step&& step) {
    shown_.show(which.name + ", " + doing);
    const hang_guard guard{name() + ", " + which.name};
    return step();
  }

public:
  row_run(const row& what, const run_options& options, progress& shown)
    : what_{what}, options_{options}, shown_{shown} {
    const hang_guard guard{name() + ", setting up"};
    shown_.show("setting up");
    variants_ = what.set_up();
    std::erase_if(variants_, [&](const variant& each) {
      return each.name.find(options.variant) == std::string::npos;
    });
  }
  row_run(const row_run&) = delete;
  row_run& operator=(const row_run&) = delete;
  ~row_run() {
    const hang_guard guard{name() + ", cleaning up"};
    variants_.clear();
  }

  std::vector<series> perform() {
    std::vector<series> all;
    for (const auto& each : variants_)
      all.push_back(
        {each.name, guarded(each, "warming up", [&] { return operations(each); }), {}, 0});
    const auto rounds = std::min(options_.runs, what_.most_rounds);
    for (int round = 1; round <= rounds; ++round)
      for (std::size_t i = 0; i < all.size(); ++i)
        all[i].rounds.push_back(
          guarded(variants_[i], "round " + std::to_string(round) + " of " + std::to_string(rounds),
                  [&] { return measured(variants_[i], all[i].operations); }));
    for (std::size_t i = 0; i < all.size(); ++i)
      all[i].allocations = guarded(variants_[i], "counting allocations", [&] {
        begin_counting_allocations();
        run(variants_[i], all[i].operations);
        return static_cast<double>(end_counting_allocations())
               / static_cast<double>(all[i].operations);
      });
    return all;
  }

private:
  std::vector<double> measured(const variant& which, std::size_t operations) const {
    auto values = run(which, operations);
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = in_unit(values[i], what_.figures[i], operations);
    return values;
  }

  static std::vector<double> run(const variant& which, std::size_t operations) {
    auto values = which.run(operations);
    std::this_thread::sleep_for(which.settling);
    return values;
  }

  /// How many operations take the time of a run. Also the warm-up.
  std::size_t operations(const variant& which) const {
    if (what_.operations > 0) {
      run(which, what_.operations);
      return what_.operations;
    }
    const auto wanted = options_.milliseconds / 1000.0;
    for (auto count = what_.multiple_of;;) {
      const auto seconds = run(which, count).front();
      if (seconds > wanted / 8) {
        const auto batches = wanted / seconds * static_cast<double>(count / what_.multiple_of);
        return what_.multiple_of * std::max<std::size_t>(1, static_cast<std::size_t>(batches));
      }
      count *= seconds < wanted / 100 ? 8 : 2;
    }
  }

  const row& what_;
  const run_options& options_;
  progress& shown_;
  std::vector<variant> variants_;
};

} // namespace

bool is_wanted(const row& which, const std::string& filter) {
  return std::any_of(which.figures.begin(), which.figures.end(), [&](const figure& each) {
    return each.name.find(filter) != std::string::npos;
  });
}

void run(const std::vector<row>& rows, const run_options& options, report& into) {
  const auto count = std::count_if(rows.begin(), rows.end(), [&](const row& each) {
    return is_wanted(each, options.filter);
  });
  if (count == 0)
    throw std::runtime_error{"no row has \"" + options.filter
                             + "\" in its name (--filter); `ockam-bench list` names all"};
  progress shown{static_cast<std::size_t>(count)};
  bool any = false;
  for (const auto& each : rows) {
    if (!is_wanted(each, options.filter))
      continue;
    shown.next_row(each.figures.front().name);
    const auto all = row_run{each, options, shown}.perform();
    shown.clear();
    if (!all.empty())
      into.add(each, all);
    any = any || !all.empty();
  }
  if (!any)
    throw std::runtime_error{"no variant of these rows has \"" + options.variant
                             + "\" in its name (--variant)"};
}

} // namespace bench
