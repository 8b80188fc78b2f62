#pragma once

#include "row.hpp"

#include <nlohmann/json.hpp>

namespace bench {

/// What one variant of a row came to.
struct series {
  std::string variant;
  std::size_t operations = 0;
  std::vector<std::vector<double>> rounds; ///< per round, per figure: in the figure's unit
  double allocations = 0;                  ///< per operation
};

/// Prints each row as it comes, and keeps all for files. Throws std::runtime_error for files that
/// cannot be written.
class report {
public:
  void add(const row& what, const std::vector<series>& all);

  /// All figures, with what they were measured on; the format is described in README.md.
  void write_json(const std::string& file, nlohmann::json about) const;

  /// A chart of every variant that was compared with a baseline; needs the program gnuplot.
  void write_plot(const std::string& file, const std::string& title) const;

private:
  void add(const row& what, std::size_t figure, const std::vector<series>& all);

  nlohmann::json figures_ = nlohmann::json::array();
};

} // namespace bench
