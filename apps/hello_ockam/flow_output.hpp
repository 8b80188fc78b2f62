#pragma once

#include "hello_ockam/flow_step.hpp"

#include "ockam/actors/observer.hpp"

#include <memory>
#include <optional>
#include <ostream>
#include <string>

namespace hello_ockam {

/// The forms of a message flow: text is printed as it happens, pictures in the end.
enum class flow_form : std::uint8_t { none, text, mermaid, svg };

/// A form by its name; nothing for another name.
std::optional<flow_form> flow_form_of(const std::string& name);

/// Where the message flow of a program goes.
class flow_output {
public:
  /// A picture is all of stdout, so that it can go into a file: whatever else the program prints
  /// there goes to stderr from now on. Throws when `file`, unless empty, cannot be written.
  flow_output(flow_form form, const std::string& file);
  flow_output(const flow_output&) = delete;
  flow_output& operator=(const flow_output&) = delete;
  ~flow_output();

  /// For `node_options`; null when no flow is asked for.
  [[nodiscard]] std::shared_ptr<ockam::message_observer> observer() const;

  /// Prints the picture, if there is to be one. The node must be gone.
  void finish();

private:
  struct parts;
  std::shared_ptr<parts> parts_; // shared with the observer
};

} // namespace hello_ockam
