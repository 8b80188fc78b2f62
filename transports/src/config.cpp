#include "ockam/transports/config.hpp"

#include "config_options.hpp"

#include <caf/config_option_set.hpp>

namespace ockam {

namespace {

template <class Visitor>
void visit_options(connection_limits& limits, Visitor& visit) {
  visit("max-frame-size", limits.max_frame_size, "bytes of one encoded message, both ways");
  visit("max-route-hops", limits.message.max_route_hops, "addresses in a route from the wire");
  visit("max-address-size", limits.message.max_address_size, "bytes of one of them");
  visit("max-tracing-context", limits.message.max_tracing_context,
        "bytes; a longer one is left out");
  visit("max-pending-bytes", limits.max_pending_bytes, "output that waits, for each connection");
  visit("credit-messages", limits.credit_messages, "received messages that are not handled yet");
  visit("credit-bytes", limits.credit_bytes, "bytes of received messages that are not handled yet");
  visit("handshake-timeout", limits.handshake_timeout, "for the peer's version byte");
  visit("frame-timeout", limits.frame_timeout, "for the rest of a frame that has begun");
  visit("write-deadline", limits.write_deadline, "for output without any progress");
  visit("idle-timeout", limits.idle_timeout, "without a byte either way; 0s is off");
}

template <class Visitor>
void visit_options(tcp::keepalive_options& keepalive, Visitor& visit) {
  visit("keepalive-idle", keepalive.idle, "silence before the first probe");
  visit("keepalive-interval", keepalive.interval, "between two probes");
  visit("keepalive-probes", keepalive.probes, "without an answer, then the connection is closed");
}

/// Everything that is for both directions is read into the options of `connect`.
template <class Visitor>
void visit_options(tcp::transport_options& options, Visitor visit) {
  visit_options(options.connect.limits, visit);
  visit_options(options.connect.keepalive, visit);
  visit("io-threads", options.io_threads, "threads that serve connections");
  visit("poll-before-sleeping", options.poll_before_sleeping,
        "how long such a thread looks for input before it sleeps; costs a core");
  visit("connect-timeout", options.connect.connect_timeout, "resolving and connecting");
  visit("max-connections", options.listen.max_connections, "accepted by one listener");
}

} // namespace

void add_options(caf::config_option_set& to) {
  internal::option_adder add{caf::config_option_adder{to, "ockam"}};
  node_options node;
  internal::visit_options(node, add);
  tcp::transport_options tcp;
  visit_options(tcp, add);
}

void add_values(const caf::actor_system_config& config, caf::settings& to) {
  auto node = node_options_from(config);
  internal::visit_options(node, internal::option_writer{to});
  auto tcp = tcp::transport_options_from(config);
  visit_options(tcp, internal::option_writer{to});
}

tcp::transport_options tcp::transport_options_from(const caf::actor_system_config& config) {
  transport_options options;
  visit_options(options, internal::option_reader{content(config)});
  options.listen.limits = options.connect.limits;
  options.listen.keepalive = options.connect.keepalive;
  return options;
}

} // namespace ockam
