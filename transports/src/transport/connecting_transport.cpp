#include "ockam/transports/transport/connecting_transport.hpp"

#include "ockam/protocol/text.hpp"
#include "ockam/transports/io/error_hint.hpp"

#include <algorithm>
#include <system_error>

namespace ockam::sdk {

// -- connections and listeners ---------------------------------------------------------------------

result<void> connecting_transport::close_connection(const address& any) {
  for (const auto& each : connections_.all())
    if (each->sender_address() == any || each->receiver_address() == any)
      return each->try_close();
  return fail(errc::not_found,
              "no connection of this transport has the address " + escaped(to_string(any)));
}

result<void> connecting_transport::stop_listener(const address& listener) {
  const auto all = listeners_.all();
  if (std::ranges::none_of(all, [&](const auto& each) { return each->address() == listener; }))
    return fail(errc::not_found,
                "no listener of this transport has the address " + escaped(to_string(listener)));
  return node_->stop_worker(listener);
}

void connecting_transport::add(std::shared_ptr<listener_base> opened) {
  node_->log().say(log_level::info, "listening on " + escaped(opened->socket_address()));
  listeners_.add(std::move(opened));
}

void connecting_transport::remove(const listener_base& ended) {
  node_->log().say(log_level::info, "stopped listening on " + escaped(ended.socket_address()));
  listeners_.remove(ended);
}

std::shared_ptr<const connection_engine::on_end> connecting_transport::removal() {
  return std::make_shared<const connection_engine::on_end>(
    [weak = weak_from_this()](const connection_engine& ended) {
      if (const auto me = weak.lock())
        me->remove(ended);
    });
}

void connecting_transport::report_not_taken(std::string_view listener, const error& why) const {
  const bool expected = why == errc::shutting_down; // nothing wrong
  node_->log().report(expected ? log_level::info : log_level::warning, [&] {
    return "listener " + escaped(listener) + " dropped an accepted connection: " + to_string(why);
  });
}

// -- connecting ------------------------------------------------------------------------------------

result<address> connecting_transport::resolve(const address& remote) {
  return wait_for<connection>({"resolve", "use async_connect"},
                              [&](on_connected done) {
                                connect_to(remote.value(), std::move(done), {});
                              })
    .map([](const connection& made) { return made.sender_address(); });
}

void connecting_transport::resolve_implicitly(const address& remote,
                                              std::function<void(result<address>)> ready) {
  implicit_.get(std::string{remote.value()}, std::move(ready), [&](auto done) {
    connect_to(remote.value(), std::move(done), node()->implicit_idle_timeout());
  });
}

bool connecting_transport::add_attempt(const std::shared_ptr<cancellable>& attempt) {
  if (stopping()) // also in a child of fork, where the lock may be held for ever
    return false;
  const std::lock_guard guard{attempts_mutex_};
  if (stopping_)
    return false;
  std::erase_if(attempts_, [](const auto& each) { return each.expired(); });
  attempts_.push_back(attempt);
  return true;
}

void connecting_transport::begin_stop() {
  {
    const std::lock_guard guard{attempts_mutex_};
    stopping_ = true;
    for (const auto& each : attempts_)
      if (const auto attempt = each.lock())
        attempt->cancel();
  }
  for (const auto& each : listeners().all())
    each->stop();
}

bool connecting_transport::stopping() const noexcept {
  return stopping_ || node()->is_inherited();
}

tl::unexpected<error> connecting_transport::stopped() const {
  if (auto allowed = node()->check_process(); !allowed)
    return fail(std::move(allowed.error()));
  return fail(errc::shutting_down, "the " + name_ + " transport has stopped; create another one");
}

on_connected connecting_transport::guarded(on_connected done) const {
  return [host = node_->host_functions(), done = std::move(done)](result<connection> made) {
    host->call("the function given to async_connect", [&] { done(std::move(made)); });
  };
}

void rethrow_cannot_create(std::string_view name) {
  try {
    throw;
  } catch (const failure&) { // is a system_error too
    throw;
  } catch (const std::system_error& failed) { // no descriptors for an event loop
    throw failure{socket_error(failed.code(), socket_use::create,
                               "creating a " + std::string{name} + " transport")};
  }
}

} // namespace ockam::sdk
