#pragma once

#include "ockam/actors/transport_port.hpp"
#include "ockam/transports/listener.hpp"

#include <memory>
#include <string>

namespace ockam::internal {

/// What every listener has in common: its port to the node, and what its handle tells.
class OCKAM_TRANSPORTS_EXPORT listening : public std::enable_shared_from_this<listening> {
public:
  virtual ~listening() = default;

  /// Stops accepting: the socket address is free when it returns. Any thread, any number of times.
  virtual void stop() = 0;

  [[nodiscard]] const ockam::address& address() const noexcept { return address_; }
  [[nodiscard]] const std::string& socket_address() const noexcept { return socket_address_; }
  [[nodiscard]] const ockam::flow_control_id& flow_control_id() const noexcept { return id_; }
  [[nodiscard]] const node_ptr& node() const noexcept { return node_; }

protected:
  explicit listening(ockam::flow_control_id id) : id_{std::move(id)} {}

  /// Registers its address with the node, which calls `stop` when that is stopped. Once.
  result<void> open_port(const node_ptr& node, std::string socket_address);
  void close_port() noexcept { port_.close(); }

private:
  const ockam::flow_control_id id_; // as spawner
  node_ptr node_;
  listener_port port_;
  ockam::address address_; // stays readable
  std::string socket_address_;
};

} // namespace ockam::internal
