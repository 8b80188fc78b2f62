#pragma once

#include "ockam/actors/detail/config_options.hpp"
#include "ockam/transports/limits.hpp"

// Options that several transports have, visited as those of a node are.

namespace ockam::internal {

template <class Visitor>
void visit_options(connection_limits& limits, Visitor& visit) {
  visit("max-frame-size", limits.max_frame_size, "bytes of one encoded message, both ways");
  visit("max-route-hops", limits.decode.max_route_hops, "addresses in a route from the wire");
  visit("max-address-size", limits.decode.max_address_size, "bytes of one of them");
  visit("max-tracing-context", limits.decode.max_tracing_context,
        "bytes; a longer one is left out");
  visit("max-pending-bytes", limits.max_pending_bytes, "output that waits, for each connection");
  visit("max-unhandled-messages", limits.max_unhandled_messages,
        "received messages that are not handled yet");
  visit("max-unhandled-bytes", limits.max_unhandled_bytes,
        "bytes of received messages that are not handled yet");
  visit("handshake-timeout", limits.handshake_timeout, "for what the peer has to send first");
  visit("frame-timeout", limits.frame_timeout, "for the rest of a frame that has begun");
  visit("write-timeout", limits.write_timeout, "for output without any progress");
  visit("idle-timeout", limits.idle_timeout, "without a byte either way; 0s is off");
}

template <class Options, class Visitor>
void visit_threads(Options& options, Visitor& visit) {
  visit("io-threads", options.io_threads, "threads of each transport");
}

/// `Options` of a transport that connects and listens.
template <class Options, class Visitor>
void visit_connections(Options& options, Visitor& visit) {
  visit_options(options.connect.limits, visit);
  visit_threads(options, visit);
  visit("connect-timeout", options.connect.connect_timeout, "until messages can pass");
  visit("max-connections", options.listen.max_connections, "accepted by one listener");
}

/// What the group `ockam` says about such a transport; `visit_more` visits what it has beyond.
template <class Options, class VisitMore>
Options connections_from(const caf::actor_system_config& config, VisitMore visit_more) {
  Options options;
  const option_reader read{config};
  visit_connections(options, read);
  visit_more(options, read);
  options.listen.limits = options.connect.limits;
  return options;
}

} // namespace ockam::internal
