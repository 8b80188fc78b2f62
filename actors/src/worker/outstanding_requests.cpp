#include "outstanding_requests.hpp"

#include "routing/error_reply.hpp"

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
  auto temporary = node_->make_reply_record(to, options, record_kind::reply);
  temporary->actor = actor_;
  temporary->request = id;
  temporary->requester = requester_;
  if (auto inserted = node_->insert_reply_record(temporary, *first_hop); !inserted)
    return inserted;
  message content{to, route{temporary->primary()}, std::move(*payload)};
  if (tracing)
    content = std::move(content).set_tracing_context(*tracing);
  auto again = options.retry.attempts > 1
                 ? std::make_unique<repetition>(repetition{content, options.retry})
                 : nullptr;
  auto& entry = waiting_[id]; // the reply comes through the mailbox, hence later
  entry = {std::move(reply), std::move(temporary), std::move(tracing), std::move(credit),
           std::move(to),    options.timeout,      std::move(again)};
  auto sent = attempt(id, entry, std::move(content), context);
  if (sent)
    return sent;
  if (may_repeat(options.retry, 1, sent.error())) {
    pause(id, entry);
    return {};
  }
  entry.ticket->finish(false);
  node_->remove(*entry.address);
  waiting_.erase(id);
  return sent;
}

/// Sends the message of a request once. An error has no effect beside the ticket.
result<void> outstanding_requests::attempt(std::uint64_t id, request& of, message content,
                                           compat::execution_context* context) {
  const auto number = of.again ? of.again->attempt : 1;
  of.ticket = make_ref<actor_request>(actor_, id, number);
  content.set_request(of.ticket);
  if (of.credit)
    content.charge_to(of.credit);
  auto sent = node_->send(*of.address, 0, std::move(content), context);
  if (sent && of.timeout)
    of.timer = signal_after(*of.timeout, {worker_signal::kind::reply_timeout, id, number});
  return sent;
}

timers::id outstanding_requests::signal_after(std::chrono::steady_clock::duration delay,
                                              worker_signal what) {
  return node_->timers.schedule(delay, [actor = actor_, what] {
    compat::post(caf::actor_cast<caf::abstract_actor*>(actor), nullptr, worker_signal{what});
  });
}

const worker_record* outstanding_requests::address_of(
  const routed_message& content) const noexcept {
  const auto* at = dynamic_cast<const worker_record*>(content.target().get());
  return at != nullptr && at->kind == record_kind::reply && at->actor == actor_ ? at : nullptr;
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

std::optional<outstanding_requests::failed_request> outstanding_requests::on_signal(
  const worker_signal& signal, compat::execution_context* context) {
  const auto found = waiting_.find(signal.id);
  if (found == waiting_.end())
    return std::nullopt;
  const auto& again = found->second.again;
  const bool pausing = again && again->pausing;
  if (signal.attempt != (again ? again->attempt : 1)
      || pausing != (signal.what == worker_signal::kind::retry))
    return std::nullopt; // about an attempt that is over
  if (pausing)
    return repeat(found, context);
  return end_attempt(found, signal.what == worker_signal::kind::request_failed
                              ? found->second.ticket->cause()
                              : node_->no_reply(found->second.to, *found->second.timeout));
}

std::optional<outstanding_requests::failed_request> outstanding_requests::end_attempt(
  entries::iterator which, error why) {
  auto& [id, current] = *which;
  if (!current.again)
    return failed_request{forget(which, false), std::move(why)};
  if (!may_repeat(current.again->policy, current.again->attempt, why)) {
    why = after_attempts(current.again->attempt, std::move(why));
    return failed_request{forget(which, false), std::move(why)};
  }
  pause(id, current);
  return std::nullopt;
}

/// A reply that comes now ends the request as well.
void outstanding_requests::pause(std::uint64_t id, request& before) {
  auto& again = *before.again;
  if (before.timer != 0)
    node_->timers.cancel(before.timer);
  before.ticket->set_superseded();
  again.earlier.push_back(before.ticket);
  again.pausing = true;
  before.timer = signal_after(pause_after(again.policy, again.attempt),
                              {worker_signal::kind::retry, id, again.attempt});
}

std::optional<outstanding_requests::failed_request> outstanding_requests::repeat(
  entries::iterator which, compat::execution_context* context) {
  auto& [id, current] = *which;
  current.again->pausing = false;
  ++current.again->attempt;
  current.timer = 0;
  node_->admit_replies(*current.address, address{current.to.front()});
  auto sent = attempt(id, current, current.again->content, context);
  return sent ? std::nullopt : end_attempt(which, std::move(sent.error()));
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
  if (ended.again)
    for (const auto& each : ended.again->earlier)
      each->finish(with_reply);
  node_->remove(*ended.address);
  if (!with_reply)
    node_->remember_unanswered(ended.address->primary());
  return ended;
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
