#pragma once

#include "ockam/actors/detail/caf_compat.hpp"
#include "ockam/actors/node.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/config_option_adder.hpp>
#include <caf/config_value.hpp>
#include <caf/settings.hpp>
#include <caf/timespan.hpp>

#include <chrono>
#include <concepts>
#include <limits>
#include <string>

// Options are visited: `visit(name, member, description)` for each, so that they are named in one
// place and can be added to CAF's options, read from them and shown.

namespace ockam::internal {

template <class Visitor>
void visit_options(node_options& options, Visitor&& visit) {
  visit("max-local-steps", options.max_local_steps,
        "hops of a message of this node inside the node");
  visit("max-local-steps-from-wire", options.max_local_steps_from_wire,
        "hops of a received message inside the node");
  visit("max-endpoint-queue", options.max_endpoint_queue, "messages waiting in one endpoint");
  visit("max-buffer-bytes", options.max_buffer_bytes,
        "what the buffers of all connections may take");
  visit("max-log-lines", options.max_log_lines, "lines a second that peers cause in the log");
  visit("stop-timeout", options.stop_timeout, "how long a stop waits for workers");
  visit("implicit-connections", options.implicit_connections,
        "whether 1#host:port in a route of this node makes a connection");
  visit("error-details", options.error_details,
        "whether error replies have the text of a failed handler");
  visit("implicit-idle-timeout", options.implicit_idle_timeout,
        "after which such a connection is closed");
}

/// How CAF stores a value.
inline bool as_caf(bool value) {
  return value;
}
caf::config_value::integer as_caf(std::integral auto value) {
  return static_cast<caf::config_value::integer>(value);
}
template <class Rep, class Period>
caf::timespan as_caf(std::chrono::duration<Rep, Period> value) {
  return value;
}

/// Declares the options.
struct option_adder {
  caf::config_option_adder group;

  template <class T>
  void operator()(const char* name, const T& value, const char* description) {
    group.add<decltype(as_caf(value))>(std::string{name}, std::string{description});
  }
};

/// What an option takes, in words.
inline std::string what_is_taken(bool) {
  return "true or false";
}
template <std::integral T>
std::string what_is_taken(T) {
  return "a whole number, 0 to " + std::to_string(std::numeric_limits<T>::max());
}
template <class Rep, class Period>
std::string what_is_taken(std::chrono::duration<Rep, Period>) {
  return "a duration of 0 or more, such as 250ms, 5s or 1min";
}

/// Takes what the group `ockam` of a configuration says. Throws `failure` with errc::invalid_value for
/// an option that nothing has, and for a value that an option does not take: CAF lets both pass when
/// they are in a file.
class OCKAM_ACTORS_EXPORT option_reader {
public:
  explicit option_reader(const caf::actor_system_config& config);

  template <class T>
  void operator()(const char* name, T& value, const char*) const {
    const auto* const found = find(name);
    if (found == nullptr)
      return;
    const auto given = caf::get_if<decltype(as_caf(value))>(found);
    if (!given || !take(*given, value))
      refuse(name, *found, what_is_taken(value));
  }

private:
  static bool take(bool given, bool& value) {
    value = given;
    return true;
  }

  template <std::integral T>
  static bool take(caf::config_value::integer given, T& value) {
    value = static_cast<T>(given);
    return std::in_range<T>(given);
  }

  template <class Rep, class Period>
  static bool take(caf::timespan given, std::chrono::duration<Rep, Period>& value) {
    value = std::chrono::duration_cast<std::chrono::duration<Rep, Period>>(given);
    return given >= caf::timespan{0};
  }

  [[nodiscard]] const caf::config_value* find(const char* name) const;
  [[noreturn]] void refuse(const char* name, const caf::config_value& found,
                           const std::string& taken) const;

  const caf::settings* group_ = nullptr; // nothing is said
  caf::settings left_out_;               // what the file says beyond, see `compat::values_in_file`
  std::string file_;
};

/// Adds what is not there yet.
struct option_writer {
  caf::settings& to;

  template <class T>
  void operator()(const char* name, const T& value, const char*) const {
    caf::put_missing(to, std::string{"ockam."} + name, caf::config_value{as_caf(value)});
  }
};

} // namespace ockam::internal
