#pragma once

#include "actors/test_node.hpp"
#include "contract/nodes_test.hpp"

#include "ockam/transports/tcp.hpp"

#include <utility>
#include <vector>

namespace ockam::test {

/// A node that speaks TCP.
struct tcp_node {
  ockam::node& node;
  tcp::transport tcp;

  explicit tcp_node(ockam::node& on, tcp::transport_options options = {})
    : node{on}, tcp{tcp::transport::create(on, options)} {}

  tcp::listener listen(tcp::listen_options options = {}) {
    return tcp.listen("127.0.0.1:0", std::move(options));
  }
  connection connect(const tcp::listener& to, tcp::connect_options options = {}) {
    return tcp.connect(to.socket_address(), std::move(options));
  }

  ockam::flow_controls& flow_controls() const { return node.flow_controls(); }
  std::uint64_t dropped(drop_reason why) const { return node.metrics().dropped_for(why); }

  connection accepted(const std::vector<connection>& known = {}) const {
    return accepted_by(tcp, known);
  }
};

} // namespace ockam::test
