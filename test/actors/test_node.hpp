#pragma once

#include "contract/support.hpp"

#include <optional>
#include <string>

namespace ockam::test {

/// Writes its hooks and messages to a journal: "initialize", the body of each message, "shutdown".
struct recorder {
  journal book;

  void initialize(context&) { book.write("initialize"); }
  void handle_message(context&, const routed<std::string>& received) {
    book.write(received.body());
  }
  void shutdown(context&) { book.write("shutdown"); }
};

/// Handles its messages when the gate is open, and writes their bodies to a journal.
struct gated_recorder {
  gate released;
  journal handled;

  void handle_message(context&, const routed<std::string>& received) {
    EXPECT_TRUE(released.wait());
    handled.write(received.body());
  }
};

/// A node in a system of its own. At the end of each test it is stopped, and nothing may be left: no
/// message that is not accounted for, no actor.
class node_test : public testing::Test {
protected:
  explicit node_test(node_options options = {});
  void TearDown() override;

  small_system system;

private:
  std::optional<ockam::node> owned_;

protected:
  ockam::node& node;
};

} // namespace ockam::test
