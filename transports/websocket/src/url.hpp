#pragma once

#include "ockam/protocol/host_port.hpp"

#include <string>
#include <string_view>

namespace ockam::websocket::detail {

/// A place that speaks WebSocket.
struct url {
  host_port where;
  bool secure = false; // wss
  std::string path;    // with the query; empty when the text has none

  /// What a client asks for.
  [[nodiscard]] std::string target() const { return path.empty() ? "/" : path; }

  /// The HTTP field Host: without the port that the scheme stands for, and without a zone, which is of
  /// this machine alone.
  [[nodiscard]] std::string host() const;

  [[nodiscard]] std::string to_text() const;
};

/// `host:port` as of TCP, `ws://host[:port][/path]` or `wss://...`. - errc::invalid_value
result<url> parse_peer_url(std::string_view text);

/// The same with a numeric host and a port. - errc::invalid_value
result<url> parse_listen_url(std::string_view text);

/// The path of what an HTTP request asks for, without the query: `/path` or a whole URL, whose scheme
/// and host are those of the client or of the proxy that it came through (RFC 9112, 3.2.2).
/// - errc::invalid_value  another form, another scheme than http(s) and ws(s), no host, a user
result<std::string> path_of_target(std::string_view target);

/// A zone of an IPv6 address is written with `%25` in a URL (RFC 6874).
std::string with_zone_escaped(std::string authority);

/// Whether this can be a part of an HTTP request as it is: visible ASCII, so that no text adds
/// fields of its own.
bool is_visible(std::string_view text) noexcept;

} // namespace ockam::websocket::detail
