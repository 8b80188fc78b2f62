#pragma once

#include "link.hpp"
#include "listening.hpp"
#include "registry.hpp"

#include "ockam/actors/transport_port.hpp"
#include "ockam/transports/export.hpp"
#include "ockam/transports/transport_handle.hpp"

#include <functional>
#include <future>
#include <memory>

namespace ockam::internal {

/// The connections and listeners of one transport of one node.
class OCKAM_TRANSPORTS_EXPORT transport_base : public ockam::transport,
                                               public std::enable_shared_from_this<transport_base> {
public:
  explicit transport_base(node_ptr node) : node_{std::move(node)} {}

  result<void> disconnect(const address& any);
  result<void> stop_listener(const address& listener);

  [[nodiscard]] const registry<link>& connections() const noexcept { return connections_; }
  [[nodiscard]] const registry<listening>& listeners() const noexcept { return listeners_; }

  using on_connected = internal::on_connected;

  /// Waits for `begin`, which is given what to call when it is done. errc::misuse on a thread that it
  /// would wait for.
  template <class T>
  result<T> wait_for(const std::function<void(std::function<void(result<T>)>)>& begin) const {
    if (is_own_thread())
      return fail(errc::misuse, "connect waits, which would block the thread it waits for; use "
                                "async_connect in a worker");
    const auto promise = std::make_shared<std::promise<result<T>>>();
    begin([promise](result<T> made) { promise->set_value(std::move(made)); });
    return promise->get_future().get(); // a time limit ends it at the latest
  }

protected:
  /// Whether this thread serves the transport.
  [[nodiscard]] virtual bool is_own_thread() const noexcept { return false; }

  [[nodiscard]] const node_ptr& node() const noexcept { return node_; }

  // both go when they end
  void add(std::shared_ptr<link> opened) { connections_.add(std::move(opened)); }
  void add(std::shared_ptr<listening> opened);
  void remove(const link& ended) { connections_.remove(ended); }
  void remove(const listening& ended);

private:
  const node_ptr node_;
  registry<link> connections_;
  registry<listening> listeners_;
};

} // namespace ockam::internal
