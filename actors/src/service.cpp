#include "ockam/actors/service.hpp"

#include "outstanding_requests.hpp"

namespace ockam::internal {

// -- an actor at an address ------------------------------------------------------------------------

struct service_port::state {
  std::size_t outstanding = 0;
};

service_port::service_port(actor_sender own, service_options options)
  : own_{std::move(own)}, options_{options}, state_{std::make_shared<state>()} {}

service_port::~service_port() = default;

void service_port::ask(caf::scheduled_actor* self, caf::abstract_actor* service,
                       caf::message content,
                       const std::function<caf::behavior(std::function<void()>)>& on_answer) {
  if (state_->outstanding >= options_.max_outstanding)
    return refuse({errc::resource_exhausted, std::to_string(options_.max_outstanding)
                                               + " requests wait for the service already "
                                                 "(service_options.max_outstanding)"});
  ++state_->outstanding;
  const auto id = self->new_request_id(caf::message_priority::normal);
  const auto timer = own_.state()->timers.schedule(
    options_.timeout, [actor = caf::strong_actor_ptr{self->ctrl()}, id] {
      compat::answer_with_timeout(caf::actor_cast<caf::abstract_actor*>(actor), id);
    });
  self->add_multiplexed_response_handler(id.response_id(),
                                         on_answer([own = state_, node = own_.state(), timer] {
                                           --own->outstanding;
                                           node->timers.cancel(timer);
                                         }));
  service->enqueue(compat::make_request(self, id, std::move(content)), self->context());
}

void service_port::refuse(const error& why) {
  own_.report_failure("a request to the service was not answered", why);
}

// -- a route as an actor ---------------------------------------------------------------------------

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
    state_->requests = std::make_unique<outstanding_requests>(state_->own.state(),
                                                              caf::strong_actor_ptr{self->ctrl()});
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
