#pragma once

#include "test_nodes.hpp"

#include "ockam/actors/workers.hpp"

namespace ockam::test {

/// The names of the specification's scenarios: A dials the listener `l` of B; `c` is A's end of the
/// connection, `k` the end that B has accepted.
class flow_control_scenario : public nodes_test {
protected:
  tcp_node a{start_node()};
  tcp_node b{start_node()};
  tcp::listener l = b.listen();
  connection c = a.connect(l);
  connection k = b.accepted();

  void admit(const address& consumer) {
    b.flow_controls().add_consumer(consumer, l.flow_control_id());
  }

  static void start_echoer(const tcp_node& on, const mailboxes& at = "echoer") {
    on.node.start_worker(at, echoer{});
  }

  /// The request is dropped at the receiver of B by flow control, with a warning that says what
  /// would admit it, and the connection works on.
  void expect_denied_at_b(const route& to, const connection& through) {
    expect_dropped(a.node, to, b.node, drop_reason::not_a_consumer);
    EXPECT_TRUE(logged({"warning", to_string(accepted_end_of(through).receiver_address()),
                        to_string(l.flow_control_id()), "add_consumer"}));
    expect_usable(through);
  }
  void expect_denied_at_b(const route& to) { expect_denied_at_b(to, c); }

  /// A request through `through` to a consumer of `l` is answered.
  void expect_usable(const connection& through) {
    start_echoer(b, "probe");
    admit("probe");
    EXPECT_EQ(ask(a.node, {through, "probe"}, "still there?"), "still there?");
    b.node.stop_worker("probe");
  }

private:
  connection accepted_end_of(const connection& through) {
    return through.sender_address() == c.sender_address() ? k : b.accepted({k});
  }
};

} // namespace ockam::test
