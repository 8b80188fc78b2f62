#pragma once

#include "ockam/actors/context.hpp"

#include <string>

namespace ockam {

/// Sends a text back in upper case (SVC-4); letters outside ASCII stay as they are.
class uppercase {
public:
  result<void> handle_message(context& ctx, const routed<std::string>& received) {
    return received.try_body().and_then([&](std::string text) {
      for (auto& letter : text)
        if (letter >= 'a' && letter <= 'z')
          letter = static_cast<char>(letter - 'a' + 'A');
      return ctx.send(received.return_route(), text);
    });
  }
};

} // namespace ockam
