#include "ockam/transports/config.hpp"

#include "ockam/transports/detail/config_options.hpp"

#include <caf/config_option_set.hpp>

namespace ockam {

namespace {

using internal::option_reader;
using internal::option_writer;

template <class Options, class Visitor>
void visit_polling(Options& options, Visitor& visit) {
  visit("poll-before-sleeping", options.poll_before_sleeping,
        "how long such a thread looks for input before it sleeps; costs a core");
}

/// What TCP has beyond `visit_connections`.
template <class Visitor>
void visit_tcp(tcp::transport_options& options, Visitor& visit) {
  auto& keepalive = options.connect.keepalive;
  visit("keepalive-idle", keepalive.idle, "silence before the first probe");
  visit("keepalive-interval", keepalive.interval, "between two probes");
  visit("keepalive-probes", keepalive.probes, "without an answer, then the connection is closed");
  visit_polling(options, visit);
}

template <class Visitor>
void visit_udp(udp::transport_options& options, Visitor& visit) {
  auto& bind = options.bind;
  visit("datagram-size", bind.datagram_size, "bytes of a UDP datagram, both ways");
  visit("max-amplification", bind.max_amplification,
        "bytes sent for each byte of a peer that was not sent to first; 0 is off");
  visit("unproven-allowance", bind.unproven_allowance,
        "bytes beyond that for an IP address in a window");
  visit("unproven-window", bind.unproven_window, "after which it gets as many again");
  visit("unproven-bytes-per-second", bind.unproven_bytes_per_second,
        "beyond that for all such addresses together");
  visit("max-peers", bind.max_peers, "of a UDP binding, remembered at a time");
  visit("peer-timeout", bind.peer_timeout, "after which a silent one is forgotten");
  visit("resolve-timeout", bind.resolve_timeout, "for the name of a host");
  visit("reassembly-bytes", bind.reassembly.max_bytes, "unfinished messages of one peer");
  visit("reassembly-timeout", bind.reassembly.timeout, "for the parts of one message");
  visit("max-reassembly-bytes", options.max_reassembly_bytes, "unfinished messages of all peers");
}

/// The whole group: each name once, though several transports have it.
template <class Visitor>
void visit_group(node_options node, tcp::transport_options tcp, udp::transport_options udp,
                 Visitor visit) {
  internal::visit_options(node, visit);
  internal::visit_connections(tcp, visit);
  visit_tcp(tcp, visit);
  visit_udp(udp, visit);
}

} // namespace

void add_options(caf::config_option_set& to) {
  visit_group({}, {}, {}, internal::option_adder{caf::config_option_adder{to, "ockam"}});
}

void add_values(const caf::actor_system_config& config, caf::settings& to) {
  visit_group(node_options_from(config), tcp::transport_options_from(config),
              udp::transport_options_from(config), option_writer{to});
}

tcp::transport_options tcp::transport_options_from(const caf::actor_system_config& config) {
  auto options = internal::connections_from<transport_options>(
    config, [](auto& made, const option_reader& read) { visit_tcp(made, read); });
  options.listen.keepalive = options.connect.keepalive;
  return options;
}

uds::transport_options uds::transport_options_from(const caf::actor_system_config& config) {
  return internal::connections_from<transport_options>(
    config, [](auto& made, const option_reader& read) { visit_polling(made, read); });
}

udp::transport_options udp::transport_options_from(const caf::actor_system_config& config) {
  transport_options options;
  const option_reader read{config};
  internal::visit_options(options.bind.connection.limits, read);
  internal::visit_threads(options, read);
  visit_udp(options, read);
  return options;
}

} // namespace ockam
