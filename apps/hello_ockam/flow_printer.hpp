#pragma once

#include "hello_ockam/flow_step.hpp"

#include <map>
#include <ostream>
#include <string>

namespace hello_ockam {

/// Prints the message flow as the tutorial draws it: at every step the giver and the taker of a message, and
/// both routes as they are at that moment. Random addresses get short names.
class flow_printer {
public:
  explicit flow_printer(std::ostream& out) : out_{out} {}

  void print(const flow_step& step);

private:
  std::string name_of(const std::string& address);
  std::string names_of(const std::vector<std::string>& hops);

  std::ostream& out_;
  std::map<std::string, std::string> random_;
  int count_ = 0;
};

} // namespace hello_ockam
