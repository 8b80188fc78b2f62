#pragma once

#include "ockam/actors/node.hpp"
#include "ockam/transports/connection.hpp"
#include "ockam/transports/detail/export.hpp"
#include "ockam/transports/limits.hpp"
#include "ockam/transports/transport/transport_handle.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace asio {
class io_context;
}

namespace ockam::uds {

/// Unix domain sockets: processes of one machine, reached by the path of a socket file, or, on Linux, by
/// an abstract name, which is written `@name`.
///
/// A message has at most 65,535 bytes, because the wire has two bytes for its length; a larger one
/// fails for its sender alone.

/// How one connection is made and behaves; the ids are those of `tcp::connect_options`.
struct connect_options {
  ockam::flow_control_id flow_control_id = ockam::flow_control_id::random();
  std::vector<ockam::flow_control_id> consumer_of{};

  std::chrono::milliseconds connect_timeout{5'000}; ///< while the listener's queue is full
  std::chrono::milliseconds retry_for{0}; ///< keeps trying while there is no listener; 0 is off
  std::optional<reconnect_policy> reconnect{}; ///< off by default
  connection_limits limits{};
  connection_observer observer{};
};

/// How a listener behaves, and what it accepts; the id is that of `tcp::listen_options`.
struct listen_options {
  ockam::flow_control_id spawner_flow_control_id = ockam::flow_control_id::random();
  std::vector<ockam::flow_control_id> consumer_of{};

  /// Users that may connect: the permissions of the socket file. An abstract name has no file; there
  /// connections of users without these permissions are closed.
  std::filesystem::perms permissions = std::filesystem::perms::owner_read
                                       | std::filesystem::perms::owner_write;
  std::size_t max_connections = 10'000; ///< then accepting pauses
  int backlog = 1'024;
  bool explain_drops = false; ///< as of `tcp::listen_options`
  connection_limits limits{};
  connection_observer observer{};
};

/// How a transport runs; as `tcp::transport_options`.
struct transport_options {
  std::size_t io_threads = 1;
  asio::io_context* io_context = nullptr;
  std::chrono::microseconds poll_before_sleeping{0};
  connect_options connect{};
  listen_options listen{};
};

namespace detail {
class transport_impl;
} // namespace detail

/// Unix domain sockets for a node. A handle; the node stops the transport in the end. Thread-safe.
///
/// `listen` takes a path or an abstract name. A socket file without a listener is replaced;
/// the file goes when the listener stops.
/// - errc::invalid_value          no such name: empty, too long, a zero byte
/// - std::errc::address_in_use    another listener is there
/// - errc::already_exists         a file that is no socket
/// - a system error               no such directory, no permission
///
/// `connect` takes the name of a listener.
/// - errc::invalid_value  no such name
/// - a system error       no such file, no listener, no permission
class OCKAM_TRANSPORTS_EXPORT transport
  : public connecting_handle<listener, connect_options, listen_options> {
public:
  /// The last one of a node resolves `5#/path`. Without options as with TCP. errc::misuse for options
  /// that contradict each other.
  static transport create(node& on);
  static transport create(node& on, transport_options options);

private:
  explicit transport(std::shared_ptr<detail::transport_impl> impl);
};

} // namespace ockam::uds
