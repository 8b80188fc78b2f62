#pragma once

#include "types.hpp"

#include "ockam/transports/tcp.hpp"

#include <string>
#include <vector>

namespace bench {

/// A node with TCP, in a system of its own.
struct tcp_node {
  tcp_node() = default;
  explicit tcp_node(const ockam::tcp::transport_options& options)
    : tcp{ockam::tcp::transport::create(node, options)} {}

  host on{policy::sharing};
  ockam::node node{on.system};
  ockam::tcp::transport tcp{ockam::tcp::transport::create(node)};

  /// Lets peers reach the workers `names` at a new listener; serves until it is time to end.
  void serve(const std::vector<std::string>& names);
};

} // namespace bench
