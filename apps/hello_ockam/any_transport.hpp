#pragma once

#include "ockam/actors/node.hpp"
#include "ockam/protocol/multiaddr.hpp"
#include "ockam/transports/limits.hpp"

#include <memory>
#include <optional>

namespace hello_ockam {

/// Every transport there is, at one node; a MultiAddr says which of them is meant.
class any_transport {
public:
  /// @param reconnect  what connections over TCP and Unix sockets do when they are lost
  explicit any_transport(ockam::node& node, std::optional<ockam::reconnect_policy> reconnect = {});
  ~any_transport();

  /// Connects to the node that the MultiAddr begins with; the route leads there and on to the workers
  /// that follow.
  [[nodiscard]] ockam::route connect(const std::string& to) const;

  struct entrance {
    std::string at; ///< as a MultiAddr, with the real port
    ockam::flow_control_id flow_control_id;
  };

  /// Listens, or for UDP binds, at a MultiAddr.
  [[nodiscard]] entrance listen(const std::string& at) const;

private:
  struct transports;
  ockam::node& node_;
  const std::unique_ptr<transports> transports_;
};

} // namespace hello_ockam
