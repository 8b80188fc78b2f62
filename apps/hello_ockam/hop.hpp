#pragma once

#include "ockam/actors/context.hpp"

#include <iostream>

namespace hello_ockam {

/// A worker that passes every message on to the next address of its onward route.
class hop {
public:
  /// Receives any message, steps over its own address, and forwards.
  auto handle_message(ockam::context& ctx, ockam::routed<ockam::any_body>&& msg) {
    std::cout << "Address: " + to_string(ctx.primary_address())
                   + ", Received: " + to_string(msg.local_message()) + "\n"
              << std::flush;

    // Remove my address from the front of the onward route, put it at the front of the return
    // route, and send the message on.
    return ctx.forward(std::move(msg).into_local_message().step_forward(ctx.primary_address()));
  }
};

} // namespace hello_ockam
