#include "worker/outstanding_requests.hpp"

#include "ockam/actors/service.hpp"

// A route as an actor: the part of `service_at` that is the same for all types.

namespace ockam::internal {

struct route_port::state {
  actor_sender own;
  route to;
  request_options options;
  std::unique_ptr<outstanding_requests> requests; // with the first one
  bool closed = false;

  static void finish(std::optional<outstanding_requests::request> ended,
                     result<routed_message> reply) {
    if (ended)
      ended->reply(std::move(reply));
  }
};

route_port::route_port(actor_sender own, route to, request_options options)
  : state_{new state{std::move(own), std::move(to), std::move(options), {}}} {}

route_port::~route_port() = default;

void route_port::ask(caf::local_actor* self, result<shared_bytes> body, const on_reply& reply) {
  if (state_->closed)
    return reply(fail(requester_has_ended()));
  if (!state_->requests)
    state_->requests = std::make_unique<outstanding_requests>(
      state_->own.state(), caf::actor_cast<caf::strong_actor_ptr>(self));
  auto sent = state_->requests->send(state_->to, std::move(body), {}, {}, reply, state_->options,
                                     self->context());
  if (!sent)
    reply(fail(std::move(sent.error())));
}

void route_port::on_message(routed_message& content) {
  const auto* temporary = state_->requests ? state_->requests->address_of(content) : nullptr;
  if (temporary == nullptr)
    return;
  auto ended = state_->requests->take(*temporary, content); // before the content is moved
  state::finish(std::move(ended), as_reply(std::move(content)));
}

void route_port::on_signal(worker_signal signal) {
  if (!state_->requests)
    return;
  if (auto failed = state_->requests->on_signal(signal, nullptr))
    state::finish(std::move(failed->ended), fail(std::move(failed->why)));
}

void route_port::close() {
  state_->closed = true;
  if (const auto requests = std::move(state_->requests)) // it holds the actor
    while (auto request = requests->take_any())
      request->reply(fail(requester_has_ended()));
}

} // namespace ockam::internal
