#pragma once

#include "ockam/actors/flow_controls.hpp"
#include "ockam/protocol/address.hpp"
#include "ockam/transports/detail/export.hpp"

#include <memory>
#include <string>

namespace ockam {

namespace internal {
class listening;
} // namespace internal

/// Where a node accepts connections. A handle like `connection`; thread-safe.
class OCKAM_TRANSPORTS_EXPORT listener {
public:
  /// For transports.
  explicit listener(std::shared_ptr<internal::listening> impl);

  [[nodiscard]] const ockam::address& address() const noexcept; ///< its worker address

  /// What others connect to: `host:port` with the real port, a path, a name.
  [[nodiscard]] const std::string& socket_address() const noexcept;
  [[nodiscard]] const ockam::flow_control_id& flow_control_id() const noexcept;

  /// No new connections; existing ones continue. errc::not_found when it has ended.
  void stop() const { value_or_throw(try_stop()); }
  [[nodiscard]] result<void> try_stop() const;

private:
  std::shared_ptr<internal::listening> impl_;
};

} // namespace ockam
