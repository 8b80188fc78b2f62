#pragma once

#include "ockam/actors/flow_controls.hpp"
#include "ockam/actors/metrics.hpp"
#include "ockam/protocol/address.hpp"
#include "ockam/protocol/route.hpp"
#include "ockam/transports/detail/export.hpp"
#include "ockam/transports/limits.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ockam {

/// What happened to a connection.
struct connection_event {
  enum class kind : std::uint8_t {
    connected,
    overloaded,   ///< the output is above `max_pending_bytes`: local sends fail from now on
    writable,     ///< the output has shrunk to half of that: local sends succeed again
    reconnecting, ///< lost, with the cause; being connected again
    closed,       ///< with the cause, unless `close` was called
  };
  kind what = kind::connected;
  address sender;             ///< of the connection
  std::optional<error> cause; ///< why it was closed; nothing after `close`
};

/// Called on a thread of the transport; must be quick and must not block. Its exceptions are logged and
/// counted (`metrics::failed_callbacks`). To continue in a worker, pass a function that uses
/// `context::make_dispatcher`.
using connection_observer = std::function<void(const connection_event&)>;

/// The options that every transport has for a connection. A listener's are those of the connections
/// that it accepts, except for the id.
struct connection_options {
  /// Names the connection in flow control, as producer. In the options of a listener it names the
  /// listener, as spawner: its consumers are reachable through every accepted connection, each of which
  /// has a random id of its own. Valid before the connection or the listener exists.
  ockam::flow_control_id flow_control_id = ockam::flow_control_id::random();

  /// Producers of this node that may send through the connection: deliberate transit.
  std::vector<ockam::flow_control_id> consumer_of{};

  connection_limits limits{};
  connection_observer observer{};
};

/// Which end began the connection.
enum class connection_mode : std::uint8_t {
  incoming, ///< the peer connected, to a listener of this node
  outgoing, ///< this node connected; always so of a UDP binding
};

namespace sdk {
class link;
} // namespace sdk

/// A connection to another node: its address goes to the front of a route.
///
/// A handle; copies mean the same connection, and dropping them all does not close it. Thread-safe.
class OCKAM_TRANSPORTS_EXPORT connection {
public:
  /// For transports.
  explicit connection(std::shared_ptr<sdk::link> link);

  /// The address to send to: constant, and unknown to the node once the connection has closed.
  [[nodiscard]] const address& sender_address() const noexcept;
  operator address() const { return sender_address(); }      // NOLINT: route{connection, "echoer"}
  operator route() const { return route{sender_address()}; } // NOLINT

  /// The address that incoming messages are sent from; nothing can be sent to it. Flow control admits
  /// what comes in by it, and a reply takes the sender address instead.
  [[nodiscard]] const address& receiver_address() const noexcept;

  /// The socket address of the other end: `host:port` with a numeric host, a URL of `ws` or `wss`, the
  /// path or name of a Unix listener. Stays valid after the end, and while reconnecting.
  [[nodiscard]] const std::string& peer() const noexcept;
  [[nodiscard]] connection_mode mode() const noexcept;

  /// Of the connection as producer: `connection_options::flow_control_id`, or a random one when it was
  /// accepted.
  [[nodiscard]] const ockam::flow_control_id& flow_control_id() const noexcept;

  [[nodiscard]] bool is_open() const noexcept;               ///< also while reconnecting
  [[nodiscard]] std::size_t pending_bytes() const noexcept;  ///< of queued output
  [[nodiscard]] connection_metrics metrics() const noexcept; ///< also after it has closed

  /// Blocks until everything sent so far is with the operating system. False when the connection closes
  /// or `timeout` passes before. Throws errc::misuse in a worker, an observer or a callback, unless
  /// `timeout` is 0.
  bool flush(std::chrono::milliseconds timeout = std::chrono::seconds{10}) const;

  /// From now on the address is unknown; what was sent is still written, then the connection closes.
  /// errc::not_found when it has closed already: thrown as `failure`, or returned.
  void close() const { value_or_throw(try_close()); }
  [[nodiscard]] result<void> try_close() const;

private:
  std::shared_ptr<sdk::link> link_;
};

} // namespace ockam
