#include "transport_base.hpp"

#include "io/socket_advice.hpp"

#include "ockam/protocol/text.hpp"

#include <algorithm>
#include <system_error>

namespace ockam {

namespace internal {

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

result<void> check_process(const node_ptr& node) {
  return node->check_process();
}

result<void> transport_base::check_may_wait(const waiting& what) const {
  return node_->check_may_wait(what.call, what.instead);
}

result<void> transport_base::disconnect(const address& any) {
  for (const auto& each : connections_.all())
    if (each->sender_address() == any || each->receiver_address() == any)
      return each->disconnect();
  return fail(errc::not_found,
              "no connection of this transport has the address " + escaped(to_string(any)));
}

result<void> transport_base::stop_listener(const address& listener) {
  const auto all = listeners_.all();
  if (std::ranges::none_of(all, [&](const auto& each) { return each->address() == listener; }))
    return fail(errc::not_found,
                "no listener of this transport has the address " + escaped(to_string(listener)));
  return node_->stop_worker(listener);
}

on_connected transport_base::guarded(on_connected done) const {
  return [host = node_->host_functions(), done = std::move(done)](result<connection> made) {
    host->call("the function given to async_connect", [&] { done(std::move(made)); });
  };
}

void transport_base::add(std::shared_ptr<listening> opened) {
  node_->log().say(log_level::info, "listening on " + escaped(opened->socket_address()));
  listeners_.add(std::move(opened));
}

void transport_base::remove(const listening& ended) {
  node_->log().say(log_level::info, "stopped listening on " + escaped(ended.socket_address()));
  listeners_.remove(ended);
}

void transport_base::report_not_taken(std::string_view listener, const error& why) const {
  const bool expected = why == errc::shutting_down; // nothing wrong
  node_->log().report(expected ? log_level::info : log_level::warning, [&] {
    return "listener " + escaped(listener) + " dropped an accepted connection: " + to_string(why);
  });
}

} // namespace internal

namespace {

template <class Handle, class T>
std::vector<Handle> handles_of(const internal::registry<T>& entries) {
  std::vector<Handle> handles;
  for (auto& each : entries.all())
    handles.emplace_back(std::move(each));
  return handles;
}

} // namespace

transport_handle::transport_handle(std::shared_ptr<internal::transport_base> base)
  : base_{std::move(base)} {}

result<void> transport_handle::disconnect(const address& any) {
  return base_->disconnect(any);
}

result<void> transport_handle::stop_listener(const address& listener) {
  return base_->stop_listener(listener);
}

result<connection> transport_handle::wait_for(
  const std::function<void(internal::on_connected)>& begin) const {
  return base_->wait_for<connection>(internal::transport_base::for_connect, begin);
}

internal::on_connected transport_handle::guarded(internal::on_connected done) const {
  return base_->guarded(std::move(done));
}

std::vector<connection> transport_handle::connections() const {
  return handles_of<connection>(base_->connections());
}

std::vector<listener> transport_handle::listeners() const {
  return handles_of<listener>(base_->listeners());
}

std::optional<connection> transport_handle::find_connection(std::string_view text) const {
  const auto named = address::parse(text);
  for (const auto& each : connections())
    if (each.peer() == text
        || (named && (each.sender_address() == *named || each.receiver_address() == *named)))
      return each;
  return std::nullopt;
}

std::optional<listener> transport_handle::find_listener(std::string_view text) const {
  const auto named = address::parse(text);
  for (const auto& each : listeners())
    if (each.socket_address() == text || (named && each.address() == *named))
      return each;
  return std::nullopt;
}

} // namespace ockam
