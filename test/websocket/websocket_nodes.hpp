#pragma once

#include "transports/test_nodes.hpp"

#include "ockam/transports/websocket.hpp"

namespace ockam::test {

/// A node that speaks WebSocket.
struct websocket_node {
  ockam::node& node;
  websocket::transport websocket;

  explicit websocket_node(ockam::node& on, websocket::transport_options options = {})
    : node{on}, websocket{websocket::transport::create(on, std::move(options))} {}

  listener listen(websocket::listen_options options = {}) {
    return websocket.listen("127.0.0.1:0", std::move(options));
  }
  ockam::flow_controls& flow_controls() const { return node.flow_controls(); }
  connection accepted() const { return accepted_by(websocket); }
};

/// The port in the URL of a listener.
inline std::uint16_t port_of(const listener& at) {
  const auto& url = at.socket_address();
  return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

} // namespace ockam::test
