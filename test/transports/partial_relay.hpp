#pragma once

#include "ockam/actors/context.hpp"

namespace ockam::test {

/// A relay that makes the entries it is told to make, and no others.
struct partial_relay {
  route forward_to;
  bool admits_previous_hop;
  bool admits_next_hop;

  result<void> handle_message(context& ctx, routed<any_body>&& received) {
    const auto previous = received.return_route().next().value();
    const auto next = forward_to.next().value();
    auto& rights = ctx.flow_controls();
    if (const auto entrance = rights.find_producer(next); entrance && admits_previous_hop)
      rights.add_consumer(previous, entrance->id);
    if (const auto entrance = rights.find_producer(previous); entrance && admits_next_hop)
      rights.add_consumer(next, entrance->id);
    return ctx.forward(std::move(received)
                         .into_local_message()
                         .pop_front_onward_route()
                         .value()
                         .prepend_front_onward_route(forward_to));
  }
};

} // namespace ockam::test
