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

  websocket::listener listen(websocket::listen_options options = {}) {
    return websocket.listen("127.0.0.1:0", std::move(options));
  }
  flow_controls& flow_control() const { return node.flow_control(); }
  connection accepted() const { return accepted_by(websocket); }
};

} // namespace ockam::test
