#pragma once

#include "hello_ockam/flow_step.hpp"

#include <fstream>
#include <string>

namespace hello_ockam {

/// The steps of a node in a file, for `flow-merge`: one JSON object a line (docs/message_flow.md).
class flow_file {
public:
  /// Replaces the file; throws `std::runtime_error` when that is impossible.
  explicit flow_file(const std::string& name);

  /// The line is with the operating system when the call returns.
  void write(const flow_step& step);

private:
  std::ofstream out_;
};

/// The steps a file holds; throws `std::runtime_error` with file, line and what is wrong there.
flow_node read_flow_file(const std::string& node, const std::string& file);

} // namespace hello_ockam
