#pragma once

#include "ockam/actors/transport/listener_port.hpp"
#include "ockam/transports/listener.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace ockam::sdk {

/// The base of listeners: the port to the node, and the data of the handle.
class OCKAM_TRANSPORTS_EXPORT listener_base : public std::enable_shared_from_this<listener_base> {
public:
  virtual ~listener_base() = default;

  /// Stops accepting: the socket address is free when it returns. Any thread, any number of times.
  virtual void stop() = 0;

  [[nodiscard]] const ockam::address& address() const noexcept { return address_; }
  [[nodiscard]] const std::string& socket_address() const noexcept { return *socket_address_; }
  /// The same, for accepted connections.
  [[nodiscard]] const std::shared_ptr<const std::string>& shared_socket_address() const noexcept {
    return socket_address_;
  }
  [[nodiscard]] const ockam::flow_control_id& flow_control_id() const noexcept { return id_; }
  [[nodiscard]] const node_ptr& node() const noexcept { return node_; }

protected:
  explicit listener_base(ockam::flow_control_id id) : id_{std::move(id)} {}

  /// Registers its address with the node, which calls `stop` when that is stopped. Once.
  [[nodiscard]] result<void> open_port(const node_ptr& node, std::string socket_address);
  void close_port() noexcept { port_.close(); }

  // -- for the log of the node ---------------------------------------------------------------------

  void report_full(std::size_t connections) const;
  void report_not_accepted(const std::string& why, std::chrono::milliseconds pause) const;

private:
  const ockam::flow_control_id id_; // as spawner
  node_ptr node_;
  listener_port port_;
  ockam::address address_; // stays readable
  std::shared_ptr<const std::string> socket_address_ = std::make_shared<const std::string>();
};

} // namespace ockam::sdk
