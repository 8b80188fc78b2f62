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
/// `source` is the mailbox that really sends, not what the return route claims; `destination` is
/// the address that was resolved.
struct relay_message {
  const address& source;
  const address& destination;
  const message& content;
};

/// Decides whether a message may leave (outgoing) or enter (incoming) a mailbox.
///
/// One object may serve many mailboxes and is asked from many threads.
class OCKAM_ACTORS_EXPORT access_control {
public:
  virtual ~access_control() = default;

  /// True or false, or an error when the question cannot be answered; an error is reported to the
  /// sender (outgoing) or logged (incoming), a plain `false` only logged.
  [[nodiscard]] virtual result<bool> is_authorized(const relay_message& what) const = 0;

  /// What would let `what` pass, for the log line of a denial.
  [[nodiscard]] virtual std::string remedy(const relay_message& what) const = 0;

  /// True when every message passes, so that nobody needs to ask.
  [[nodiscard]] virtual bool admits_everything() const noexcept { return false; }
};

using access_control_ptr = std::shared_ptr<const access_control>;

OCKAM_ACTORS_EXPORT access_control_ptr allow_all();
OCKAM_ACTORS_EXPORT access_control_ptr deny_all();

/// Incoming: the true source is one of `sources`.
OCKAM_ACTORS_EXPORT access_control_ptr allow_source_addresses(std::vector<address> sources);

/// Outgoing: the next address of the onward route is one of `next_hops`.
/// errc::empty_route for a message without a next address.
OCKAM_ACTORS_EXPORT access_control_ptr allow_onward_addresses(std::vector<address> next_hops);

/// Every one admits, asked in order until one does not; an empty list admits.
OCKAM_ACTORS_EXPORT access_control_ptr all_of(std::vector<access_control_ptr> parts);

/// One of them admits, asked in order until one does; an empty list denies.
OCKAM_ACTORS_EXPORT access_control_ptr any_of(std::vector<access_control_ptr> parts);

/// Remembers up to 10 admissions of `inner` for `lifetime` each, by source, destination, routes and
/// local info; denials are not remembered.
OCKAM_ACTORS_EXPORT access_control_ptr cached(access_control_ptr inner,
                                              time_span lifetime = std::chrono::seconds{1});

/// Incoming: the source is not an address through which messages enter the node.
OCKAM_ACTORS_EXPORT access_control_ptr local_only(std::shared_ptr<const flow_controls> registry);

} // namespace ockam
