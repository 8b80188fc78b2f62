#pragma once

#include "test_nodes.hpp"

#include "ockam/actors/workers.hpp"
#include "ockam/transports/udp.hpp"

#include <string>
#include <utility>

namespace ockam::test {

/// `2#host:port`.
inline address udp_address(const std::string& socket_address) {
  return {transport_type::udp, socket_address};
}
inline address udp_address(const udp::binding& of) {
  return udp_address(of.socket_address());
}

/// A node that speaks UDP.
struct udp_node {
  ockam::node& node;
  udp::transport udp;

  explicit udp_node(ockam::node& on, udp::transport_options options = {})
    : node{on}, udp{udp::transport::create(on, std::move(options))} {}

  udp::binding bind(udp::bind_options options = {}) {
    return udp.bind("127.0.0.1:0", std::move(options));
  }
  udp::binding bind_to(const std::string& peer, udp::bind_options options = {}) {
    options.peer = peer;
    return bind(std::move(options));
  }

  void start_echoer(const udp::binding& reached_by) {
    node.start_worker("echoer", echoer{});
    node.flow_controls().add_consumer("echoer", reached_by.flow_control_id());
  }
  endpoint start_reader(const udp::binding& reached_by) {
    auto reader = node.detached("reader");
    node.flow_controls().add_consumer("reader", reached_by.flow_control_id());
    return reader;
  }

  std::uint64_t dropped(drop_reason why) const { return node.metrics().dropped_for(why); }
};

} // namespace ockam::test
