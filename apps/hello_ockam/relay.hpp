#pragma once

#include "ockam/actors/context.hpp"

#include <iostream>

namespace hello_ockam {

/// A worker that forwards every message along a route of its own.
class relay {
public:
  explicit relay(ockam::route forward_to)
    : route_{std::move(forward_to)}, next_hop_{ockam::value_or_throw(route_.next())} {}

  /// Receives any message and forwards it, without becoming a part of its return route.
  auto handle_message(ockam::context& ctx, ockam::routed<ockam::any_body>&& msg) {
    std::cout << "Address: " + to_string(ctx.primary_address())
                   + ", Received: " + to_string(msg.local_message()) + "\n"
              << std::flush;
    const auto previous_hop = ockam::value_or_throw(msg.return_route().next());

    // The reply comes from the next hop: let it through to the previous one.
    auto& rights = ctx.flow_controls();
    if (const auto info = rights.find_producer(next_hop_))
      rights.add_consumer(previous_hop, info->id);

    // The previous hop may continue on the reply's return route: let it through to the next one.
    if (const auto info = rights.find_producer(previous_hop))
      rights.add_consumer(next_hop_, info->id);

    // Remove my address from the onward route, put the predefined route in front, send it on.
    return ctx.forward(std::move(msg).into_local_message().pop_front_onward_route().map(
      [this](ockam::message&& content) {
        return std::move(content).prepend_front_onward_route(route_);
      }));
  }

private:
  ockam::route route_;
  ockam::address next_hop_;
};

} // namespace hello_ockam
