#pragma once

#include "ockam/actors/flow_controls.hpp"
#include "ockam/protocol/address.hpp"
#include "ockam/transports/detail/export.hpp"

#include <memory>
#include <string>

namespace ockam {

namespace sdk {
class listener_base;
} // namespace sdk

/// Accepts connections for a node. A handle like `connection`; thread-safe.
class OCKAM_TRANSPORTS_EXPORT listener {
public:
  /// For transports.
  explicit listener(std::shared_ptr<sdk::listener_base> impl);

  [[nodiscard]] const ockam::address& address() const noexcept; ///< its worker address

  /// What peers connect to: `host:port` with the real port, a URL, a path, a name.
  [[nodiscard]] const std::string& socket_address() const noexcept;

  /// Of the listener as spawner; the connections that it accepts have ids of their own.
  [[nodiscard]] const ockam::flow_control_id& flow_control_id() const noexcept;

  /// No new connections; existing ones continue. errc::not_found when it has stopped already: thrown as
  /// `failure`, or returned.
  void stop() const { value_or_throw(try_stop()); }
  [[nodiscard]] result<void> try_stop() const;

private:
  std::shared_ptr<sdk::listener_base> impl_;
};

} // namespace ockam
