#include "worker_shell.hpp"

#include "log.hpp"

#include "ockam/protocol/text.hpp"

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
    compat::post(caf::actor_cast<caf::abstract_actor*>(to->actor), nullptr,
                 worker_signal{worker_signal::kind::call});
  }
};

worker_shell::worker_shell(caf::actor_config& config, std::shared_ptr<node_state> node,
                           ref_ptr<worker_record> record, std::unique_ptr<worker_object> object)
  : shell_actor::base{config}, node_{std::move(node)}, record_{std::move(record)},
    object_{std::move(object)}, context_{node_, record_, this},
    priority_{record_->shutdown_priority} {}

worker_shell::behavior_type worker_shell::make_behavior() {
  return {
    [this](routed_message& content) { on_message(content); },
    [this](worker_signal signal) { on_signal(signal); },
  };
}

// -- messages --------------------------------------------------------------------------------------

void worker_shell::on_message(routed_message& content) {
  if (ended_ || record_->abandoned.load(std::memory_order_relaxed))
    return; // counted as lost by the message itself
  if (content.target() && content.target().get() != record_.get())
    return on_reply(content);
  if (!content.target()) { // sent by CAF, past the router
    record_->traffic.sent.add();
    content = routed_message{std::move(content).into_local_message(), ockam::address{}, record_, 0};
  }
  if (!initialized_)
    initialize_object();
  if (ended_)
    return;
  if (object_->is_processor()) {
    waiting_.push_back(std::move(content));
    wake();
  } else if (held_) {
    waiting_.push_back(std::move(content));
  } else {
    handle(std::move(content));
  }
}

void worker_shell::handle(routed_message&& content) {
  content.set_handled(); // from here on it is counted by what happens to it
  if (!record_->admits(content))
    return;
  record_->traffic.delivered.add_exclusively();
  const auto& tracing = content.local_message().tracing_context();
  if (tracing && *tracing != "{}")
    context_.tracing_ = tracing;
  else
    context_.tracing_.reset();
  const auto outcome = guarded([&] { return object_->handle(context_, std::move(content)); });
  if (!outcome) {
    record_->traffic.failed.add_exclusively();
    report("a message handler failed", outcome.error());
  }
}

std::optional<routed_message> worker_shell::take_waiting() {
  while (!waiting_.empty()) {
    auto content = std::move(waiting_.front());
    waiting_.pop_front();
    content.set_handled();
    if (!record_->admits(content))
      continue;
    record_->traffic.delivered.add_exclusively();
    return content;
  }
  return std::nullopt;
}

// -- requests --------------------------------------------------------------------------------------

result<void> worker_shell::request(route to, result<shared_bytes> payload,
                                   std::function<void(result<routed_message>)> on_reply,
                                   request_options options) {
  auto first_hop = to.next();
  if (!first_hop)
    return fail(std::move(first_hop.error()));
  auto temporary = node_->make_reply_record(to, options, resident::shell);
  temporary->actor = record_->actor;
  if (auto inserted = node_->insert_reply_record(temporary, *first_hop); !inserted)
    return inserted;
  const auto give_up = [&](error why) -> result<void> {
    node_->remove(*temporary);
    return fail(std::move(why));
  };
  if (!payload) {
    // an unknown first hop is the more important error (SND-1)
    if (!node_->table.find(*first_hop))
      return give_up({errc::not_found, "no worker is registered at "
                                         + escaped(to_string(*first_hop)) + "; start it first"});
    return give_up(std::move(payload.error()));
  }
  message content{std::move(to), route{temporary->primary()}, std::move(*payload)};
  if (context_.tracing_)
    content = std::move(content).set_tracing_context(context_.tracing_);
  const auto id = next_request_++;
  auto& entry = outstanding_[id];
  entry.on_reply = std::move(on_reply);
  entry.address = temporary;
  if (auto sent = node_->send(*temporary, 0, std::move(content), context()); !sent) {
    outstanding_.erase(id);
    return give_up(std::move(sent.error()));
  }
  if (options.timeout)
    entry.timer = node_->timers.schedule(*options.timeout, [to = record_, id] {
      compat::post(caf::actor_cast<caf::abstract_actor*>(to->actor), nullptr,
                   worker_signal{worker_signal::kind::reply_timeout, id});
    });
  return {};
}

void worker_shell::on_reply(routed_message& content) {
  const auto found = std::ranges::find_if(outstanding_, [&](const auto& each) {
    return each.second.address.get() == content.target().get();
  });
  if (found == outstanding_.end())
    return; // a second reply that came before the address went; counted as lost
  content.set_handled();
  if (!found->second.address->admits(content))
    return;
  record_->traffic.delivered.add_exclusively();
  auto request = forget(found);
  request.on_reply(std::move(content));
}

void worker_shell::on_timeout(std::uint64_t id) {
  const auto found = outstanding_.find(id);
  if (found == outstanding_.end())
    return;
  auto request = forget(found);
  request.on_reply(ockam::fail(errc::timeout, "no reply came in time; raise request_options.timeout, "
                                              "or check the route and the far side's flow control"));
}

