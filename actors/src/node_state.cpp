#include "node_state.hpp"

#include "connection_actor.hpp"
#include "error_reply.hpp"
#include "log.hpp"
#include "worker_shell.hpp"

#include "ockam/protocol/text.hpp"

#include <algorithm>
#include <thread>

#include <caf/actor_system.hpp>

namespace ockam::internal {

node_state::node_state(caf::actor_system& system, node_options options)
  : system{system}, options{std::move(options)} {
  counters->observer = this->options.observer;
  counters->log.configure(this->options.name, this->options.max_log_lines);
}

router_actor node_state::router() const {
  const std::lock_guard guard{mutex_};
  return router_;
}

void node_state::set_router(router_actor actor) {
  const std::lock_guard guard{mutex_};
  router_ = std::move(actor);
}

// -- registration ----------------------------------------------------------------------------------

result<void> check(const mailboxes& at) {
  if (at.all().empty())
    return fail(errc::internal, "no address was given; at least one is needed"); // ROU-6
  if (at.all().size() > 0xffff)
    return fail(errc::misuse, "a worker can have at most 65535 addresses");
  for (const auto& box : at.all())
    if (!box.incoming || !box.outgoing)
      return fail(errc::misuse, "the mailbox " + escaped(to_string(box.address))
                                  + " has no access control; leave it out for allow_all()");
  return {};
}

namespace {

void apply(const worker_options& options, worker_record& record) {
  record.shutdown_priority = static_cast<std::int8_t>(std::clamp(options.shutdown_priority, 1, 7));
  record.pooled = options.execution == execution::pooled;
}

} // namespace

result<address> node_state::start_shell(mailboxes at, std::unique_ptr<worker_object> object,
                                        worker_options options, trace tracing) {
  if (auto valid = check(at); !valid)
    return fail(std::move(valid.error()));
  auto record = make_ref<worker_record>(std::move(at), resident::shell, counters);
  apply(options, *record);
  const bool runs_at_once = object->has_initialize() || object->is_processor();
  actor_started(record->shutdown_priority); // the shell tells when it has ended
  const auto shell = system.spawn<worker_shell, caf::lazy_init>(
    shared_from_this(), record, std::move(object), std::move(tracing));
  record->actor = caf::actor_cast<caf::strong_actor_ptr>(shell);
  if (auto inserted = table.insert(record); !inserted) {
    record->actor = nullptr; // the shell ends with this function, without ever having run
    return fail(std::move(inserted.error()));
  }
  if (runs_at_once)
    compat::post(record->mailbox(), nullptr, worker_signal{worker_signal::kind::start});
  else
    record->set_ready({});
  return record->primary();
}

result<ref_ptr<worker_record>> node_state::register_actor(mailboxes at, const actor_factory& make,
                                                          bool owned, worker_options options) {
  if (auto valid = check(at); !valid)
    return fail(std::move(valid.error()));
  auto voice = make_ref<worker_record>(at, resident::nobody, counters);
  auto record = make_ref<worker_record>(std::move(at), resident::actor, counters);
  apply(options, *record);
  record->owned = owned;
  record->voice = std::move(voice);
  const auto actor = make(record->voice);
  if (!actor)
    return fail(errc::misuse, "the actor handle is null; spawn the actor first");
  record->actor = caf::actor_cast<caf::strong_actor_ptr>(actor);
  record->gate = make_ref<actor_gate>(caf::actor_cast<caf::actor_addr>(record->actor),
                                      options.execution == execution::pooled);
  record->voice->gate = record->gate;
  record->set_ready({});
  if (auto inserted = table.insert(record); !inserted)
    return fail(std::move(inserted.error()));
  if (owned)
    actor_started(record->shutdown_priority);
  // Runs at once when the actor is dead already; knows the record by name and actor id only, so
  // that it keeps nothing alive and spares a successor.
  record->mailbox()->attach_functor([weak = weak_from_this(), primary = record->primary(),
                                     id = record->actor->id(), owned,
                                     priority = record->shutdown_priority] {
    const auto node = weak.lock();
    if (!node)
      return;
    const auto found = node->table.find(primary);
    if (found && found.record->kind == resident::actor && found.record->actor->id() == id)
      node->remove(*found.record);
    if (owned)
      node->actor_ended(priority);
  });
  return record;
}

bool node_state::remove(worker_record& record) {
  if (!record.listed.load(std::memory_order_acquire)) // each worker is removed again when it ends
    return false;
  {
    const std::lock_guard guard{summing_}; // in the table or among the gone at every moment
    if (!table.remove(record))
      return false;
    for (auto* each : {&record, record.voice.get()})
      if (each != nullptr) {
        each->listed.store(false, std::memory_order_seq_cst);
        each->settle();
      }
  }
  for (std::size_t i = 0; i < record.boxes.size(); ++i) // not only the primary one (DEC-6)
    flows->clean_up(record.boxes[i].address);
  return true;
}

result<void> node_state::stop_worker(address_view any) {
  const auto found = table.find(any);
  if (!found) {
    auto why = unknown(any);
    return why == errc::connection_closed ? fail(errc::not_found, why.detail())
                                          : fail(std::move(why));
  }
  stop_record(found.record);
  return {};
}

caf::strong_actor_ptr node_state::actor_at(address_view any) {
  const auto found = table.find(any);
  if (!found)
    return nullptr;
  return found.record->kind == resident::sink
           ? found.record->share_actor(spawn_connection_actor(shared_from_this()))
           : found.record->actor;
}

void node_state::stop_record(const ref_ptr<worker_record>& record) {
  if (record->kind == resident::sink) // before its address is unknown
    remember_closed(record->primary(), {errc::connection_closed,
                                        record->sink->description() + " is closed; connect again"});
  if (!remove(*record))
    return;
  switch (record->kind) {
    case resident::shell:
      record->set_ready(fail(errc::initialization_failed, escaped(to_string(record->primary()))
                                                            + " was stopped before it was ready"));
      compat::post(record->mailbox(), nullptr, worker_signal{worker_signal::kind::stop});
      break;
    case resident::reply: // the request ends with its time-out, or with its worker
      break;
    case resident::actor:
      if (record->owned)
        compat::post_exit(record->mailbox());
      break;
    case resident::endpoint:
    case resident::sink:
      record->sink->close();
      break;
    case resident::nobody:
      if (record->sink)
        record->sink->close();
      break;
  }
}

ref_ptr<worker_record> node_state::make_reply_record(const route& to,
                                                     const request_options& options,
                                                     resident kind) const {
  auto outgoing = allow_onward_addresses({address{to.front()}});
  if (!options.outgoing->admits_everything())
    outgoing = all_of({std::move(outgoing), options.outgoing});
  mailbox_options box{
    .address = make_reply_address(), .incoming = options.incoming, .outgoing = std::move(outgoing)};
  return make_ref<worker_record>(mailboxes{std::move(box)}, kind, counters);
}

result<void> node_state::insert_reply_record(const ref_ptr<worker_record>& record,
                                             const address& first_hop) {
  if (auto inserted = table.insert(record); !inserted)
    return inserted;
  admit_replies(*record, first_hop);
  return {};
}

void node_state::admit_replies(const worker_record& record, const address& first_hop) {
  if (const auto producer = flows->find_producer(first_hop))
    flows->add_consumer(record.primary(), producer->id);
}

// -- life ------------------------------------------------------------------------------------------

void node_state::actor_started(int priority) {
  const std::lock_guard guard{mutex_};
  ++running_[static_cast<std::size_t>(priority)];
}

void node_state::actor_ended(int priority) {
  const std::lock_guard guard{mutex_};
  if (--running_[static_cast<std::size_t>(priority)] == 0)
    changed_.notify_all();
}

void node_state::stop_priority(int priority) {
  std::vector<ref_ptr<worker_record>> stopping;
  for (auto& record : table.all())
    if ((record->kind == resident::shell || record->kind == resident::actor)
        && record->shutdown_priority == priority) {
      stop_record(record);
      stopping.push_back(std::move(record));
    }
  std::unique_lock guard{mutex_};
  while (running_[static_cast<std::size_t>(priority)] != 0) {
    const auto deadline = stop_deadline_; // another call may bring it forward
    if (deadline <= std::chrono::steady_clock::now()) {
      for (const auto& record : stopping) // nobody waits for them; what they have queued is dropped
        record->abandoned = true;
      return;
    }
    changed_.wait_until(guard, deadline);
  }
}

/// One that fails stays for the next stop.
result<void> node_state::stop_transports() {
  std::vector<std::shared_ptr<transport>> all;
  {
    const std::lock_guard guard{mutex_};
    all = transports_;
    transport_by_type_.clear();
  }
  result<void> outcome;
  for (const auto& each : all) {
    auto stopped = caught([&]() -> result<void> {
      each->stop();
      return {};
    });
    if (stopped) {
      const std::lock_guard guard{mutex_};
      std::erase(transports_, each);
    } else {
      outcome = fail(errc::internal, "a transport did not stop: " + to_string(stopped.error())
                                       + "; stop the node again");
    }
  }
  return outcome;
}

result<void> node_state::end_everything() {
  table.close({errc::shutting_down, "the node is stopping; nothing can be started"});
  const auto before = dropped();
  for (int priority = 7; priority >= 1; --priority)
    stop_priority(priority);
  auto outcome = stop_transports();
  for (const auto& record : table.all())
    stop_record(record);
  timers.stop();
  log().report_left_out();
  report_lost(before);
  table.close({errc::internal, "the node has stopped"});
  gone_ = true;
  if (const auto last = router()) { // it holds this node's state, which holds it
    set_router({});
    compat::post_exit(caf::actor_cast<caf::abstract_actor*>(last));
  }
  return outcome;
}

result<void> node_state::stop(time_span limit) {
  if (auto allowed = check_may_block("stop", "call request_stop, and stop the node on the thread "
                                             "that waits in wait_for_stop_request");
      !allowed)
    return allowed;
  const auto deadline = moment_after(limit);
  std::unique_lock guard{mutex_};
  stop_requested_ = true;
  stopping_ = true;
  stop_deadline_ = std::min(stop_deadline_, deadline);
  changed_.notify_all();
  changed_.wait(guard, [this] { return !stop_runs_; });
  if (stopped_)
    return {};
  stop_deadline_ = std::min(stop_deadline_, deadline);
  stop_runs_ = true;
  guard.unlock();
  auto outcome = caught([this] { return end_everything(); });
  guard.lock();
  stop_runs_ = false;
  stopped_ = outcome.has_value();
  stop_deadline_ = no_deadline; // a further call has a limit of its own
  changed_.notify_all();
  return outcome;
}

namespace {

/// For the end of a node, which throws nothing.
template <class Step>
void try_to_end(const node_log& log, Step&& step) noexcept {
  const auto outcome = caught(step);
  if (!outcome)
    static_cast<void>(caught([&]() -> result<void> {
      log.say(log_level::error,
              "the node was destroyed and has not stopped: " + to_string(outcome.error()));
      return {};
    }));
}

} // namespace

void node_state::end() noexcept {
  try_to_end(log(), [this]() -> result<void> {
    if (may_block())
      return stop(options.stop_timeout);
    request_stop();
    after_host_function([node = shared_from_this()] {
      try_to_end(node->log(), [&]() -> result<void> {
        std::thread{[node] { node->end(); }}.detach();
        return {};
      });
    });
    return {};
  });
}

void node_state::request_stop() {
  const std::lock_guard guard{mutex_};
  stop_requested_ = true;
  changed_.notify_all();
}

result<void> node_state::wait_for_stop_request() {
  if (auto allowed = check_may_block("wait_for_stop_request", "wait on the thread that stops the "
                                                              "node");
      !allowed)
    return allowed;
  std::unique_lock guard{mutex_};
  changed_.wait(guard, [this] { return stop_requested_; });
  return {};
}

// -- transports ------------------------------------------------------------------------------------

result<void> node_state::attach(std::shared_ptr<transport> what) {
  const std::lock_guard guard{mutex_};
  if (stopped_)
    return fail(errc::internal, "the node has stopped");
  if (stopping_)
    return fail(errc::shutting_down, "the node is stopping; no transport can be added");
  transport_by_type_[what->type()] = what;
  transports_.push_back(std::move(what));
  return {};
}

std::shared_ptr<transport> node_state::find_transport(std::uint8_t type) const {
  const std::lock_guard guard{mutex_};
  const auto found = transport_by_type_.find(type);
  return found != transport_by_type_.end() ? found->second : nullptr;
}

drop_counts node_state::dropped() const noexcept {
  drop_counts counts;
  for (std::size_t i = 0; i < drop_reason_count; ++i)
    counts.dropped[i] = counters->dropped[i].get();
  return counts;
}

/// Says what a stop has lost: what waited in workers, endpoints and connections.
void node_state::report_lost(const drop_counts& before) {
  const auto now = dropped();
  std::string reasons;
  std::uint64_t sum = 0;
  for (const auto reason :
       {drop_reason::worker_gone, drop_reason::connection_closed, drop_reason::expired}) {
    const auto lost = now.dropped_for(reason) - before.dropped_for(reason);
    if (lost > 0)
      reasons += (sum > 0 ? ", " : "") + std::to_string(lost) + ' '
                 + std::string{to_string(reason)};
    sum += lost;
  }
  if (sum > 0)
    log().say(log_level::warning, "the stop lost " + std::to_string(sum)
                                    + (sum == 1 ? " message: " : " messages: ") + reasons
                                    + "; flush connections before it, or raise stop_timeout");
}

ockam::metrics node_state::metrics() const {
  ockam::metrics sum;
  const std::lock_guard guard{summing_};
  counters->of_the_gone.add_to(sum);
  for (const auto& record : table.all()) {
    record->traffic.add_to(sum);
    if (record->voice)
      record->voice->traffic.add_to(sum);
  }
  static_cast<drop_counts&>(sum) = dropped();
  sum.failed_callbacks = counters->host.failed();
  sum.buffer_bytes = buffers->used();
  sum.buffer_refusals = buffers->refusals();
  return sum;
}

} // namespace ockam::internal
