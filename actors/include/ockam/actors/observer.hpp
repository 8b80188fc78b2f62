#pragma once

#include "ockam/actors/detail/export.hpp"
#include "ockam/actors/metrics.hpp"
#include "ockam/protocol/message.hpp"

#include <string_view>

namespace ockam {

/// Notified of messages by the router and the transports.
///
/// Called on the thread that moves the message, possibly on several at once; must be quick and must
/// not block. Exceptions are logged and counted (`metrics::failed_callbacks`). Set in
/// `node_options`; without one the hot path pays one comparison.
class OCKAM_ACTORS_EXPORT message_observer {
public:
  virtual ~message_observer() = default;

  /// The router delivers a message of `source` to `destination`; `content` is the message on arrival.
  virtual void on_delivery(const address& source, const address& destination,
                           const message& content)
    = 0;

  /// The connection `sender` has written `content`, with the routes as the peer receives them.
  virtual void on_write(const address& sender, std::string_view peer, const message& content) = 0;

  /// The connection `sender` has read a message, with the routes as they were on the wire.
  virtual void on_read(const address& sender, std::string_view peer, const message& content) = 0;

  /// The node has dropped a message.
  virtual void on_drop(drop_reason reason, const message& content) = 0;
};

} // namespace ockam
