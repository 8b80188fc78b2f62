#include "hello_ockam/flow_printer.hpp"

namespace hello_ockam {

void flow_printer::print(const flow_step& step) {
  std::string from = "dropped";
  if (step.what != flow_step::kind::drop)
    from = name_of(step.from); // first: short names are numbered in the order of the flow
  std::string to = step.to;
  if (step.what == flow_step::kind::delivery)
    to = name_of(step.to);
  if (step.what == flow_step::kind::write)
    to = "wire to " + step.to;
  if (step.what == flow_step::kind::read) {
    to = from;
    from = "wire from " + step.to;
  }
  out_ << "  " + std::to_string(++count_) + ". " + from + " -> " + to + "\n       onward_route: ["
            + names_of(step.onward_route) + "]\n       return_route: ["
            + names_of(step.return_route) + "]\n"
       << std::flush;
}

/// A random address is 32 digits long: a short name is easier to follow.
std::string flow_printer::name_of(const std::string& address) {
  if (!is_random_address(address))
    return address;
  auto& name = random_[address];
  if (name.empty())
    name = "random-" + std::to_string(random_.size()) + "(" + address.substr(2, 4) + "...)";
  return name;
}

std::string flow_printer::names_of(const std::vector<std::string>& hops) {
  std::string names;
  for (const auto& hop : hops)
    names += (names.empty() ? "" : " => ") + name_of(hop);
  return names;
}

} // namespace hello_ockam
