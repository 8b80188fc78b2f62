#include "worker_shell.hpp"

#include "log/log.hpp"
#include "routing/error_reply.hpp"

#include "ockam/protocol/text.hpp"

#include <deque>

namespace ockam::internal {

/// Functions that other threads want called in this worker; outlives the shell.
struct worker_shell::calls {
  std::mutex mutex;
  std::deque<std::function<void(ockam::context&)>> queue;
  ref_ptr<worker_record> record; // null once the worker is gone

  void add(std::function<void(ockam::context&)> call) {
    ref_ptr<worker_record> to;
    {
      const std::lock_guard guard{mutex};
      if (!record)
        return;
      queue.push_back(std::move(call));
      to = record;
    }
    compat::post(to->mailbox(), nullptr, worker_signal{worker_signal::kind::call});
  }
};

worker_shell::worker_shell(caf::actor_config& config, std::shared_ptr<node_state> node,
                           ref_ptr<worker_record> record, std::unique_ptr<worker_object> object,
                           trace tracing)
  : taking_turns{config},
    object_{std::move(object)},
    context_{std::move(node), std::move(record), this} {
  context_.tracing_ = std::move(tracing);
}

worker_shell::behavior_type worker_shell::make_behavior() {
  return {
    [this](routed_message& content) { on_message(content); },
    [this](worker_signal signal) { on_signal(signal); },
  };
}

// -- messages --------------------------------------------------------------------------------------

void worker_shell::handle(routed_message&& content) {
  content.set_handled(); // from here on it is counted by what happens to it
  if (!record().admits(content))
    return;
  if (is_expired(content.local_message()))
    return node().count_drop(drop_reason::expired, content.local_message());
  record().traffic.delivered.add_exclusively();
  set_tracing(content.local_message());
  set_credit(content.local_message().credit());
  const auto outcome = caught([&] { return object_->handle(context_, std::move(content)); });
  if (!outcome) {
    record().traffic.failed.add_exclusively();
    report("a message handler failed", outcome.error());
    answer_failure(content, outcome.error()); // unless the handler has passed the message on
  }
}

/// Sends an error reply to a requester that understands it.
void worker_shell::answer_failure(const routed_message& content, const error& why) {
  if (!understands_errors(content.return_route())
      || !node().table.find(content.return_route().front())) // an answer has no way back
    return;
  static_cast<void>(caught([&]() -> result<void> {
    return context_.reply_error(content, node().options.error_details ? why : without_details(why));
  }));
}

/// Messages of one connection come one after the other: its credit is counted once for all.
void worker_shell::set_credit(inbound_credit* credit) {
  if (credit != credit_.get())
    credit_ = ref_ptr<inbound_credit>{credit};
}

void worker_shell::set_tracing(const message& content) {
  const auto& context = content.tracing_context();
  if (!context || *context == "{}")
    context_.tracing_.reset();
  else if (!context_.tracing_ || *context_.tracing_ != *context)
    context_.tracing_ = std::make_shared<const std::string>(*context);
}

/// Keeps a message until the processor asks for it. What is not admitted goes at once, for many
/// processors never ask.
void worker_shell::take_in(routed_message&& content) {
  if (!record().admits(content)) {
    content.set_handled();
  } else if (waiting_ && waiting_->size() >= node().options.max_endpoint_queue) {
    content.set_handled();
    node().count_drop(drop_reason::mailbox_full, content.local_message());
    report("a message was dropped", {errc::resource_exhausted, "too many wait for the processor "
                                                               "(max-endpoint-queue)"});
  } else {
    keep(waiting_, std::move(content));
    wake();
  }
}

std::optional<routed_message> worker_shell::take_waiting() {
  while (auto content = next_of(waiting_)) {
    content->set_handled();
    if (is_expired(content->local_message())) {
      node().count_drop(drop_reason::expired, content->local_message());
      continue;
    }
    record().traffic.delivered.add_exclusively();
    set_tracing(content->local_message());
    set_credit(content->local_message().credit());
    return content;
  }
  await_room(waiting_);
  return std::nullopt;
}

// -- requests --------------------------------------------------------------------------------------

result<void> worker_shell::request(route to, result<shared_bytes> payload,
                                   std::function<void(result<routed_message>)> on_reply,
                                   request_options options) {
  if (ended_)
    return fail(errc::cancelled, "the worker is ending and cannot wait for a reply");
  if (!requests_)
    requests_ = std::make_unique<outstanding_requests>(context_.node_, record().actor,
                                                       context_.record_);
  return requests_->send(std::move(to), std::move(payload), context_.tracing_, credit_,
                         std::move(on_reply), options, context());
}

/// Passes on how a request has ended. The reply may come in the middle of a stop, and a handler must
/// not take the worker down.
void worker_shell::finish(std::optional<outstanding_requests::request> ended,
                          result<routed_message> reply) {
  if (!ended)
    return;
  context_.tracing_ = std::move(ended->tracing);
  auto* const credit_of_reply = reply ? reply->local_message().credit() : nullptr;
  set_credit(credit_of_reply != nullptr ? credit_of_reply : ended->credit.get());
  const auto outcome = caught([&]() -> result<void> {
    ended->reply(std::move(reply));
    return {};
  });
  if (!outcome) {
    record().traffic.failed.add_exclusively();
    report("a reply handler failed", outcome.error());
  }
  set_credit(nullptr);
}

void worker_shell::on_reply(const worker_record& temporary, routed_message& content) {
  auto ended = requests_->take(temporary, content); // before the content is moved
  finish(std::move(ended), as_reply(std::move(content)));
}

// -- life ------------------------------------------------------------------------------------------

void worker_shell::on_signal(worker_signal signal) {
  if (ended_)
    return;
  const auto began = node().timers.coarse_now();
  switch (signal.what) {
    case worker_signal::kind::start:
      if (!initialized_)
        initialize_object();
      break;
    case worker_signal::kind::stop:
      if (!record().mail.is_empty()) { // sent before the stop
        compat::post(this, context(), signal);
        break;
      }
      if (holds_mail_for_room()) {
        stop_is_due_ = true;
        break;
      }
      if (!initialized_)
        initialize_object(); // `shutdown` is only called for what was initialised
      shut_down();
      break;
    case worker_signal::kind::process:
      process_posted_ = false;
      process();
      break;
    case worker_signal::kind::reply_timeout:
    case worker_signal::kind::request_failed:
    case worker_signal::kind::retry:
      if (auto failed = requests_->on_signal(signal, context()))
        finish(std::move(failed->ended), ockam::fail(std::move(failed->why)));
      break;
    case worker_signal::kind::room:
      go_on();
      break;
    case worker_signal::kind::call:
      run_calls();
      break;
    case worker_signal::kind::end:
      break;
  }
  end_run(node().timers.coarse_now() - began);
}

void worker_shell::initialize_object() {
  initialized_ = true;
  auto outcome = caught([&] { return object_->initialize(context_); });
  if (!held_ || !outcome)
    finish_initialization(std::move(outcome));
}

void worker_shell::finish_initialization(result<void> outcome) {
  held_ = false;
  if (!outcome) {
    report("initialize failed", outcome.error());
    error why{errc::initialization_failed,
              escaped(to_string(record().primary()))
                + " failed to initialise: " + to_string(outcome.error())};
    node().remember_failed(record().primary(), why);
    record().set_ready(ockam::fail(std::move(why)));
    node().remove(record());
    shut_down();
    return;
  }
  record().set_ready({});
  if (object_->is_processor())
    wake();
  const auto paying = credit_; // for a handler that has called `ready`
  while (!ended_ && !held_ && !object_->is_processor()) {
    auto next = next_of(waiting_);
    if (!next)
      break;
    handle(std::move(*next));
  }
  set_credit(paying.get());
  if (!ended_ && !held_ && !object_->is_processor())
    await_room(waiting_);
}

void worker_shell::hold() {
  held_ = true;
}

void worker_shell::release(result<void> outcome) {
  if (held_)
    finish_initialization(std::move(outcome));
}

void worker_shell::process() {
  if (held_ || record().abandoned.load(std::memory_order_relaxed))
    return;
  const auto next = caught([&] { return object_->process(context_); });
  set_credit(nullptr);
  if (!next)
    report("process failed", next.error()); // and continues (PRC-2)
  if (!next || *next == process_step::again) {
    wake();
  } else if (*next == process_step::done) {
    node().remove(record());
    shut_down();
  }
}

void worker_shell::wake() {
  if (std::exchange(process_posted_, true))
    return;
  compat::post(this, context(), worker_signal{worker_signal::kind::process});
}

void worker_shell::shut_down() {
  if (std::exchange(ended_, true))
    return;
  if (requests_)
    while (auto request = requests_->take_any())
      finish(std::move(request), fail(requester_has_ended()));
  const auto outcome = caught([&] { return object_->shutdown(context_); });
  if (!outcome)
    report("shutdown failed", outcome.error());
  quit();
}

/// After `shut_down`, after a kill, or when the registration failed.
void worker_shell::on_exit() {
  node().remove(record());
  if (initialized_)
    shut_down();
  ended_ = true;
  record().set_ready(ockam::fail(errc::initialization_failed, escaped(to_string(record().primary()))
                                                                + " ended before it was ready"));
  waiting_.reset();
  replies_.reset();
  room_notice_ = {};
  record().mail.close([this](message_queue::element& unread) {
    if (unread.request)
      refuse(record(), std::move(unread.request));
  });
  if (calls_) {
    std::deque<std::function<void(ockam::context&)>> dropped;
    const std::lock_guard guard{calls_->mutex};
    dropped.swap(calls_->queue);
    calls_->record = {};
  }
  object_.reset();
  requests_.reset(); // it holds this actor
  record().flush_counters();
  node().actor_ended(record().shutdown_priority);
  ref_ptr<worker_record> last; // destroyed without the lock
  const std::lock_guard guard{end_lock_};
  std::swap(context_.record_, last);
}

// -- calls from other threads ----------------------------------------------------------------------

context::dispatcher worker_shell::make_dispatcher() {
  if (!calls_) {
    calls_ = std::make_shared<calls>();
    calls_->record = context_.record_;
  }
  return
    [shared = calls_](std::function<void(ockam::context&)> call) { shared->add(std::move(call)); };
}

void worker_shell::run_calls() {
  std::function<void(ockam::context&)> call;
  {
    const std::lock_guard guard{calls_->mutex};
    if (calls_->queue.empty())
      return;
    call = std::move(calls_->queue.front());
    calls_->queue.pop_front();
  }
  const auto outcome = caught([&]() -> result<void> {
    call(context_);
    return {};
  });
  if (!outcome)
    report("a dispatched call failed", outcome.error());
}

// -- errors ----------------------------------------------------------------------------------------

void worker_shell::report(std::string_view what, const error& why) {
  record().counters->log.report(record().log_lines, level_of(why), [&] {
    return "worker " + escaped(to_string(record().primary())) + ": " + std::string{what} + ": "
           + to_string(why);
  });
}

} // namespace ockam::internal
