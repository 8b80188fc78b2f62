#pragma once

#include "ockam/protocol/address.hpp"
#include "ockam/transports/connection.hpp"
#include "ockam/transports/export.hpp"
#include "ockam/transports/listener.hpp"

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace ockam {

namespace internal {
class transport_base;
} // namespace internal

/// What the handle of every transport offers that has connections and listeners. Thread-safe.
class OCKAM_TRANSPORTS_EXPORT transport_handle {
public:
  /// As `connection::disconnect`, by sender or receiver address (TCP-35). errc::not_found
  result<void> disconnect(const address& any);

  /// As `listener::stop`, by its address. errc::not_found
  result<void> stop_listener(const address& listener);

  [[nodiscard]] std::vector<connection> connections() const; // TCP-41
  [[nodiscard]] std::vector<listener> listeners() const;

  /// By the peer's socket address, or by sender or receiver address (TCP-42).
  [[nodiscard]] std::optional<connection> find_connection(std::string_view text) const;
  [[nodiscard]] std::optional<listener> find_listener(std::string_view text) const;

protected:
  explicit transport_handle(std::shared_ptr<internal::transport_base> base);
  ~transport_handle() = default;
  transport_handle(const transport_handle&) = default;
  transport_handle& operator=(const transport_handle&) = default;

private:
  std::shared_ptr<internal::transport_base> base_;
};

} // namespace ockam
