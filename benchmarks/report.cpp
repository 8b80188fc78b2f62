#include "report.hpp"

#include "hello_ockam/output.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <memory>
#include <stdexcept>

namespace bench {
namespace {

double quantile(std::vector<double> values, double part) {
  std::sort(values.begin(), values.end());
  const auto position = part * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const auto above = std::min(below + 1, values.size() - 1);
  return values[below] + (values[above] - values[below]) * (position - std::floor(position));
}

std::vector<double> column(const series& from, std::size_t figure) {
  std::vector<double> values;
  for (const auto& round : from.rounds)
    values.push_back(round[figure]);
  return values;
}

/// How many times as fast, or as small, `own` is as `other`: the median over the rounds.
double ratio(const series& own, const series& other, std::size_t figure, unit of) {
  auto ratios = column(own, figure);
  for (std::size_t i = 0; i < ratios.size(); ++i)
    ratios[i] = of == unit::rate ? ratios[i] / other.rounds[i][figure]
                                 : other.rounds[i][figure] / ratios[i];
  return quantile(ratios, 0.5);
}

const char* name_of(unit which) {
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

std::string text(double value, unit of) {
  std::string suffix = name_of(of);
  if (of == unit::rate) {
    suffix = value >= 1e6 ? "M/s" : "k/s";
    value /= value >= 1e6 ? 1e6 : 1e3;
  }
  char line[32];
  std::snprintf(line, sizeof line, "%.*f ", std::abs(value) < 100 ? 2 : 0, value);
  return line + suffix;
}

nlohmann::json entry_of(const row& what, std::size_t index, const series& own,
                        const std::vector<series>& all) {
  const auto& figure = what.figures[index];
  const auto values = column(own, index);
  const auto median = quantile(values, 0.5);
  const auto [min, max] = std::minmax_element(values.begin(), values.end());
  const auto middle_half = quantile(values, 0.75) - quantile(values, 0.25);
  nlohmann::json entry{{"row", figure.name},
                       {"variant", own.variant},
                       {"unit", name_of(figure.unit)},
                       {"median", median},
                       {"min", *min},
                       {"max", *max},
                       {"spread", median != 0 ? middle_half / median : 0},
                       {"values", values}};
  if (index == 0)
    entry["allocations"] = own.allocations / figure.parts;
  if (figure.compared)
    for (const auto& baseline : what.baselines)
      for (const auto& other : all)
        if (other.variant == baseline)
          entry["times_baseline"][baseline] = ratio(own, other, index, figure.unit);
  return entry;
}

} // namespace

void report::add(const row& what, const std::vector<series>& all) {
  for (std::size_t i = 0; i < what.figures.size(); ++i)
    add(what, i, all);
  hello_ockam::flush_output();
}

void report::add(const row& what, std::size_t figure, const std::vector<series>& all) {
  const auto& about = what.figures[figure];
  std::printf("\n%-34s %11s %11s %11s %7s", about.name.c_str(), "median", "min", "max", "spread");
  if (about.compared)
    for (const auto& baseline : what.baselines)
      std::printf(" %12s", ("x " + baseline).c_str());
  std::printf("%s\n", figure == 0 ? "   allocs" : "");

  for (const auto& own : all) {
    auto entry = entry_of(what, figure, own, all);
    std::printf("  %-32s %11s %11s %11s %5.0f %%", own.variant.c_str(),
                text(entry["median"], about.unit).c_str(), text(entry["min"], about.unit).c_str(),
                text(entry["max"], about.unit).c_str(), 100 * entry["spread"].get<double>());
    if (about.compared)
      for (const auto& baseline : what.baselines) {
        const auto ratios = entry.value("times_baseline", nlohmann::json::object());
        if (ratios.contains(baseline))
          std::printf(" %12.2f", ratios[baseline].get<double>());
        else
          std::printf(" %12s", "-");
      }
    if (figure == 0)
      std::printf(" %8.2f", entry["allocations"].get<double>());
    std::printf("\n");
    figures_.push_back(std::move(entry));
  }
}

void report::write_json(const std::string& file, nlohmann::json about) const {
  about["figures"] = figures_;
  std::ofstream out{file};
  out << about.dump(2) << '\n';
  out.close();
  if (!out)
    throw std::runtime_error{"cannot write " + file};
}

void report::write_plot(const std::string& file, const std::string& title) const {
  std::string bars;
  std::string labels;
  int count = 0;
  for (const auto& each : figures_) {
    if (!each.contains("times_baseline"))
      continue;
    const auto variant = each["variant"].get<std::string>();
    const auto first = each["times_baseline"].begin();
    if (each["times_baseline"].contains(variant))
      continue; // a baseline
    ++count;
    bars += std::to_string(first->get<double>()) + ' ' + std::to_string(-count) + '\n';
    labels += (count > 1 ? ", '" : "'") + each["row"].get<std::string>() + ", " + variant + " / "
              + first.key() + "' " + std::to_string(-count);
  }
  if (count == 0)
    return;
  std::unique_ptr<FILE, int (*)(FILE*)> gnuplot{popen("gnuplot", "w"), pclose};
  if (!gnuplot)
    throw std::runtime_error{"cannot start gnuplot for " + file};
  std::fprintf(gnuplot.get(),
               "set terminal svg size 1000,%d noenhanced\nset output '%s'\n"
               "set title '%s: times as fast, or as small, as the baseline'\n"
               "set logscale x\nset xtics add (0.5, 2, 5)\nset grid xtics\nunset key\n"
               "set yrange [%d:0]\nset ytics (%s)\n"
               "set arrow from 1, graph 0 to 1, graph 1 nohead\n"
               "set style fill solid 0.6\n"
               "plot '-' using 1:2:(1):1:($2-0.35):($2+0.35) with boxxyerror\n%se\n",
               80 + 18 * count, file.c_str(), title.c_str(), -count - 1, labels.c_str(),
               bars.c_str());
  const bool told = std::fflush(gnuplot.get()) == 0;
  if (pclose(gnuplot.release()) != 0 || !told)
    throw std::runtime_error{"cannot draw " + file + ": is gnuplot installed?"};
}

} // namespace bench
