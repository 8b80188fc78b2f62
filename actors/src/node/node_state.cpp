#include "node_state.hpp"

#include "port/connection_actor.hpp"
#include "routing/error_reply.hpp"
#include "worker/worker_shell.hpp"

#include "ockam/actors/transport/blocking.hpp"
#include "ockam/protocol/text.hpp"

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

error node_state::why_inherited() {
  return {errc::misuse, "the node is that of the parent process: a child of fork has none of its "
                        "threads; call exec, or make the node after the fork"};
}

result<void> node_state::check_may_wait(std::string_view call, std::string_view instead,
                                        const std::optional<time_span>& limit) const {
  return check_process().and_then([&] { return check_may_block(call, instead, limit); });
}

// -- registration ----------------------------------------------------------------------------------

result<void> check(const mailboxes& at) {
  if (at.all().empty())
    return fail(errc::missing_address, "no address was given; at least one is needed");
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
  if (auto valid = check_process().and_then([&] { return check(at); }); !valid)
    return fail(std::move(valid.error()));
  auto record = make_ref<worker_record>(std::move(at), record_kind::shell, counters);
  apply(options, *record);
  const bool runs_at_once = object->has_initialize() || object->is_processor();
  actor_started(record->shutdown_priority); // the shell reports its end
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
  if (auto valid = check_process().and_then([&] { return check(at); }); !valid)
    return fail(std::move(valid.error()));
  auto identity = make_ref<worker_record>(at, record_kind::none, counters);
  auto record = make_ref<worker_record>(std::move(at), record_kind::actor, counters);
  apply(options, *record);
  record->owned = owned;
  record->identity = std::move(identity);
  const auto actor = make(record->identity);
  if (!actor)
    return fail(errc::misuse, "the actor handle is null; spawn the actor first");
  record->actor = caf::actor_cast<caf::strong_actor_ptr>(actor);
  record->gate = make_ref<actor_gate>(caf::actor_cast<caf::actor_addr>(record->actor),
                                      options.execution == execution::pooled);
  record->identity->gate = record->gate;
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
    if (found && found.record->kind == record_kind::actor && found.record->actor->id() == id)
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
    for (auto* each : {&record, record.identity.get()})
      if (each != nullptr) {
        each->listed.store(false, std::memory_order_seq_cst);
        each->flush_counters();
      }
  }
  for (std::size_t i = 0; i < record.boxes.size(); ++i) // not only the primary one (DEC-6)
    flows->clean_up(record.boxes[i].address);
  return true;
}

result<void> node_state::stop_worker(address_view any) {
  if (auto allowed = check_process(); !allowed)
    return allowed;
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
  return found.record->kind == record_kind::sink
           ? found.record->share_actor(spawn_connection_actor(shared_from_this()))
           : found.record->actor;
}

void node_state::stop_record(const ref_ptr<worker_record>& record) {
  if (record->kind == record_kind::sink) // before its address is unknown
    remember_closed(record->primary(), {errc::connection_closed,
                                        record->sink->description() + " is closed; connect again"});
  if (!remove(*record))
    return;
  switch (record->kind) {
    case record_kind::shell:
      record->set_ready(fail(errc::initialization_failed, escaped(to_string(record->primary()))
                                                            + " was stopped before it was ready"));
      compat::post(record->mailbox(), nullptr, worker_signal{worker_signal::kind::stop});
      break;
    case record_kind::reply: // the request ends with its time-out, or with its worker
      break;
    case record_kind::actor:
      if (record->owned)
        compat::post_exit(record->mailbox());
      break;
    case record_kind::endpoint:
    case record_kind::sink:
      record->sink->close();
      break;
    case record_kind::none:
      if (record->sink)
        record->sink->close();
      break;
  }
}

ref_ptr<worker_record> node_state::make_reply_record(const route& to,
                                                     const request_options& options,
                                                     record_kind kind) const {
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

// -- transports ------------------------------------------------------------------------------------

result<void> node_state::attach(std::shared_ptr<transport> what) {
  if (auto allowed = check_process(); !allowed)
    return allowed;
  const std::lock_guard guard{mutex_};
  if (stopped_)
    return fail(errc::node_stopped, "the node has stopped");
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

std::vector<std::shared_ptr<transport>> node_state::attached_transports() const {
  const std::lock_guard guard{mutex_};
  return transports_;
}

drop_counts node_state::dropped() const noexcept {
  drop_counts counts;
  for (std::size_t i = 0; i < drop_reason_count; ++i)
    counts.dropped[i] = counters->dropped[i].get();
  return counts;
}

ockam::metrics node_state::metrics() const {
  ockam::metrics sum;
  const std::lock_guard guard{summing_};
  counters->retired.add_to(sum);
  for (const auto& record : table.all()) {
    record->traffic.add_to(sum);
    if (record->identity)
      record->identity->traffic.add_to(sum);
  }
  static_cast<drop_counts&>(sum) = dropped();
  sum.failed_callbacks = counters->host.failed();
  sum.buffer_bytes = buffers->used();
  sum.buffer_refusals = buffers->refusals();
  return sum;
}

} // namespace ockam::internal
