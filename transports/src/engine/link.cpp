#include "ockam/transports/engine/link.hpp"

#include "ockam/protocol/text.hpp"

namespace ockam::sdk {

namespace {

/// Connections with equal limits share them, which saves memory of idle ones.
std::shared_ptr<const connection_limits> share(const connection_limits& wanted) {
  static std::mutex mutex;
  static auto last = std::make_shared<const connection_limits>();
  const std::lock_guard guard{mutex};
  if (*last != wanted)
    last = std::make_shared<const connection_limits>(wanted);
  return last;
}

void fail_all(const outbox::requests& all, const error& cause) noexcept {
  for (const auto& each : all)
    each->fail(cause);
}

} // namespace

link::setup link::setup::accepted(connection_options of_listener) {
  setup made{.connection = std::move(of_listener), .mode = connection_mode::incoming};
  made.spawner_id = std::exchange(made.connection.flow_control_id, flow_control_id::random());
  return made;
}

link::link(const setup& own, const stream_format& format)
  : limits_{share(own.connection.limits)},
    observer_{own.connection.observer},
    credit_{make_ref<receive_credit>(*limits_, reader_)},
    output_{*limits_, format, own.buffers},
    mode_{own.mode} {}

void link::waiting_reader::wake() noexcept {
  if (const auto me = whose.lock())
    me->wake_reader();
}

result<void> link::open(const node_ptr& node, setup own) {
  reader_->whose = weak_from_this();
  auto port = connection_port::open(node, {.output = shared_from_this(),
                                           .id = std::move(own.connection.flow_control_id),
                                           .spawner_id = std::move(own.spawner_id),
                                           .consumer_of = std::move(own.connection.consumer_of),
                                           .peer = std::move(own.peer),
                                           .listener = std::move(own.listener),
                                           .credit = credit_,
                                           .explain_drops = own.explain_drops});
  if (!port)
    return fail(std::move(port.error()));
  port_ = std::move(*port);
  return {};
}

// -- output ----------------------------------------------------------------------------------------

result<void> link::push_to(ref_ptr<ref_counted> destination, routed_message& content,
                           compat::execution_context* context) {
  auto woken = output_.push(content.local_message(), port_.observed() ? &port_ : nullptr,
                            std::move(destination));
  if (!woken) {
    if (woken.error() == errc::resource_exhausted)
      note_load();
    if (woken.error() == errc::connection_closed && !reconnecting_.load())
      return fail(closed(std::nullopt));
    return fail(std::move(woken.error()));
  }
  if (*woken)
    wake_writer(context);
  return {};
}

void link::note_load() {
  auto expected = load::normal;
  if (!load_.compare_exchange_strong(expected, load::announcing)) {
    refused_again_ = true;
    return;
  }
  notify(connection_event::kind::overloaded);
  load_ = load::overloaded;
  note_relief(); // the output may have shrunk before the event
}

void link::note_relief() {
  std::atomic_thread_fence(std::memory_order_seq_cst); // the output first, then the waiters
  auto expected = load::overloaded;
  if (!output_.relieved() || !load_.compare_exchange_strong(expected, load::announcing))
    return;
  refused_again_ = false;
  notify(connection_event::kind::writable);
  load_ = load::normal;
  if (refused_again_.exchange(false)) // after the observer was notified
    note_load();
}

message_sink::room link::wait_for_room(std::size_t size,
                                       const ref_ptr<capacity_listener>& waiting) {
  if (output_.has_room_for(size))
    return room::available;
  if (!waiting)
    return room::awaited;
  const std::lock_guard guard{lock_};
  senders_wait_.store(true, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_seq_cst); // announced first, then looked again
  if (output_.relieved() || !is_open()) {
    senders_wait_.store(!senders_.empty(), std::memory_order_relaxed);
    return room::available;
  }
  senders_.push_back(waiting);
  return room::awaited;
}

void link::wake_senders() {
  std::vector<ref_ptr<capacity_listener>> woken;
  {
    const std::lock_guard guard{lock_};
    woken.swap(senders_);
    senders_wait_.store(false, std::memory_order_relaxed);
  }
  for (const auto& each : woken)
    each->wake();
}

void link::bytes_written(std::size_t count) {
  output_.written(count);
  note_room();
}

/// There may be room now: fewer bytes are pending.
void link::note_room() {
  std::atomic_thread_fence(std::memory_order_seq_cst); // freed first, then checked for waiters
  if (load_.load(std::memory_order_relaxed) != load::normal)
    note_relief();
  if (senders_wait_.load(std::memory_order_relaxed) && output_.relieved())
    wake_senders();
}

bool link::next_batch(write_batch& done) {
  const bool more = output_.next_batch(done);
  count_expired(output_.take_expired());
  return more;
}

void link::remove_given_up(write_batch& unwritten) {
  count_expired(output_.remove_given_up(unwritten));
}

void link::count_expired(std::size_t messages) {
  if (messages == 0)
    return;
  port_.count_dropped(drop_reason::expired, messages);
  note_room();
}

void link::lose(drop_reason reason, const message& content, const error& cause) noexcept {
  lost_early_.fetch_add(1, std::memory_order_relaxed);
  port_.count_dropped(reason, 1);
  if (auto* const request = content.request())
    request->fail(cause);
}

void link::batch_written(const write_batch& batch, std::size_t refused) {
  port_.count_written(batch.messages() - refused);
  if (refused > 0)
    port_.count_dropped(drop_reason::connection_closed, refused);
}

connection_metrics link::metrics() const noexcept {
  connection_metrics sum;
  port_.add_to(sum);
  sum.unhandled = unhandled();
  sum.accepted = output_.taken() + lost_early_.load(std::memory_order_relaxed);
  return sum;
}

bool link::wait_until_written(std::chrono::milliseconds timeout) const {
  value_or_throw(port_.node()->check_may_wait(
    "flush", "look at pending_bytes, or let context::when_writable call the worker",
    time_span{timeout}));
  return output_.wait_until_written(timeout);
}

// -- life ------------------------------------------------------------------------------------------

std::string link::opening() const {
  return (mode_ == connection_mode::incoming ? "accepted a connection from " : "connected with ")
         + port_.peer_for_logs();
}

void link::announce_connected(unsigned attempts) {
  reconnecting_ = false;
  output_.resume();
  log().report(log_level::info, [&] {
    return attempts == 0
             ? opening()
             : "connected again with " + port_.peer_for_logs() + " after "
                 + std::to_string(attempts) + (attempts == 1 ? " attempt" : " attempts");
  });
  notify(connection_event::kind::connected);
}

std::string link::description() const {
  return "the connection with " + escaped(peer())
         + (reconnecting_.load() ? ", which is being made again" : "");
}

error link::closed(const std::optional<error>& cause) const {
  return connection_closed(peer(), cause);
}

void link::close() {
  auto expected = phase::open;
  if (!phase_.compare_exchange_strong(expected, phase::closing))
    return;
  output_.close();
  begin_close();
}

void link::drain() noexcept {
  phase_ = phase::draining;
}

void link::go_away() {
  node_stops_ = true;
  close();
}

result<void> link::try_close() {
  return port_.node()->stop_worker(sender_address());
}

void link::begin_again(const error& cause, const write_batch& unwritten,
                       outbox::clock::time_point now) {
  const bool lost_before = reconnecting_.exchange(true); // and not found since
  if (unwritten.messages() > 0)
    port_.count_dropped(drop_reason::connection_closed, unwritten.messages());
  const auto unanswered = output_.begin_again(now);
  log().report(lost_before ? log_level::info : log_level::warning, [&] {
    return "connection with " + port_.peer_for_logs()
           + " lost, connecting again: " + to_string(cause);
  });
  fail_all(unanswered, error{errc::connection_closed,
                             "the connection with " + escaped(peer())
                               + " was lost before the reply came, and is being made again: "
                               + to_string(cause)}
                         .with_cause(cause.code()));
  if (!lost_before)
    notify(connection_event::kind::reconnecting, cause);
  note_room(); // of what was being written
  expire_waiting({now});
}

void link::expire_waiting(const tick& at) {
  output_.excuse(at);
  const auto expired = output_.expire(at.now);
  count_expired(expired.messages);
  if (!expired.requests.empty())
    fail_all(expired.requests,
             {errc::connection_closed, "the connection with " + escaped(peer())
                                         + " was lost and not made again in time; raise "
                                           "reconnect_policy.keep_for, or check the other side"});
}

void link::finish(std::optional<error> cause, const write_batch& unwritten) {
  drain();
  const auto waiting = output_.abandon();
  if (const auto lost = unwritten.messages() + waiting.messages; lost > 0)
    port_.count_dropped(drop_reason::connection_closed, lost);
  port_.close(cause);
  phase_ = phase::closed; // now that every loss is counted
  fail_all(waiting.requests, closed(cause));
  wake_senders();
  const bool expected = !cause || *cause == errc::closed_by_peer || *cause == errc::shutting_down;
  log().report(expected ? log_level::info : log_level::warning, [&] {
    return "connection with " + port_.peer_for_logs() + " closed"
           + (cause ? ": " + to_string(*cause) : std::string{});
  });
  notify(connection_event::kind::closed, std::move(cause));
}

node_log& link::log() const noexcept {
  return port_.node()->log();
}

void link::notify(connection_event::kind what, std::optional<error> cause) {
  if (!observer_)
    return;
  const auto callee = "the observer of the connection with " + port_.peer_for_logs();
  port_.node()->host_functions()->call(callee, [&] {
    observer_({what, sender_address(), std::move(cause)});
  });
}

} // namespace ockam::sdk

namespace ockam {

connection::connection(std::shared_ptr<sdk::link> link) : link_{std::move(link)} {}

const address& connection::sender_address() const noexcept {
  return link_->sender_address();
}

connection_metrics connection::metrics() const noexcept {
  return link_->metrics();
}

const address& connection::receiver_address() const noexcept {
  return link_->receiver_address();
}

const std::string& connection::peer() const noexcept {
  return link_->peer();
}

connection_mode connection::mode() const noexcept {
  return link_->mode();
}

const flow_control_id& connection::flow_control_id() const noexcept {
  return link_->flow_control_id();
}

bool connection::is_open() const noexcept {
  return link_->is_open();
}

std::size_t connection::pending_bytes() const noexcept {
  return link_->pending_bytes();
}

bool connection::flush(std::chrono::milliseconds timeout) const {
  return link_->wait_until_written(timeout);
}

result<void> connection::try_close() const {
  return link_->try_close();
}

} // namespace ockam
