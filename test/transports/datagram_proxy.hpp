#pragma once

#include "datagram_peer.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace ockam::test {

/// What a bad network does to datagrams, each in so many of 100 cases.
struct impairment {
  unsigned lost = 0;
  unsigned repeated = 0;
  unsigned delayed = 0; ///< behind up to `delay` that come later: reordered
  unsigned delay = 8;
};

/// A bad network between one client, which sends to `address()`, and a server: what the server gets comes
/// from the proxy, and what it sends there goes back to the client.
///
/// The same seed makes the same decisions for the same datagrams. When nothing comes for a moment,
/// what is delayed is let go.
class datagram_proxy {
public:
  datagram_proxy(std::uint16_t server_port, impairment how, std::uint32_t seed);
  ~datagram_proxy();
  datagram_proxy(const datagram_proxy&) = delete;
  datagram_proxy& operator=(const datagram_proxy&) = delete;

  [[nodiscard]] std::string address() const { return front_.address(); }

  [[nodiscard]] std::size_t lost() const noexcept { return lost_; }
  [[nodiscard]] std::size_t repeated() const noexcept { return repeated_; }
  [[nodiscard]] std::size_t delayed() const noexcept { return delayed_; }

private:
  struct held {
    bytes data;
    bool to_server;
    unsigned left; // datagrams that go before
  };

  void run();
  void take(const datagram_peer& from, bool to_server);
  void forward(const bytes& data, bool to_server) const;
  void let_go(bool all);
  [[nodiscard]] bool happens(unsigned percent) { return random_() % 100 < percent; }

  const datagram_peer front_; // the client's side
  const datagram_peer back_;  // the server's
  const std::uint16_t server_port_;
  const impairment how_;
  std::mt19937 random_;
  std::uint16_t client_port_ = 0;
  std::vector<held> held_;
  std::atomic<std::size_t> lost_{0};
  std::atomic<std::size_t> repeated_{0};
  std::atomic<std::size_t> delayed_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

} // namespace ockam::test
