#pragma once

#include "ockam/actors/node.hpp"
#include "ockam/actors/transport/listener_port.hpp"
#include "ockam/actors/transport/transport.hpp"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

namespace datagrams {

/// A number that no other transport of the node has.
inline constexpr std::uint8_t address_type = 241;

class credit;
class peer;

/// Messages between nodes of one machine, each in a UDP datagram. Some may get lost.
class transport final : public ockam::transport, public std::enable_shared_from_this<transport> {
public:
  /// Takes a free port of 127.0.0.1 and makes the node know it.
  static ockam::result<std::shared_ptr<transport>> create(ockam::node& node);
  ~transport() override;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  /// Any peer that sends a datagram reaches the consumers of this id.
  [[nodiscard]] const ockam::flow_control_id& id() const noexcept { return id_; }

  /// A connection: the address to send to.
  ockam::result<ockam::address> connect(std::uint16_t port);

  // -- what the node calls ------------------------------------------------------------------------

  [[nodiscard]] std::uint8_t type() const noexcept override { return address_type; }
  ockam::result<ockam::address> resolve(const ockam::address& remote) override;
  void stop() override;

private:
  explicit transport(ockam::node_ptr node);
  ockam::result<void> open();
  void run();
  void receive();
  ockam::result<std::shared_ptr<peer>> peer_at(std::uint16_t port, bool incoming);
  void end_closing_peers(bool all);

  const ockam::node_ptr node_;
  const ockam::flow_control_id id_ = ockam::flow_control_id::random();
  ockam::ref_ptr<credit> credit_;
  int socket_ = -1;
  std::uint16_t port_ = 0;
  ockam::listener_port listener_;

  std::mutex mutex_; // of `peers_`
  std::map<std::uint16_t, std::shared_ptr<peer>> peers_;
  std::atomic<bool> stopping_{false};
  std::thread thread_; // last: it uses the others
};

} // namespace datagrams
