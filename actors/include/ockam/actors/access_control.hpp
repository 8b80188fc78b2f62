#pragma once

#include "ockam/actors/detail/export.hpp"
#include "ockam/protocol/message.hpp"
#include "ockam/protocol/time_span.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace ockam {

class flow_controls;

/// A message between two mailboxes, as access control sees it.
///
/// `source` is the sending mailbox as the router knows it, whatever the return route contains;
/// `destination` is the resolved address.
struct relay_message {
  const address& source;
  const address& destination;
  const message& content;
};

/// Decides whether a message may leave (outgoing) or enter (incoming) a mailbox.
///
/// One object may serve many mailboxes; calls come from several threads at once.
class OCKAM_ACTORS_EXPORT access_control {
public:
  virtual ~access_control() = default;

  /// Whether the message may pass, or an error when that cannot be decided. An error is returned to
  /// the sender (outgoing) or logged (incoming); `false` is only logged.
  [[nodiscard]] virtual result<bool> is_authorized(const relay_message& what) const = 0;

  /// What would let `what` pass: one line of text for the log, without a full stop; addresses escaped
  /// (`escaped`). "only senders inside this node are admitted".
  [[nodiscard]] virtual std::string remedy(const relay_message& what) const = 0;

  /// True when every message passes; then `is_authorized` is not called.
  [[nodiscard]] virtual bool admits_everything() const noexcept { return false; }
};

using access_control_ptr = std::shared_ptr<const access_control>;

OCKAM_ACTORS_EXPORT access_control_ptr allow_all(); ///< admits every message
OCKAM_ACTORS_EXPORT access_control_ptr deny_all();  ///< admits none

/// Incoming: the true source is one of `sources`.
OCKAM_ACTORS_EXPORT access_control_ptr allow_source_addresses(std::vector<address> sources);

/// Outgoing: the next address of the onward route is one of `next_hops`.
/// errc::empty_route for a message without a next address.
OCKAM_ACTORS_EXPORT access_control_ptr allow_onward_addresses(std::vector<address> next_hops);

/// Every one admits, asked in order until one does not; an empty list admits.
OCKAM_ACTORS_EXPORT access_control_ptr all_of(std::vector<access_control_ptr> parts);

/// One of them admits, asked in order until one does; an empty list denies.
OCKAM_ACTORS_EXPORT access_control_ptr any_of(std::vector<access_control_ptr> parts);

/// Caches up to 10 admissions of `inner` for `lifetime` each, by source, destination, routes and
/// local info; denials are not cached.
OCKAM_ACTORS_EXPORT access_control_ptr cached(access_control_ptr inner,
                                              time_span lifetime = std::chrono::seconds{1});

/// Incoming: the source is not an address through which messages enter the node.
OCKAM_ACTORS_EXPORT access_control_ptr local_only(std::shared_ptr<const flow_controls> registry);

} // namespace ockam
