#pragma once

#include "types.hpp"

#include "ockam/transports/tcp.hpp"

namespace bench {

/// A node with TCP, in a system of its own.
struct tcp_node {
  host on{policy::sharing};
  ockam::node node{on.system};
  ockam::tcp::transport tcp{ockam::tcp::transport::create(node)};

  /// Lets peers reach the worker `name` at a new listener; serves until it is time to end.
  void serve(const char* name);
};

} // namespace bench
