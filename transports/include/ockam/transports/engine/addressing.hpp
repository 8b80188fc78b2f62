#pragma once

#include "ockam/protocol/message.hpp"
#include "ockam/protocol/result.hpp"

namespace ockam::sdk {

/// Chooses the destinations of the messages of a connection with several peers.
class addressing {
public:
  virtual ~addressing() = default;

  /// The destination of one message, if it is known already.
  struct choice {
    ref_ptr<ref_counted>
      destination{};    ///< goes with the message to the carrier; null: to the only peer
    bool waits = false; ///< the message was moved, and comes back by `connection_engine::push_late`
  };

  /// Chooses for one message. Any thread. A refused message is not changed.
  [[nodiscard]] virtual result<choice> choose(message& content) = 0;
};

} // namespace ockam::sdk
