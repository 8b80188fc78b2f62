#pragma once

#include "ockam/actors/detail/export.hpp"
#include "ockam/actors/metrics.hpp"
#include "ockam/protocol/message.hpp"

#include <string_view>

namespace ockam {

/// Watches messages at the points where the router and the transports touch them.
///
/// Called on the thread that moves the message, possibly on several at once; must be quick and must
/// not wait. What it throws is logged and counted (`metrics::failed_callbacks`). Set in
/// `node_options`; without one the hot path pays one comparison.
class OCKAM_ACTORS_EXPORT message_observer {
public:
  virtual ~message_observer() = default;

  /// `source` has sent, and the router has found `destination`. `content` is what arrives there.
  virtual void on_delivery(const address& source, const address& destination,
                           const message& content)
    = 0;

  /// The connection `sender` has put `content` on the wire, with the routes as the peer sees them.
  virtual void on_write(const address& sender, std::string_view peer, const message& content) = 0;

  /// A message has come in on the connection `sender`, with the routes as they were on the wire.
  virtual void on_read(const address& sender, std::string_view peer, const message& content) = 0;

  /// A message ends here.
  virtual void on_drop(drop_reason reason, const message& content) = 0;
};

} // namespace ockam
