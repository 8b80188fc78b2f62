#include "hello_ockam/flow_printer.hpp"

#include "ockam/protocol/text.hpp"

#include <algorithm>

namespace hello_ockam {

namespace {

bool is_random(ockam::address_view any) {
  return any.is_local() && any.value().size() == 32
         && std::ranges::all_of(any.value(), [](char digit) {
              return (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f');
            });
}

} // namespace

void flow_printer::on_delivery(const ockam::address& source, const ockam::address& destination,
                               const ockam::message& content) {
  const std::lock_guard guard{mutex_};
  const auto from = name_of(source); // first: short names are numbered in the order of the flow
  print(from, name_of(destination), content);
}

void flow_printer::on_write(const ockam::address& sender, std::string_view peer,
                            const ockam::message& content) {
  const std::lock_guard guard{mutex_};
  print(name_of(sender), "wire to " + std::string{peer}, content);
}

void flow_printer::on_read(const ockam::address& sender, std::string_view peer,
                           const ockam::message& content) {
  const std::lock_guard guard{mutex_};
  print("wire from " + std::string{peer}, name_of(sender), content);
}

void flow_printer::on_drop(ockam::drop_reason reason, const ockam::message& content) {
  const std::lock_guard guard{mutex_};
  print("dropped", std::string{to_string(reason)}, content);
}

void flow_printer::print(const std::string& from, const std::string& to,
                         const ockam::message& content) {
  out_ << "  " + std::to_string(++step_) + ". " + from + " -> " + to + "\n       onward_route: ["
            + names_of(content.onward_route()) + "]\n       return_route: ["
            + names_of(content.return_route()) + "]\n"
       << std::flush;
}

/// A random address is 32 digits long: a short name is easier to follow.
std::string flow_printer::name_of(ockam::address_view any) {
  if (!is_random(any))
    return ockam::escaped(to_string(any));
  auto& name = random_[ockam::address{any}];
  if (name.empty())
    name = "random-" + std::to_string(random_.size()) + "(" + std::string{any.value().substr(0, 4)}
           + "...)";
  return name;
}

std::string flow_printer::names_of(const ockam::route& hops) {
  std::string names;
  for (auto hop : hops)
    names += (names.empty() ? "" : " => ") + name_of(hop);
  return names;
}

} // namespace hello_ockam
