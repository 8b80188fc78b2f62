#pragma once

#include "transports/test_nodes.hpp"

namespace ockam::test {

/// Decodes a body and sends it, encoded again, back.
template <class T>
struct typed_echoer {
  result<void> handle_message(context& ctx, const routed<T>& received) {
    return received.try_body().and_then(
      [&](const T& body) { return ctx.send(received.return_route(), body); });
  }
};

/// An echoer that may be reached through a listener.
template <class T>
void start_echoer(const tcp_node& on, const tcp::listener& listener, const char* name) {
  on.node.start_worker(name, typed_echoer<T>{});
  on.flow_controls().add_consumer(name, listener.flow_control_id());
}

} // namespace ockam::test
