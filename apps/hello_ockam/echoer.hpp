#pragma once

#include "ockam/actors/context.hpp"

#include <iostream>

namespace hello_ockam {

/// A worker that sends every message it receives back to its sender.
class echoer {
public:
  auto handle_message(ockam::context& ctx, const ockam::routed<std::string>& msg) {
    std::cout << "Address: " + to_string(ctx.primary_address())
                   + ", Received: " + to_string(msg.local_message()) + "\n"
              << std::flush;

    // Echo the message body back on its return_route.
    return ctx.send(msg.return_route(), msg.body());
  }
};

} // namespace hello_ockam
