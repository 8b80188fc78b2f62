// How a node ends: the part of node_state that stops what it has started.

#include "log/log.hpp"
#include "node_state.hpp"

#include "ockam/actors/transport/blocking.hpp"

#include <algorithm>
#include <atomic>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace ockam::internal {

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
    if ((record->kind == record_kind::shell || record->kind == record_kind::actor)
        && record->shutdown_priority == priority) {
      stop_record(record);
      stopping.push_back(std::move(record));
    }
  std::unique_lock guard{mutex_};
  while (running_[static_cast<std::size_t>(priority)] != 0) {
    const auto deadline = stop_deadline_; // another call may bring it forward
    if (deadline <= std::chrono::steady_clock::now()) {
      for (const auto& record : stopping) // what they have queued is dropped
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

/// Logs what a stop has lost: the messages queued in workers, endpoints and connections.
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
  table.close({errc::node_stopped, "the node has stopped"});
  gone_ = true;
  if (const auto last = router()) { // it holds this node's state, which holds it
    set_router({});
    compat::post_exit(caf::actor_cast<caf::abstract_actor*>(last));
  }
  return outcome;
}

result<void> node_state::stop(time_span limit) {
  if (auto allowed = check_may_wait("stop", "call request_stop, and stop the node on the thread "
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

/// In a child of `fork`: to destroy a lock or a condition that a thread of the parent uses may never
/// end, so that what the node consists of is kept.
void left_to_the_parent(std::shared_ptr<node_state> state) noexcept {
  struct kept {
    std::shared_ptr<node_state> state;
    kept* next = nullptr;
  };
  static std::atomic<kept*> all{nullptr};
  if (auto* const added = new (std::nothrow) kept{std::move(state)})
    added->next = all.exchange(added);
}

} // namespace

void node_state::end() noexcept {
  if (is_inherited())
    return left_to_the_parent(shared_from_this());
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
  if (is_inherited())
    return;
  const std::lock_guard guard{mutex_};
  stop_requested_ = true;
  changed_.notify_all();
}

result<void> node_state::wait_for_stop_request() {
  if (auto allowed = check_may_wait("wait_for_stop_request", "wait on the thread that stops the "
                                                             "node");
      !allowed)
    return allowed;
  std::unique_lock guard{mutex_};
  changed_.wait(guard, [this] { return stop_requested_; });
  return {};
}

} // namespace ockam::internal
