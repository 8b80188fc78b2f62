#pragma once

#include "ockam/actors/flow_controls.hpp"
#include "ockam/actors/metrics.hpp"
#include "ockam/protocol/address.hpp"
#include "ockam/protocol/route.hpp"
#include "ockam/transports/detail/export.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace ockam {

/// What happened to a connection.
enum class connection_state : std::uint8_t {
  connected,
  overloaded,   ///< output waits above `max_pending_bytes`: local sends fail from now on
  writable,     ///< the output has shrunk to half of that: local sends succeed again
  reconnecting, ///< lost, with the cause; being connected again
  closed,       ///< with the cause, if it was not asked for
};

/// What a `connection_observer` is told.
struct connection_event {
  connection_state state = connection_state::connected;
  address sender;             ///< of the connection
  std::optional<error> cause; ///< why it was closed; nothing after `disconnect`
};

/// Called on a thread of the transport; must be quick and must not wait. What it throws is logged and
/// counted (`metrics::failed_callbacks`). To continue in a worker, give a function
/// that uses `context::make_dispatcher`.
using connection_observer = std::function<void(const connection_event&)>;

enum class connection_mode : std::uint8_t { incoming, outgoing };

namespace internal {
class link;
} // namespace internal

/// A connection to another node: put its address at the front of a route.
///
/// A handle; copies mean the same connection, and dropping them all does not close it. Thread-safe.
class OCKAM_TRANSPORTS_EXPORT connection {
public:
  /// For transports.
  explicit connection(std::shared_ptr<internal::link> link);

  /// The address to send to. It stays the same; it is unknown to the node once this has closed.
  [[nodiscard]] const address& sender_address() const noexcept;
  operator address() const { return sender_address(); }      // NOLINT: route{connection, "echoer"}
  operator route() const { return route{sender_address()}; } // NOLINT

  [[nodiscard]] const address& receiver_address() const noexcept;
  [[nodiscard]] const std::string& peer() const noexcept;
  [[nodiscard]] connection_mode mode() const noexcept;
  [[nodiscard]] const ockam::flow_control_id& flow_control_id() const noexcept;

  [[nodiscard]] bool is_open() const noexcept;
  [[nodiscard]] std::size_t pending_bytes() const noexcept;  ///< output that waits
  [[nodiscard]] connection_metrics metrics() const noexcept; ///< also after it has closed

  /// Returns when everything sent so far is with the operating system, or the connection has
  /// closed (false), or the time is over (false). Throws errc::misuse in a worker, an observer or a
  /// callback, unless `timeout` is 0.
  bool flush(std::chrono::milliseconds timeout = std::chrono::seconds{10}) const;

  /// Makes the address unknown at once; what was sent is still written, then the connection closes.
  /// errc::not_found when it has closed already.
  void close() const { value_or_throw(try_close()); }
  [[nodiscard]] result<void> try_close() const;

private:
  std::shared_ptr<internal::link> link_;
};

} // namespace ockam