worker_shell::outstanding
worker_shell::forget(std::map<std::uint64_t, outstanding>::iterator which) {
  auto request = std::move(which->second);
  outstanding_.erase(which);
  if (request.timer != 0)
    node_->timers.cancel(request.timer);
  node_->remove(*request.address);
  // the reply may come in the middle of a stop, and a handler must not take the worker down
  request.on_reply = [this, call = std::move(request.on_reply)](result<routed_message> reply) {
    const auto outcome = guarded([&]() -> result<void> {
      call(std::move(reply));
      return {};
    });
    if (!outcome) {
      record_->traffic.failed.add_exclusively();
      report("a reply handler failed", outcome.error());
    }
  };
  return request;
}

// -- life ------------------------------------------------------------------------------------------

void worker_shell::on_signal(worker_signal signal) {
  if (ended_)
    return;
  switch (signal.what) {
    case worker_signal::kind::start:
      if (!initialized_)
        initialize_object();
      break;
    case worker_signal::kind::stop:
      if (!initialized_ && !record_->abandoned)
        initialize_object(); // `shutdown` is only called for what was initialised
      if (!ended_)
        shut_down();
      break;
    case worker_signal::kind::process:
      process_posted_ = false;
      process();
      break;
    case worker_signal::kind::reply_timeout:
      on_timeout(signal.id);
      break;
    case worker_signal::kind::call:
      run_calls();
      break;
  }
}

void worker_shell::initialize_object() {
  initialized_ = true;
  auto outcome = guarded([&] { return object_->initialize(context_); });
  if (!held_ || !outcome)
    finish_initialization(std::move(outcome));
}

void worker_shell::finish_initialization(result<void> outcome) {
  held_ = false;
  if (!outcome) {
    report("initialize failed", outcome.error());
    record_->set_ready(ockam::fail(errc::initialization_failed,
                                   escaped(to_string(record_->primary()))
                                     + " failed to initialise: " + to_string(outcome.error())));
    node_->remove(*record_);
    shut_down();
    return;
  }
  record_->set_ready({});
  if (object_->is_processor())
    wake();
  while (!waiting_.empty() && !ended_ && !held_ && !object_->is_processor()) {
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    handle(std::move(next));
  }
}

void worker_shell::hold() {
  held_ = true;
}

void worker_shell::release(result<void> outcome) {
  if (held_)
    finish_initialization(std::move(outcome));
}

void worker_shell::process() {
  if (held_ || record_->abandoned.load(std::memory_order_relaxed))
    return;
  const auto next = guarded([&] { return object_->process(context_); });
  if (!next)
    report("process failed", next.error()); // and goes on (PRC-2)
  if (!next || *next == step::again) {
    wake();
  } else if (*next == step::done) {
    node_->remove(*record_);
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
  while (!outstanding_.empty())
    forget(outstanding_.begin())
      .on_reply(ockam::fail(errc::cancelled, "the worker that asked has ended"));
  const auto outcome = guarded([&] { return object_->shutdown(context_); });
  if (!outcome)
    report("shutdown failed", outcome.error());
  record_->set_ready(
    ockam::fail(errc::initialization_failed, "the worker ended before it was ready"));
  quit();
}

void worker_shell::on_exit() {
  if (!ended_) { // killed from outside, or never used
    node_->remove(*record_);
    if (initialized_)
      shut_down();
    ended_ = true;
  }
  waiting_.clear();
  outstanding_.clear();
  if (calls_) {
    std::deque<std::function<void(ockam::context&)>> dropped;
    const std::lock_guard guard{calls_->mutex};
    dropped.swap(calls_->queue);
    calls_->record = {};
  }
  object_.reset();
  record_->settle();
  node_->shell_ended(priority_);
}

void worker_shell::run_elsewhere() noexcept {
  record_->pooled.store(true, std::memory_order_relaxed);
}

// -- calls from other threads ----------------------------------------------------------------------

context::dispatcher worker_shell::make_dispatcher() {
  if (!calls_) {
    calls_ = std::make_shared<calls>();
    calls_->record = record_;
  }
  return [shared = calls_](std::function<void(ockam::context&)> call) {
    shared->add(std::move(call));
  };
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
  const auto outcome = guarded([&]() -> result<void> {
    call(context_);
    return {};
  });
  if (!outcome)
    report("a dispatched call failed", outcome.error());
}

// -- errors ----------------------------------------------------------------------------------------

template <class Hook>
auto worker_shell::guarded(Hook&& hook) -> std::invoke_result_t<Hook> {
  try {
    return hook();
  } catch (const failure& thrown) {
    return ockam::fail(thrown.error());
  } catch (const std::exception& thrown) {
    return ockam::fail(errc::handler_failed, thrown.what());
  } catch (...) {
    return ockam::fail(errc::handler_failed, "an exception of unknown type");
  }
}

void worker_shell::report(std::string_view what, const error& why) {
  if (record_->log_lines.allow())
    log_warning("worker " + escaped(to_string(record_->primary())) + ": " + std::string{what} + ": "
                + to_string(why));
}

} // namespace ockam::internal
