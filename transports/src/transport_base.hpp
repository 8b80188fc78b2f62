#pragma once

#include "link.hpp"
#include "listening.hpp"
#include "registry.hpp"

#include "ockam/actors/transport_port.hpp"
#include "ockam/transports/export.hpp"

#include <memory>

namespace ockam::internal {

/// The connections and listeners of one transport of one node.
class OCKAM_TRANSPORTS_EXPORT transport_base : public ockam::transport,
                                               public std::enable_shared_from_this<transport_base> {
public:
  explicit transport_base(node_ptr node) : node_{std::move(node)} {}

  result<void> disconnect(const address& any);
  result<void> stop_listener(const address& listener);

  [[nodiscard]] const registry<link>& connections() const noexcept { return connections_; }
  [[nodiscard]] const registry<listening>& listeners() const noexcept { return listeners_; }

protected:
  [[nodiscard]] const node_ptr& node() const noexcept { return node_; }

  // both go when they end
  void add(const std::shared_ptr<link>& opened) {
    connections_.add(opened->sender_address(), opened);
  }
  void add(const std::shared_ptr<listening>& opened) { listeners_.add(opened->address(), opened); }
  void remove(const link& ended) { connections_.remove(ended.sender_address()); }
  void remove(const listening& ended) { listeners_.remove(ended.address()); }

private:
  const node_ptr node_;
  registry<link> connections_; // by sender address
  registry<listening> listeners_;
};

} // namespace ockam::internal
