#pragma once

// Runs rows: the variants of a row in turn (A B C A B C ...), so that what disturbs the machine
// disturbs all of them, and each is compared with a baseline of the same round. Absolute numbers
// belong to one machine on one day; ratios travel better.

#include "report.hpp"
#include "row.hpp"

namespace bench {

struct run_options {
  int runs = 7;           ///< rounds; each runs every variant once
  int milliseconds = 100; ///< that one run takes, about
  std::string filter;     ///< only rows whose name contains this
  std::string variant;    ///< only variants whose name contains this
};

/// Runs the rows that `options` ask for and puts their results into `into`, each as soon as it is
/// there. Throws std::runtime_error when they ask for none. Whatever does not end in time ends the program with status 3.
void run(const std::vector<row>& rows, const run_options& options, report& into);

/// Whether any figure of the row is asked for.
bool is_wanted(const row& which, const std::string& filter);

} // namespace bench
