#include "ockam/transports/transport/transport_handle.hpp"

#include "ockam/transports/transport/connecting_transport.hpp"

namespace ockam {

namespace {

template <class Handle, class T>
std::vector<Handle> handles_of(const internal::registry<T>& entries) {
  std::vector<Handle> handles;
  for (auto& each : entries.all())
    handles.emplace_back(std::move(each));
  return handles;
}

} // namespace

transport_handle::transport_handle(std::shared_ptr<internal::connecting_transport> impl)
  : impl_{std::move(impl)} {}

result<void> transport_handle::try_disconnect(const address& any) {
  return impl_->disconnect(any);
}

result<void> transport_handle::try_stop_listener(const address& listener) {
  return impl_->stop_listener(listener);
}

result<connection> transport_handle::wait_for(
  const std::function<void(internal::on_connected)>& begin) const {
  return impl_->wait_for<connection>(internal::connecting_transport::for_connect, begin);
}

internal::on_connected transport_handle::guarded(internal::on_connected done) const {
  return impl_->guarded(std::move(done));
}

std::vector<connection> transport_handle::connections() const {
  return handles_of<connection>(impl_->connections());
}

std::vector<listener> transport_handle::listeners() const {
  return handles_of<listener>(impl_->listeners());
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
