#pragma once

#include "ockam/transports/connection.hpp"

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace ockam::internal {

/// Connections that were made because a route named `1#host:port`: one for each such text, made when
/// first needed and again when it has closed. Thread-safe.
class implicit_connections {
public:
  using on_ready = std::function<void(result<address>)>;
  using on_connected = std::function<void(result<connection>)>;

  /// Calls `ready` with the address of the connection to `peer`: at once when there is one, else
  /// when `connect`, which is called unless a connection is being made there already, is done. In the order of
  /// the calls. errc::resource_exhausted when too many wait.
  void get(const std::string& peer, on_ready ready,
           const std::function<void(on_connected)>& connect);

private:
  struct entry {
    std::optional<connection> open;
    std::vector<on_ready> waiting;
    bool connecting = false;
  };

  void connected(const std::string& peer, const result<connection>& outcome);

  std::mutex mutex_;
  std::map<std::string, entry> by_peer_;
};

} // namespace ockam::internal
