#pragma once

#include "types.hpp"

#include "ockam/actors/node.hpp"

#include <string>
#include <vector>

namespace bench {

/// A node with one transport, in a system of its own.
class carrier {
public:
  /// To the node at the other end.
  struct way {
    ockam::route through;
    ockam::flow_control_id id; ///< of what comes back
  };

  /// From outside.
  struct entrance {
    std::string place; ///< what `connect` takes
    ockam::flow_control_id id;
  };

  carrier() = default;
  carrier(const carrier&) = delete;
  carrier& operator=(const carrier&) = delete;
  virtual ~carrier() = default;

  /// One more way to where another process listens.
  virtual way connect(const std::string& place) = 0;
  virtual entrance listen() = 0;

  /// Lets peers reach the workers `names` through a new entrance; serves until it is time to end.
  void serve(const std::vector<std::string>& names);

  host on{policy::sharing};
  ockam::node node{on.system};
};

/// An unused place for a transport to listen at.
template <class Transport>
std::string any_place() {
  return "127.0.0.1:0";
}

/// A node with a transport of connections.
template <class Transport>
struct node_with final : carrier {
  node_with() = default;
  template <class Options>
  explicit node_with(const Options& options) : transport{Transport::create(node, options)} {}

  way connect(const std::string& place) override {
    const auto made = transport.connect(place);
    return {made, made.flow_control_id()};
  }
  entrance listen() override {
    const auto made = transport.listen(any_place<Transport>());
    return {made.socket_address(), made.flow_control_id()};
  }

  Transport transport{Transport::create(node)};
};

} // namespace bench
