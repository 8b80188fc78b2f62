#include "ockam/transports/io/inline_executor.hpp"

#include "ockam/actors/transport/clock.hpp"

#include <mutex>
#include <utility>

namespace ockam::sdk {

namespace {

/// Mailbox elements handled after one batch of input before the loop looks at sockets again; an
/// element can bring many messages.
constexpr int max_runs = 1'024;

} // namespace

void inline_executor::ready(caf::resumable* job) {
  {
    const std::lock_guard guard{lock_};
    if (has_loop())
      return jobs_.push_back(job);
  }
  compat::schedule(system_of_actors_, job);
}

bool inline_executor::flush_later(std::shared_ptr<batched_io>& what) {
  const std::lock_guard guard{lock_};
  if (!has_loop())
    return false;
  flushes_.push_back(std::move(what));
  return true;
}

bool inline_executor::run_ready() {
  for (;;) {
    if (!run())
      return false;
    if (!flushes_.empty())
      flush();
    else if (!reading_.empty())
      read_on();
    else
      return true;
  }
}

/// Runs ready actors and those that become ready meanwhile, up to a budget; the rest goes to CAF's
/// threads, and so does an actor that keeps the thread for long.
bool inline_executor::run() {
  auto began = coarse_now();
  for (int runs = 0; !jobs_.empty(); ++runs) {
    auto* const job = jobs_.front();
    jobs_.pop_front();
    if (runs >= max_runs) {
      compat::schedule(system_of_actors_, job);
      continue;
    }
    steps_.store(steps_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    if (begin_watch_ && !watched_.load(std::memory_order_relaxed))
      begin_watch_();
    const bool more = run_job(job);
    const auto ended = coarse_now();
    const bool was_slow = ended - std::exchange(began, ended) > longest_quick_run();
    const bool has_loop = end_step();
    if (more && has_loop && !was_slow)
      jobs_.push_back(job);
    else if (more)
      compat::schedule(system_of_actors_, job);
    if (!has_loop)
      return false;
  }
  return true;
}

bool inline_executor::end_step() {
  const std::lock_guard guard{lock_};
  if (!has_loop())
    return false;
  steps_.store(steps_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  return true;
}

void inline_executor::flush() {
  flushing_.swap(flushes_);
  for (const auto& each : flushing_)
    each->flush();
  flushing_.clear();
}

void inline_executor::read_on() {
  reading_on_.swap(reading_);
  for (const auto& each : reading_on_)
    each->read_on();
  reading_on_.clear();
}

bool inline_executor::take_over(std::uint64_t steps) {
  const std::lock_guard guard{lock_};
  if (steps_.load(std::memory_order_acquire) != steps)
    return false;
  owner_ = std::this_thread::get_id();
  was_taken_ = true;
  if (steps % 2 != 0)
    steps_.store(steps + 1, std::memory_order_release);
  return true;
}

void inline_executor::leave() {
  const std::lock_guard guard{lock_};
  owner_ = std::thread::id{};
}

} // namespace ockam::sdk
