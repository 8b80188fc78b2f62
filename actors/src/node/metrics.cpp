#include "ockam/actors/metrics.hpp"

namespace ockam {

std::string_view to_string(drop_reason reason) noexcept {
  static constexpr std::array<std::string_view, drop_reason_count> names{
    "unknown_address",   "external_address",  "not_a_consumer",
    "outgoing_denied",   "incoming_denied",   "access_control_error",
    "worker_gone",       "mailbox_full",      "pending_bytes_full",
    "message_too_large", "connection_closed", "too_many_steps",
    "heartbeat",         "undecodable",       "duplicate",
    "incomplete",        "foreign_source",    "expired",
    "route_too_long",
  };
  return names[static_cast<std::size_t>(reason)];
}

} // namespace ockam
