#pragma once

#include <array>
#include <string_view>

namespace ockam::internal {

/// All options of the group `ockam`, those of the transports too: a node that is made without them tells
/// a misspelt one all the same. Test `Config.CFG1_EveryOptionIsInTheListOfNames` compares.
inline constexpr auto option_names = std::to_array<std::string_view>({
  // of nodes
  "error-details",
  "implicit-connections",
  "implicit-idle-timeout",
  "max-buffer-bytes",
  "max-endpoint-queue",
  "max-local-steps",
  "max-local-steps-from-wire",
  "max-log-lines",
  "stop-timeout",
  // of connections
  "connect-timeout",
  "frame-timeout",
  "handshake-timeout",
  "idle-timeout",
  "io-threads",
  "keepalive-idle",
  "keepalive-interval",
  "keepalive-probes",
  "max-address-size",
  "max-connections",
  "max-frame-size",
  "max-pending-bytes",
  "max-route-hops",
  "max-tracing-context",
  "max-unhandled-bytes",
  "max-unhandled-messages",
  "poll-before-sleeping",
  "write-timeout",
  // of UDP
  "datagram-size",
  "max-amplification",
  "max-peers",
  "max-reassembly-bytes",
  "peer-timeout",
  "reassembly-bytes",
  "reassembly-timeout",
  "resolve-timeout",
  "unproven-allowance",
  "unproven-bytes-per-second",
  "unproven-window",
});

} // namespace ockam::internal
