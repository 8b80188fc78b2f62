#pragma once

#include "implicit_connections.hpp"
#include "io/cancellable.hpp"
#include "transport_base.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ockam::internal {

/// A transport that takes time to connect: its attempts, and the first half of its end.
class OCKAM_TRANSPORTS_EXPORT connecting_transport : public transport_base {
public:
  /// @param name  "TCP", for errors
  connecting_transport(node_ptr node, std::string name)
    : transport_base{std::move(node)}, name_{std::move(name)} {}

  result<address> resolve(const address& remote) final;
  void resolve_implicitly(const address& remote, std::function<void(result<address>)> ready) final;

protected:
  /// With the defaults of the transport; `idle_timeout` when given.
  virtual void connect_to(std::string_view peer, on_connected done,
                          std::optional<std::chrono::milliseconds> idle_timeout)
    = 0;

  /// False where nothing may begin.
  bool add_attempt(const std::shared_ptr<cancellable>& attempt);

  /// From now on nothing begins: attempts are cancelled, listeners stopped. May be called again, to
  /// finish a stop that has failed.
  void begin_stop();

  /// Whether nothing may begin any more: the transport stops, or this is a child of `fork`, whose sockets
  /// would be in the loops of the parent. Asked before any use of a socket.
  [[nodiscard]] bool stopping() const noexcept;
  [[nodiscard]] tl::unexpected<error> stopped() const;

  template <class Derived>
  [[nodiscard]] std::shared_ptr<Derived> self_as() {
    return std::static_pointer_cast<Derived>(shared_from_this());
  }

private:
  const std::string name_;
  implicit_connections implicit_;
  std::mutex attempts_mutex_;
  std::vector<std::weak_ptr<cancellable>> attempts_; // ended ones go with the next
  std::atomic<bool> stopping_{false};
};

} // namespace ockam::internal
