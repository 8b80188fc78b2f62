#pragma once

#include "ockam/actors/flow_controls.hpp"
#include "ockam/protocol/address.hpp"
#include "ockam/transports/connection.hpp"
#include "ockam/transports/detail/export.hpp"
#include "ockam/transports/listener.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace ockam {

namespace internal {

class connecting_transport;

/// Called once, at once or on a thread of the transport.
using on_connected = std::function<void(result<connection>)>;

/// What a transport with connections and listeners does for its handle.
template <class Listener, class ConnectOptions, class ListenOptions>
class transport_calls {
public:
  explicit transport_calls(ConnectOptions connect = {}, ListenOptions listen = {})
    : connect_{std::move(connect)}, listen_{std::move(listen)} {}
  virtual ~transport_calls() = default;

  virtual result<Listener> listen(std::string_view at, ListenOptions options) = 0;
  virtual void connect(std::string_view peer, ConnectOptions options, on_connected done) = 0;

  /// The defaults, with a new flow control id.
  [[nodiscard]] ConnectOptions fresh_connect_options() const {
    auto fresh = connect_;
    fresh.flow_control_id = flow_control_id::random();
    return fresh;
  }
  [[nodiscard]] ListenOptions fresh_listen_options() const {
    auto fresh = listen_;
    fresh.spawner_flow_control_id = flow_control_id::random();
    return fresh;
  }

  /// With the defaults; `idle_timeout` when given.
  void connect_as_usual(std::string_view peer,
                        std::optional<std::chrono::milliseconds> idle_timeout, on_connected done) {
    auto options = fresh_connect_options();
    if (idle_timeout)
      options.limits.idle_timeout = *idle_timeout;
    connect(peer, std::move(options), std::move(done));
  }

private:
  const ConnectOptions connect_;
  const ListenOptions listen_;
};

} // namespace internal

/// What the handle of every transport offers that has connections and listeners. Thread-safe.
class OCKAM_TRANSPORTS_EXPORT transport_handle {
public:
  /// As `connection::close`, by sender or receiver address. errc::not_found
  void disconnect(const address& any) { value_or_throw(try_disconnect(any)); }
  [[nodiscard]] result<void> try_disconnect(const address& any);

  /// As `listener::stop`, by its address. errc::not_found
  void stop_listener(const address& listener) { value_or_throw(try_stop_listener(listener)); }
  [[nodiscard]] result<void> try_stop_listener(const address& listener);

  [[nodiscard]] std::vector<connection> connections() const;
  [[nodiscard]] std::vector<listener> listeners() const;

  /// By the peer's socket address, or by sender or receiver address.
  [[nodiscard]] std::optional<connection> find_connection(std::string_view text) const;
  [[nodiscard]] std::optional<listener> find_listener(std::string_view text) const;

protected:
  explicit transport_handle(std::shared_ptr<internal::connecting_transport> impl);
  ~transport_handle() = default;
  transport_handle(const transport_handle&) = default;
  transport_handle& operator=(const transport_handle&) = default;

  /// Waits for `begin`, which is given what to call when it is done.
  [[nodiscard]] result<connection> wait_for(
    const std::function<void(internal::on_connected)>& begin) const;

  /// As `done`; what it throws is logged and counted.
  [[nodiscard]] internal::on_connected guarded(internal::on_connected done) const;

private:
  std::shared_ptr<internal::connecting_transport> impl_;
};

/// The calls that are alike wherever one end listens and the other one connects. Which texts name a
/// place, and which errors there are, says each transport. Thread-safe.
///
/// Those that wait throw `failure`, like the node's; those with `try_` return results. In a worker, an
/// observer or a callback the waiting ones fail at once with errc::misuse: there is `async_connect`.
template <class Listener, class ConnectOptions, class ListenOptions>
class connecting_handle : public transport_handle {
public:
  /// The transport's defaults, with a flow control id of their own: to change and pass on.
  [[nodiscard]] ConnectOptions default_connect_options() const {
    return calls_->fresh_connect_options();
  }
  [[nodiscard]] ListenOptions default_listen_options() const {
    return calls_->fresh_listen_options();
  }

  /// Accepting has begun when it returns.
  Listener listen(std::string_view at) { return listen(at, default_listen_options()); }
  Listener listen(std::string_view at, ListenOptions options) {
    return value_or_throw(try_listen(at, std::move(options)));
  }
  [[nodiscard]] result<Listener> try_listen(std::string_view at) {
    return try_listen(at, default_listen_options());
  }
  [[nodiscard]] result<Listener> try_listen(std::string_view at, ListenOptions options) {
    return calls_->listen(at, std::move(options));
  }

  /// Returns when messages can be sent; every call makes a new connection.
  connection connect(std::string_view peer) { return connect(peer, default_connect_options()); }
  connection connect(std::string_view peer, ConnectOptions options) {
    return value_or_throw(try_connect(peer, std::move(options)));
  }
  [[nodiscard]] result<connection> try_connect(std::string_view peer) {
    return try_connect(peer, default_connect_options());
  }
  [[nodiscard]] result<connection> try_connect(std::string_view peer, ConnectOptions options) {
    return wait_for([&](internal::on_connected done) {
      calls_->connect(peer, std::move(options), std::move(done));
    });
  }

  /// The same without waiting; `done` is called once, at once or on a thread of the transport, and
  /// must not wait. What it throws is logged and counted (`metrics::failed_callbacks`).
  void async_connect(std::string_view peer, ConnectOptions options,
                     std::function<void(result<connection>)> done) {
    calls_->connect(peer, std::move(options), guarded(std::move(done)));
  }

protected:
  template <class Impl>
  explicit connecting_handle(std::shared_ptr<Impl> impl)
    : transport_handle{impl}, calls_{std::move(impl)} {}
  ~connecting_handle() = default;
  connecting_handle(const connecting_handle&) = default;
  connecting_handle& operator=(const connecting_handle&) = default;

private:
  std::shared_ptr<internal::transport_calls<Listener, ConnectOptions, ListenOptions>> calls_;
};

} // namespace ockam
