#include "inline_executor.hpp"

#include "coarse_clock.hpp"

#include <utility>

namespace ockam::internal {

namespace {

/// Mailbox elements handled after one batch of input before the loop looks at sockets again; an
/// element can bring many messages.
constexpr int max_runs = 1'024;

} // namespace

/// Runs what is ready and what becomes ready by that, up to a budget; the rest is handed over, and so
/// is an actor that keeps the thread for long.
void inline_executor::run() {
  if (jobs_.empty())
    return;
  auto began = coarse_now();
  for (int runs = 0; !jobs_.empty(); ++runs) {
    auto* job = jobs_.front();
    jobs_.pop_front();
    if (runs >= max_runs) {
      compat::schedule(system_of_actors_, job);
      continue;
    }
    const bool has_more = run_job(job);
    const auto ended = coarse_now();
    const bool was_slow = ended - std::exchange(began, ended) > longest_quick_run();
    if (!has_more)
      continue;
    if (was_slow)
      compat::schedule(system_of_actors_, job);
    else
      jobs_.push_back(job);
  }
}

void inline_executor::run_ready() {
  do {
    run();
    flushing_.swap(flushes_);
    for (const auto& each : flushing_)
      each->flush();
    flushing_.clear();
  } while (!jobs_.empty() || !flushes_.empty());
}

} // namespace ockam::internal
