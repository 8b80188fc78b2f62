#pragma once

#include "engine/connection_engine.hpp"
#include "listening.hpp"
#include "registry.hpp"

#include "ockam/actors/transport/blocking.hpp"
#include "ockam/actors/transport/transport.hpp"
#include "ockam/transports/export.hpp"
#include "ockam/transports/transport_handle.hpp"

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>

namespace ockam::internal {

/// In a handler of an exception: throws it again, as a `failure` with what to try when a transport has
/// not got the descriptors that it needs.
[[noreturn]] OCKAM_TRANSPORTS_EXPORT void rethrow_cannot_create(std::string_view name);

/// The connections and listeners of one transport of one node.
class OCKAM_TRANSPORTS_EXPORT transport_base : public ockam::transport,
                                               public std::enable_shared_from_this<transport_base> {
public:
  explicit transport_base(node_ptr node) : node_{std::move(node)} {}

  result<void> disconnect(const address& any);
  result<void> stop_listener(const address& listener);

  [[nodiscard]] const registry<connection_engine>& connections() const noexcept {
    return connections_;
  }
  [[nodiscard]] const registry<listening>& listeners() const noexcept { return listeners_; }

  using on_connected = internal::on_connected;

  /// As `done`, for a function of the host: what it throws is logged and counted.
  [[nodiscard]] on_connected guarded(on_connected done) const;

  /// A call that waits, and what does not.
  struct waiting {
    std::string_view call;
    std::string_view instead;
  };
  static constexpr waiting for_connect{"connect", "use async_connect"};

  /// Waits for `begin`, which is given what to call when it is done. errc::misuse where the thread
  /// must not wait, or would wait for itself.
  template <class T>
  result<T> wait_for(const waiting& what,
                     const std::function<void(std::function<void(result<T>)>)>& begin) const {
    std::optional<no_blocking> in_own_loop; // of the host
    if (is_own_thread())
      in_own_loop.emplace();
    if (auto allowed = check_may_wait(what); !allowed)
      return fail(std::move(allowed.error()));
    const auto promise = std::make_shared<std::promise<result<T>>>();
    begin([promise](result<T> made) { promise->set_value(std::move(made)); });
    return promise->get_future().get(); // a time limit ends it at the latest
  }

protected:
  /// Whether this thread serves the transport.
  [[nodiscard]] virtual bool is_own_thread() const noexcept { return false; }

  [[nodiscard]] const node_ptr& node() const noexcept { return node_; }

  // both go when they end
  void add(std::shared_ptr<connection_engine> opened) { connections_.add(std::move(opened)); }
  void add(std::shared_ptr<listening> opened);
  void remove(const connection_engine& ended) { connections_.remove(ended); }
  void remove(const listening& ended);

  /// For the log: a connection that was accepted at `listener` has ended before it began.
  void report_not_taken(std::string_view listener, const error& why) const;

private:
  [[nodiscard]] result<void> check_may_wait(const waiting& what) const;

  const node_ptr node_;
  registry<connection_engine> connections_;
  registry<listening> listeners_;
};

/// errc::misuse in a child of `fork`, before any thread is started there.
OCKAM_TRANSPORTS_EXPORT result<void> check_process(const node_ptr& node);

/// Attaches a transport that `make` has made and whose threads run. What fails leaves the node as it
/// was: the cause is thrown as a `failure`.
template <class Make>
auto attach_started(const node_ptr& node, std::string_view name, Make make)
  -> std::invoke_result_t<Make> {
  std::invoke_result_t<Make> made;
  value_or_throw(check_process(node));
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

} // namespace ockam::internal
