#include "connecting_transport.hpp"

namespace ockam::internal {

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

} // namespace ockam::internal
