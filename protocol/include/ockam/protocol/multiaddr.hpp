#pragma once

#include "ockam/protocol/bytes.hpp"
#include "ockam/protocol/detail/export.hpp"
#include "ockam/protocol/result.hpp"
#include "ockam/protocol/route.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ockam {

/// The location of a worker in the notation of the `ockam` command (docs/wire_format.md,
/// "MultiAddr"):
///
///     /dnsaddr/localhost/tcp/4000/service/echoer        1#localhost:4000 => 0#echoer
///     /ip4/10.0.0.7/udp/5000/worker/w1                  2#10.0.0.7:5000 => 0#w1
///     /dnsaddr/localhost/tcp/4000/ws/service/echoer     3#localhost:4000 => 0#echoer
///     /unix/run/node.sock/service/echoer                5#/run/node.sock => 0#echoer
///     /ip6zone/eth0/ip6/fe80::1/tcp/4000/worker/w1      1#[fe80::1%eth0]:4000 => 0#w1
///
/// A list of pieces, each a protocol and a value that is well formed for it. `to_route` checks the
/// pieces as a whole.
class OCKAM_PROTOCOL_EXPORT multiaddr {
public:
  /// The kind of a piece. The numbers are those of the binary form.
  enum class protocol : std::uint32_t {
    ip4 = 4,
    tcp = 6,
    ip6 = 41,
    ip6zone = 42,
    dnsaddr = 56,
    udp = 273,
    unix_socket = 400,
    ws = 477,
    service = 62'526,
    node = 72'526,
    project = 82'526,
    space = 92'526,
    secure = 99'526,
    worker = 102'526,
  };

  /// One protocol with its value.
  struct piece {
    protocol kind;
    std::string value; ///< text: ports in decimal, paths unescaped; empty for `ws`

    bool operator==(const piece&) const = default;
  };

  multiaddr() = default; ///< without pieces; its text is empty

  /// Parses the text form; throws `failure` for malformed text. Explicit, because text converts to
  /// an address elsewhere. Use `parse` for text from outside.
  explicit multiaddr(std::string_view text);

  /// Parses the text form.
  /// - errc::unknown_variant  an unknown protocol
  /// - errc::invalid_value    a value that is malformed for its protocol
  /// - errc::invalid_utf8     a value that is not text
  [[nodiscard]] static result<multiaddr> parse(std::string_view text);

  /// Reads the binary form.
  /// - errc::unknown_variant  an unknown protocol code
  /// - errc::invalid_value    a non-minimal varint, or text that `parse` refuses
  /// - errc::truncated, errc::varint_overflow, errc::invalid_utf8
  [[nodiscard]] static result<multiaddr> decode(bytes_view binary);

  /// The reverse of `to_route`; local addresses become `/service/X`.
  /// - errc::only_one_transport_hop  two transport addresses
  /// - errc::invalid_value           an address without a MultiAddr form
  /// - errc::invalid_utf8            an address that is not text
  [[nodiscard]] static result<multiaddr> from_route(const route& along);

  /// The binary form: code and value of each piece.
  [[nodiscard]] bytes encode() const;

  /// One address per worker, and one for the pieces of the transport. Performs no lookup.
  /// - errc::only_one_transport_hop  two transports
  /// - errc::invalid_value           an incomplete transport, or a node, project or space
  [[nodiscard]] result<route> to_route() const;

  [[nodiscard]] const std::vector<piece>& pieces() const noexcept { return pieces_; }

  bool operator==(const multiaddr&) const = default;

private:
  explicit multiaddr(std::vector<piece> pieces) noexcept : pieces_{std::move(pieces)} {}

  std::vector<piece> pieces_;
};

/// The name of a protocol in the text form, "unix" for `unix_socket`.
[[nodiscard]] OCKAM_PROTOCOL_EXPORT std::string_view to_string(multiaddr::protocol kind) noexcept;

/// `/name/value` for each piece; parses to an equal value.
[[nodiscard]] OCKAM_PROTOCOL_EXPORT std::string to_string(const multiaddr& value);

} // namespace ockam
