#pragma once

#include "raw_peer.hpp"

#include "ockam/protocol/bytes.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <netinet/in.h>

namespace ockam::test {

/// A peer that is no node: a UDP socket on a free port of 127.0.0.1.
class datagram_peer {
public:
  struct received {
    bytes data;
    std::uint16_t from = 0; ///< port
  };

  datagram_peer();
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] int number() const noexcept { return socket_.number(); }

  void send(bytes_view data, std::uint16_t to) const;

  /// The next datagram; nothing when none comes in this time.
  [[nodiscard]] std::optional<received> receive(std::chrono::milliseconds limit) const;

private:
  descriptor socket_;
  std::uint16_t port_ = 0;
};

} // namespace ockam::test
