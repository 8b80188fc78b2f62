#include "multiaddr_piece.hpp"

#include "ockam/protocol/host_port.hpp"
#include "ockam/protocol/text.hpp"

#include <algorithm>
#include <utility>
#include <vector>

// Conversion of a MultiAddr to a route and back.

namespace ockam {

namespace {

using piece = multiaddr::piece;
using protocol = multiaddr::protocol;

std::string shown(const piece& part) {
  return "/" + std::string{to_string(part.kind)} + "/" + escaped(part.value);
}

/// Iterates over the pieces of a MultiAddr.
class reader {
public:
  explicit reader(const std::vector<piece>& pieces) noexcept
    : next_{pieces.begin()}, end_{pieces.end()} {}

  [[nodiscard]] bool at_end() const noexcept { return next_ == end_; }
  const piece& take() noexcept { return *next_++; }

  const piece* take_if(protocol kind) noexcept {
    return !at_end() && next_->kind == kind ? &take() : nullptr;
  }

private:
  std::vector<piece>::const_iterator next_;
  std::vector<piece>::const_iterator end_;
};

/// `host`, the port behind it, and whether WebSocket follows.
/// @param zone  of an IPv6 address, with a `%` in front
result<address> socket_address(const piece& host, reader& pieces, const std::string& zone = {}) {
  auto type = transport_type::tcp;
  const auto* port = pieces.take_if(protocol::tcp);
  if (port == nullptr) {
    type = transport_type::udp;
    port = pieces.take_if(protocol::udp);
  } else if (pieces.take_if(protocol::ws) != nullptr) {
    type = transport_type::websocket;
  }
  if (port == nullptr)
    return fail(errc::invalid_value, shown(host) + " has no port; write " + shown(host)
                                       + "/tcp/PORT or " + shown(host) + "/udp/PORT");
  const bool brackets = host.kind == protocol::ip6;
  auto place = (brackets ? "[" + host.value + zone + "]" : host.value) + ":" + port->value;
  if (host.value.empty() || !parse_peer(place))
    return fail(errc::invalid_value, "\"" + escaped(host.value)
                                       + "\" behind /dnsaddr is no name of a host; write one like "
                                         "node.example.com");
  return address{type, place};
}

/// An interface and the IPv6 address in its zone.
result<address> zoned_address(const piece& zone, reader& pieces) {
  if (const auto* host = pieces.take_if(protocol::ip6))
    return socket_address(*host, pieces, "%" + zone.value);
  return fail(errc::invalid_value, shown(zone) + " has no IPv6 address behind it; write "
                                     + shown(zone) + "/ip6/ADDRESS/tcp/PORT");
}

result<address> take_address(reader& pieces) {
  const auto& part = pieces.take();
  switch (part.kind) {
    case protocol::ip6zone:
      return zoned_address(part, pieces);
    case protocol::ip4:
    case protocol::ip6:
    case protocol::dnsaddr:
      return socket_address(part, pieces);
    case protocol::unix_socket:
      return address{transport_type::uds, part.value};
    case protocol::service:
    case protocol::secure:
    case protocol::worker:
      return address{transport_type::local, part.value};
    case protocol::tcp:
    case protocol::udp:
    case protocol::ws:
      return fail(errc::invalid_value,
                  shown(part) + " has no host in front of it; write /dnsaddr/HOST"
                    + (part.kind == protocol::ws ? "/tcp/PORT/ws" : shown(part)));
    case protocol::node:
    case protocol::project:
    case protocol::space:
      break;
  }
  return fail(errc::invalid_value,
              shown(part)
                + " is a name that only the `ockam` command knows; write where "
                  "it is instead, like /dnsaddr/HOST/tcp/PORT");
}

tl::unexpected<error> second_transport(const std::string& all) {
  return fail(errc::only_one_transport_hop, escaped(all)
                                              + " leads through two transports; let a relay on the "
                                                "first node know the way to the second");
}

result<void> append_socket(std::vector<piece>& to, address_view hop) {
  const auto place = parse_peer(hop.value());
  if (!place)
    return fail(place.error());
  const auto host = place->host_kind == host_port::kind::ipv4   ? protocol::ip4
                    : place->host_kind == host_port::kind::ipv6 ? protocol::ip6
                                                                : protocol::dnsaddr;
  const auto percent = std::min(place->host.find('%'), place->host.size());
  auto value = internal::checked_value(host, std::string_view{place->host}.substr(0, percent));
  if (!value)
    return fail(std::move(value.error()));
  if (percent < place->host.size())
    to.push_back({protocol::ip6zone, place->host.substr(percent + 1)});
  to.push_back({host, std::move(*value)});
  const bool udp = hop.type() == transport_type::udp;
  to.push_back({udp ? protocol::udp : protocol::tcp, std::to_string(place->port)});
  if (hop.type() == transport_type::websocket)
    to.push_back({protocol::ws, {}});
  return {};
}

result<void> append_address(std::vector<piece>& to, address_view hop) {
  const auto append_text = [&](protocol kind) -> result<void> {
    return internal::checked_value(kind, hop.value()).map([&](std::string&& kept) {
      to.push_back({kind, std::move(kept)});
    });
  };
  switch (hop.type()) {
    case transport_type::local:
      return append_text(protocol::service);
    case transport_type::tcp:
    case transport_type::udp:
    case transport_type::websocket:
      return append_socket(to, hop);
    case transport_type::uds:
      return append_text(protocol::unix_socket);
    default:
      return fail(errc::invalid_value, escaped(to_string(hop))
                                         + " has no MultiAddr; only local, TCP, UDP, WebSocket and "
                                           "Unix socket addresses have one");
  }
}

} // namespace

result<multiaddr> multiaddr::from_route(const route& along) {
  const auto external = std::ranges::count_if(along,
                                              [](address_view hop) { return !hop.is_local(); });
  if (external > 1)
    return second_transport(to_string(along));
  std::vector<piece> pieces;
  for (const auto hop : along) {
    auto appended = append_address(pieces, hop);
    if (!appended)
      return fail(std::move(appended.error()));
  }
  return multiaddr{std::move(pieces)};
}

result<route> multiaddr::to_route() const {
  route along;
  bool has_transport = false;
  for (reader pieces{pieces_}; !pieces.at_end();) {
    auto hop = take_address(pieces);
    if (!hop)
      return fail(std::move(hop.error()));
    if (!hop->is_local() && std::exchange(has_transport, true))
      return second_transport(to_string(*this));
    along.append(*hop);
  }
  return along;
}

} // namespace ockam
