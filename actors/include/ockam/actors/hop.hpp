#pragma once

#include "ockam/actors/context.hpp"

namespace ockam {

/// Passes every message on to the next address of its onward route (SVC-3); any payload.
class hop {
public:
  result<void> handle_message(context& ctx, routed<any>&& received) {
    return ctx.forward(
      std::move(received).into_local_message().step_forward(received.message_address()));
  }
};

} // namespace ockam
