#pragma once

#include "datagram_peer.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <set>
#include <string>
#include <thread>

namespace ockam::test {

/// Nodes behind NAT, and a service outside: every socket that sends to `service()` gets a port of its
/// own, which others see in its place, and hears only those that it has sent to.
class nat {
public:
  explicit nat(std::uint16_t service_port);
  ~nat();
  nat(const nat&) = delete;
  nat& operator=(const nat&) = delete;

  /// Where the nodes find the service.
  [[nodiscard]] std::string service() const { return service_.address(); }

  /// Datagrams for a host that had not sent to their source.
  [[nodiscard]] std::size_t refused() const noexcept { return refused_; }

  /// From now on nothing passes.
  void cut() noexcept { cut_ = true; }

private:
  struct inside {
    std::uint16_t port;
    datagram_peer outside{}; // its port in the world
    std::set<std::uint16_t> sent_to{};
  };

  void run();
  void take(const datagram_peer& at, inside* to);
  inside* find(std::uint16_t port);

  const datagram_peer service_; // stands for the service
  const std::uint16_t service_port_;
  std::list<inside> insides_;
  std::atomic<std::size_t> refused_{0};
  std::atomic<bool> cut_{false};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

} // namespace ockam::test
