#pragma once

#include "transports/raw_peer.hpp"

#include <atomic>
#include <functional>
#include <list>
#include <string>
#include <thread>

namespace ockam::test {

/// Stands between two nodes, and may change what goes from one to the other.
///
/// Sees each direction as a version byte and frame bodies; its peer that connects is the client, and
/// gets a connection of its own to the server.
class frame_proxy {
public:
  struct direction {
    std::function<bytes(bytes)> version = [](bytes same) { return same; };
    std::function<bytes(bytes)> body = [](bytes same) { return same; };
  };

  /// @param server  a port of the loopback address
  frame_proxy(std::uint16_t server, direction from_client, direction from_server);
  frame_proxy(const frame_proxy&) = delete;
  frame_proxy& operator=(const frame_proxy&) = delete;
  ~frame_proxy();

  [[nodiscard]] std::string address() const { return listener_.address(); }

private:
  struct link {
    raw_peer client;
    raw_peer server;
    std::thread upwards;
    std::thread downwards;
  };

  void serve();
  static void pump(const raw_peer& from, const raw_peer& to, const direction& how);

  std::uint16_t server_;
  direction from_client_;
  direction from_server_;
  raw_listener listener_;
  std::atomic<bool> over_ = false;
  std::list<link> links_; // of the thread that serves, until it has ended
  std::thread serving_;
};

/// The port in `127.0.0.1:4000`.
std::uint16_t port_in(const std::string& address);

} // namespace ockam::test
