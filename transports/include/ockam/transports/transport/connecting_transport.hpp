#pragma once

#include "ockam/actors/transport/blocking.hpp"
#include "ockam/actors/transport/transport.hpp"
#include "ockam/transports/detail/export.hpp"
#include "ockam/transports/engine/connection_engine.hpp"
#include "ockam/transports/io/cancellable.hpp"
#include "ockam/transports/transport/implicit_connections.hpp"
#include "ockam/transports/transport/listener_base.hpp"
#include "ockam/transports/transport/registry.hpp"
#include "ockam/transports/transport/transport_handle.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace ockam::sdk {

/// The base of transports: connections and listeners, attempts to connect, the first half of the stop.
/// Thread-safe.
class OCKAM_TRANSPORTS_EXPORT connecting_transport
  : public ockam::transport,
    public std::enable_shared_from_this<connecting_transport> {
public:
  using on_connected = sdk::on_connected;

  /// @param name  "TCP", for errors
  connecting_transport(node_ptr node, std::string name)
    : node_{std::move(node)}, name_{std::move(name)} {}

  [[nodiscard]] const node_ptr& node() const noexcept { return node_; }

  // -- connections and listeners -------------------------------------------------------------------

  [[nodiscard]] const registry<connection_engine>& connections() const noexcept {
    return connections_;
  }
  [[nodiscard]] const registry<listener_base>& listeners() const noexcept { return listeners_; }

  // removed when they end
  void add(std::shared_ptr<connection_engine> opened) { connections_.add(std::move(opened)); }
  void add(std::shared_ptr<listener_base> opened);
  void remove(const connection_engine& ended) { connections_.remove(ended); }
  void remove(const listener_base& ended);

  /// Removes a connection when it has ended: for `connection_engine::set_on_end`.
  [[nodiscard]] std::shared_ptr<const connection_engine::on_end> removal();

  [[nodiscard]] result<void> close_connection(const address& any);
  [[nodiscard]] result<void> stop_listener(const address& listener);

  /// For the log: a connection that was accepted at `listener` has ended before it began.
  void report_not_taken(std::string_view listener, const error& why) const;

  // -- connecting ----------------------------------------------------------------------------------

  result<address> resolve(const address& remote) final;
  void resolve_implicitly(const address& remote, std::function<void(result<address>)> ready) final;

  /// False when nothing may begin.
  bool add_attempt(const std::shared_ptr<cancellable>& attempt);

  /// Whether nothing may begin: the transport stops, or this process is a child of `fork`, whose sockets
  /// would be in the loops of the parent. Checked before any use of a socket.
  [[nodiscard]] bool stopping() const noexcept;
  [[nodiscard]] tl::unexpected<error> stopped() const;

  // -- for handles ---------------------------------------------------------------------------------

  /// As `done`, for a function of the host: its exceptions are logged and counted.
  [[nodiscard]] on_connected guarded(on_connected done) const;

  /// A blocking call, and its alternative.
  struct waiting {
    std::string_view call;
    std::string_view instead;
  };
  static constexpr waiting for_connect{"connect", "use async_connect"};

  /// Calls `begin` with a completion function, and blocks until that is called. errc::misuse where the
  /// thread must not block, or would wait for itself.
  template <class T>
  result<T> wait_for(const waiting& what,
                     const std::function<void(std::function<void(result<T>)>)>& begin) const {
    std::optional<no_blocking> in_own_loop; // of the host
    if (is_own_thread())
      in_own_loop.emplace();
    if (auto allowed = node_->check_may_wait(what.call, what.instead); !allowed)
      return fail(std::move(allowed.error()));
    const auto promise = std::make_shared<std::promise<result<T>>>();
    begin([promise](result<T> made) { promise->set_value(std::move(made)); });
    return promise->get_future().get(); // a time limit ends it at the latest
  }

protected:
  /// Whether this thread serves the transport.
  [[nodiscard]] virtual bool is_own_thread() const noexcept { return false; }

  /// Connects with the defaults of the transport; with `idle_timeout` when given.
  virtual void connect_to(std::string_view peer, on_connected done,
                          std::optional<std::chrono::milliseconds> idle_timeout)
    = 0;

  /// Cancels attempts and stops listeners; nothing begins from now on. May be called again after a stop
  /// that failed.
  void begin_stop();

  template <class Derived>
  [[nodiscard]] std::shared_ptr<Derived> self_as() {
    return std::static_pointer_cast<Derived>(shared_from_this());
  }

private:
  const node_ptr node_;
  const std::string name_;
  registry<connection_engine> connections_;
  registry<listener_base> listeners_;
  implicit_connections implicit_;
  std::mutex attempts_mutex_;
  std::vector<std::weak_ptr<cancellable>> attempts_; // ended ones are removed by the next
  std::atomic<bool> stopping_{false};
};

/// In a handler of an exception: rethrows it, as a `failure` with a hint when a transport lacks
/// descriptors.
[[noreturn]] OCKAM_TRANSPORTS_EXPORT void rethrow_cannot_create(std::string_view name);

/// Starts the transport that `make` returns, and attaches it. A failure leaves the node as it was: the
/// cause is thrown as a `failure`.
template <class Make>
auto attach_started(const node_ptr& node, std::string_view name, Make make)
  -> std::invoke_result_t<Make> {
  std::invoke_result_t<Make> made;
  value_or_throw(node->check_process()); // before any thread is started in a child of `fork`
  try {
    made = make();
    made->start();
    value_or_throw(attach_transport(node, made));
    return made;
  } catch (...) {
    if (made)
      made->stop();
    rethrow_cannot_create(name);
  }
}

} // namespace ockam::sdk
