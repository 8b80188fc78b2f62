#include "puncture_state.hpp"

#include "ockam/actors/transport/blocking.hpp"
#include "ockam/protocol/text.hpp"

namespace ockam::udp::detail {

puncture_state::puncture_state(node_ptr node, puncture_options options)
  : node_{std::move(node)}, options_{std::move(options)} {}

void puncture_state::set_up(std::shared_ptr<udp_binding> socket, const connection_port& port) {
  socket_ = std::move(socket);
  sender_ = port.sender_address();
  receiver_ = port.receiver_address();
}

// -- the way out -----------------------------------------------------------------------------------

/// Wraps the message for the worker of the other end, and leaves the rest to the socket, past the
/// router: errors reach the sender, and it is counted once.
result<void> puncture_state::push(routed_message& content, execution_context* context) {
  if (!heard_.load(std::memory_order_acquire))
    return fail(errc::misuse, "nothing was heard of the other end of the puncture at "
                                + socket_->socket_address() + " yet; wait_until_open first");
  const auto& plain = content.local_message();
  auto onward = plain.onward_route();
  onward.pop_front();
  if (onward.empty())
    return fail(errc::invalid_value, "behind a puncture comes a worker of the other node; a route "
                                     "that ends with the puncture leads nowhere");
  auto wrapped = encode(puncture_message{
    puncture_message::kind::payload, {std::move(onward), plain.return_route(), plain.payload()}});
  if (!wrapped)
    return fail(std::move(wrapped.error()));
  auto outer = content; // has the credit of the message, and what else belongs to it
  outer.local_message()
    = message{plain}.set_onward_route(to_peer_).set_return_route({}).set_payload(
      std::move(*wrapped));
  return socket_->engine().push(outer, context);
}

/// The sender address was stopped, or the socket has ended.
void puncture_state::close() {
  static_cast<void>(node_->stop_worker(worker_)); // unless it has ended already
}

void puncture_state::set_peer(const std::string& public_address, const address& puncture) {
  to_peer_ = route{socket_->engine().sender_address(), address{transport_type::udp, public_address},
                   puncture};
  const std::lock_guard guard{mutex_};
  peer_ = public_address;
}

// -- how far it is ---------------------------------------------------------------------------------

void puncture_state::open() {
  {
    const std::lock_guard guard{mutex_};
    if (open_)
      return;
    open_ = true;
  }
  changed_.notify_all();
  notify(connection_state::connected, {});
}

void puncture_state::set_cause(error why) {
  const std::lock_guard guard{mutex_};
  if (!cause_)
    cause_ = std::move(why);
}

void puncture_state::end() {
  std::optional<error> cause;
  {
    const std::lock_guard guard{mutex_};
    ended_ = true;
    cause = cause_;
  }
  changed_.notify_all();
  if (cause)
    node_->log().report(log_level::warning, [&] {
      return "the puncture at " + socket_->socket_address() + " ended: " + to_string(*cause);
    });
  notify(connection_state::closed, std::move(cause));
}

void puncture_state::notify(connection_state state, std::optional<error> cause) const {
  if (!options_.observer)
    return;
  const auto callee = "the observer of the puncture at " + socket_->socket_address();
  node_->host_functions()->call(callee, [&] {
    options_.observer({state, sender_, std::move(cause)});
  });
}

// -- for handles -----------------------------------------------------------------------------------

std::optional<std::string> puncture_state::peer() const {
  const std::lock_guard guard{mutex_};
  return peer_;
}

bool puncture_state::is_open() const {
  const std::lock_guard guard{mutex_};
  return open_ && !ended_;
}

bool puncture_state::has_ended() const {
  const std::lock_guard guard{mutex_};
  return ended_;
}

result<void> puncture_state::wait_until_open(std::chrono::milliseconds timeout) const {
  if (auto allowed = check_may_block("wait_until_open", "let puncture_options::observer tell",
                                     time_span{timeout});
      !allowed)
    return allowed;
  std::unique_lock guard{mutex_};
  if (!changed_.wait_until(guard, internal::moment_after(timeout),
                           [this] { return open_ || ended_; }))
    return fail(errc::timeout, "the puncture at " + socket_->socket_address()
                                 + " is not open after " + std::to_string(timeout.count())
                                 + " ms; it goes on trying");
  if (!ended_)
    return {};
  return fail(cause_.value_or(error{errc::not_found, "the puncture was stopped"}));
}

result<void> puncture_state::stop() {
  return node_->stop_worker(sender_);
}

} // namespace ockam::udp::detail
