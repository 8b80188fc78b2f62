#pragma once

#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

namespace ockam::test {

/// Prints what was measured, here and at the end of scripts/interop.
/// @param row  cells of a table, with `|` between and around them
inline void note_figures(const std::string& row) {
  std::cout << row << '\n';
  const std::filesystem::path logs{OCKAM_INTEROP_LOGS};
  std::filesystem::create_directories(logs);
  std::ofstream{logs / "figures.txt", std::ios::app} << row + '\n'; // tests run side by side
}

} // namespace ockam::test
