#pragma once

#include "ockam/actors/node.hpp"
#include "ockam/actors/transport/connection_port.hpp"
#include "ockam/actors/transport/transport.hpp"

#include <memory>
#include <string>
#include <thread>

/// A transport over one SOCK_SEQPACKET socket, such as half of a `socketpair`: each packet is one
/// encoded message, the kernel keeps them apart.
namespace packets {

inline constexpr std::uint8_t address_type = 200;

/// A connection: the socket, the node's port for it, and a thread that reads.
class link final : public ockam::message_sink {
public:
  /// Takes the socket over.
  explicit link(int socket) : socket_{socket} {}
  ~link() override;

  ockam::result<void> open(const ockam::node_ptr& node, ockam::connection_setup setup);
  void start();

  /// The peer sees the end; returns when the thread has ended.
  void stop();

  ockam::result<void> push(ockam::routed_message& content,
                           ockam::execution_context* context) override;
  void close() override;

  [[nodiscard]] const ockam::connection_port& port() const noexcept { return port_; }

private:
  void read();

  const int socket_;
  ockam::connection_port port_;
  std::thread reader_;
};

/// Knows one peer by name: `200#name` resolves to the connection with it.
class transport final : public ockam::transport {
public:
  /// Attaches to `node` and connects it with the owner of the other end of `socket`.
  static std::shared_ptr<transport> create(ockam::node& node, int socket, std::string peer);

  [[nodiscard]] const link& connection() const noexcept { return *link_; }

  [[nodiscard]] std::uint8_t type() const noexcept override { return address_type; }
  ockam::result<ockam::address> resolve(const ockam::address& remote) override;
  void stop() override { link_->stop(); }

private:
  transport(std::shared_ptr<link> own, std::string peer)
    : link_{std::move(own)}, peer_{std::move(peer)} {}

  const std::shared_ptr<link> link_;
  const std::string peer_;
};

} // namespace packets
