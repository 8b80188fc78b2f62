#include "outstanding_requests.hpp"

#include "error_reply.hpp"

namespace ockam::internal {

outstanding_requests::~outstanding_requests() {
  while (take_any())
    ;
}

result<void> outstanding_requests::send(route to, result<shared_bytes> payload, trace tracing,
                                        ref_ptr<inbound_credit> credit, on_reply reply,
                                        const request_options& options,
                                        compat::execution_context* context) {
  auto first_hop = to.next();
  if (!first_hop)
    return fail(std::move(first_hop.error()));
  if (!payload)
    return fail(node_->unsendable(to, payload.error()));
  const auto id = next_id_++;
  auto temporary = node_->make_reply_record(to, options, resident::reply);
  temporary->actor = actor_;
  temporary->request = id;
  temporary->asker = asker_;
  if (auto inserted = node_->insert_reply_record(temporary, *first_hop); !inserted)
    return inserted;
  auto ticket = make_ref<actor_request>(actor_, id);
  message content{to, route{temporary->primary()}, std::move(*payload)};
  content.set_request(ticket);
  if (credit)
    content.charge_to(credit);
  if (tracing)
    content = std::move(content).set_tracing_context(*tracing);
  if (auto sent = node_->send(*temporary, 0, std::move(content), context); !sent) {
    ticket->finish(false);
    node_->remove(*temporary);
    return sent;
  }
  auto& entry = waiting_[id]; // the reply comes through the mailbox, hence later
  entry = {std::move(reply),  std::move(temporary), std::move(tracing), std::move(credit),
           std::move(ticket), std::move(to),        options.timeout};
  if (options.timeout)
    entry.timer = node_->timers.schedule(*options.timeout, [actor = actor_, id] {
      compat::post(caf::actor_cast<caf::abstract_actor*>(actor), nullptr,
                   worker_signal{worker_signal::kind::reply_timeout, id});
    });
  return {};
}

const worker_record* outstanding_requests::address_of(
  const routed_message& content) const noexcept {
  const auto* at = dynamic_cast<const worker_record*>(content.target().get());
  return at != nullptr && at->kind == resident::reply && at->actor == actor_ ? at : nullptr;
}

std::optional<outstanding_requests::request> outstanding_requests::take(
  const worker_record& temporary, routed_message& content) {
  const auto found = waiting_.find(temporary.request);
  if (found == waiting_.end())
    return std::nullopt; // a second reply that came before the address went; counted as lost
  content.set_handled();
  if (!temporary.admits(content))
    return std::nullopt;
  found->second.address->count(&traffic::delivered);
  return forget(found, true);
}

std::optional<outstanding_requests::request> outstanding_requests::take_unanswered(
  std::uint64_t id) {
  const auto found = waiting_.find(id);
  if (found == waiting_.end())
    return std::nullopt;
  return forget(found, false);
}

std::optional<outstanding_requests::request> outstanding_requests::take_any() {
  if (waiting_.empty())
    return std::nullopt;
  return forget(waiting_.begin(), false);
}

outstanding_requests::request outstanding_requests::forget(entries::iterator which,
                                                           bool with_reply) {
  auto ended = std::move(which->second);
  waiting_.erase(which);
  if (ended.timer != 0)
    node_->timers.cancel(ended.timer);
  ended.ticket->finish(with_reply);
  node_->remove(*ended.address);
  if (!with_reply)
    node_->remember_unanswered(ended.address->primary());
  return ended;
}

error outstanding_requests::no_reply(const request& ended) const {
  return node_->no_reply(ended.to, ended.timeout.value_or(std::chrono::seconds{0}));
}

error requester_has_ended() {
  return {errc::cancelled, "the worker that sent the request has ended"};
}

result<routed_message> as_reply(routed_message&& content) {
  if (auto reported = read_error_reply(content.local_message()))
    return fail(std::move(*reported));
  return std::move(content);
}

} // namespace ockam::internal
