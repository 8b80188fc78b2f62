#pragma once

#include "ockam/actors/context.hpp"

#include <string>

namespace ockam {

/// Sends a text back along its return route (SVC-2).
class echoer {
public:
  result<void> handle_message(context& ctx, const routed<std::string>& received) {
    return received.try_body().and_then(
      [&](const std::string& text) { return ctx.send(received.return_route(), text); });
  }
};

} // namespace ockam
