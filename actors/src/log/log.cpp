#include "log.hpp"

#include "ockam/actors/transport/host_calls.hpp"
#include "ockam/protocol/text.hpp"

namespace ockam::internal {

namespace {

std::string remedy_of(const access_control& control, const relay_message& what) {
  const auto known = caught([&]() -> result<std::string> { return control.remedy(what); });
  return known ? *known : "no remedy is known: " + to_string(known.error());
}

} // namespace

std::string describe_denial(std::string_view direction, const relay_message& what,
                            const access_control& control, const result<bool>& verdict) {
  const auto from = escaped(to_string(what.source));
  const auto to = escaped(to_string(what.destination));
  const auto way = " a message from " + from + " to " + to + ": ";
  if (verdict)
    return std::string{direction} + " access control dropped" + way
           + escaped(remedy_of(control, what), 1024);
  return std::string{direction} + " access control failed for" + way + to_string(verdict.error());
}

} // namespace ockam::internal
