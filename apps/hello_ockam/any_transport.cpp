#include "any_transport.hpp"

#include "ockam/transports/config.hpp"
#include "ockam/transports/tcp.hpp"
#include "ockam/transports/udp.hpp"
#include "ockam/transports/uds.hpp"
#ifdef HELLO_OCKAM_WEBSOCKET
#  include "ockam/transports/websocket.hpp"
#endif

namespace hello_ockam {

namespace {

using ockam::address;

/// A URL of a WebSocket listener, without what a MultiAddr does not say.
std::string without_scheme(const std::string& url) {
  constexpr std::string_view scheme = "ws://";
  return url.starts_with(scheme) ? url.substr(scheme.size()) : url;
}

template <class Listener>
any_transport::entrance entrance_at(std::uint8_t type, const Listener& made) {
  const address where{type, without_scheme(made.socket_address())};
  return {to_string(ockam::value_or_throw(ockam::multiaddr::from_route(ockam::route{where}))),
          made.flow_control_id()};
}

template <class Options>
Options with(std::optional<ockam::reconnect_policy> reconnect, Options configured) {
  configured.connect.reconnect = reconnect;
  return configured;
}

} // namespace

struct any_transport::transports {
  transports(ockam::node& node, std::optional<ockam::reconnect_policy> reconnect)
    : tcp{ockam::tcp::transport::create(
      node, with(reconnect, ockam::tcp::transport_options_from(node.system().config())))},
      udp{ockam::udp::transport::create(node)},
      uds{ockam::uds::transport::create(
        node, with(reconnect, ockam::uds::transport_options_from(node.system().config())))}
#ifdef HELLO_OCKAM_WEBSOCKET
      ,
      websocket{ockam::websocket::transport::create(node)}
#endif
  {
  }

  ockam::tcp::transport tcp;
  ockam::udp::transport udp;
  ockam::uds::transport uds;
#ifdef HELLO_OCKAM_WEBSOCKET
  ockam::websocket::transport websocket;
#endif
};

any_transport::any_transport(ockam::node& node, std::optional<ockam::reconnect_policy> reconnect)
  : node_{node}, transports_{std::make_unique<transports>(node, reconnect)} {}

any_transport::~any_transport() = default;

ockam::route any_transport::connect(const std::string& to) const {
  return ockam::value_or_throw(node_.root().resolve_transport_route(ockam::multiaddr{to}));
}

any_transport::entrance any_transport::listen(const std::string& at) const {
  const auto where = ockam::value_or_throw(ockam::multiaddr{at}.to_route());
  const address front{ockam::value_or_throw(where.next())};
  switch (front.type()) {
    case ockam::transport_type::tcp:
      return entrance_at(front.type(), transports_->tcp.listen(front.value()));
    case ockam::transport_type::udp:
      return entrance_at(front.type(), transports_->udp.bind(front.value()));
    case ockam::transport_type::uds:
      return entrance_at(front.type(), transports_->uds.listen(front.value()));
#ifdef HELLO_OCKAM_WEBSOCKET
    case ockam::transport_type::websocket:
      return entrance_at(front.type(), transports_->websocket.listen(front.value()));
#endif
    default:
      throw ockam::failure{
        ockam::error{ockam::errc::invalid_value, at
                                                   + " is no place to listen at here; try "
                                                     "/ip4/127.0.0.1/tcp/4000"}};
  }
}

} // namespace hello_ockam
