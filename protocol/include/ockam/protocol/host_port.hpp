#pragma once

#include "ockam/protocol/detail/export.hpp"
#include "ockam/protocol/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace ockam {

/// The socket address in a TCP or UDP address: `host:port` (docs/wire_format.md, "host:port").
struct host_port {
  enum class kind : std::uint8_t { ipv4, ipv6, name };

  std::string host; ///< IPv6 without brackets
  std::uint16_t port = 0;
  kind host_kind = kind::name;

  /// Whether the host needs no resolver.
  [[nodiscard]] bool numeric() const noexcept { return host_kind != kind::name; }

  bool operator==(const host_port&) const = default;
};

/// Parses the address to connect to; the first of these forms that matches:
///
///     4000              127.0.0.1, port 4000
///     :4000             the same
///     10.0.0.7:4000, [::1]:4000
///     [fe80::1%eth0]:4000, [fe80::1%2]:4000   with a zone: the name or number of an interface
///     host.name:4000    labels of 1 to 63 letters, digits, `-`, `_`; 253 characters in all
///
/// No system call is made. - errc::invalid_value  anything else
[[nodiscard]] OCKAM_PROTOCOL_EXPORT result<host_port> parse_peer(std::string_view text);

/// Parses the address to listen at: the numeric forms only. A port alone is refused, because the
/// caller has to choose the interfaces that the port is open to.
///
/// - errc::invalid_value  a name, a port alone, or malformed text
[[nodiscard]] OCKAM_PROTOCOL_EXPORT result<host_port> parse_listen(std::string_view text);

/// `host:port`, IPv6 in brackets; parses to an equal value.
[[nodiscard]] OCKAM_PROTOCOL_EXPORT std::string to_string(const host_port& value);

} // namespace ockam
