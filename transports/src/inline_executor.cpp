#include "inline_executor.hpp"

#include <chrono>
#include <utility>

namespace ockam::internal {

namespace {

/// Mailbox elements handled after one batch of input before the loop looks at sockets again; an
/// element can bring many messages.
constexpr int max_runs = 1'024;

/// An actor that keeps the thread longer than this goes on elsewhere.
constexpr auto max_time = std::chrono::milliseconds{5};

} // namespace

/// Runs what is ready and what becomes ready by that, up to a budget; the rest is handed over.
void inline_executor::run() {
  auto began = std::chrono::steady_clock::now();
  for (int runs = 0; !jobs_.empty(); ++runs) {
    auto* job = jobs_.front();
    jobs_.pop_front();
    if (runs >= max_runs) {
      compat::schedule(system_of_actors_, job);
      continue;
    }
    const auto outcome = job->resume(this, 1);
    const auto ended = std::chrono::steady_clock::now();
    const bool was_slow = ended - std::exchange(began, ended) > max_time;
    if (outcome != caf::resumable::resume_later)
      compat::release(job);
    else if (was_slow)
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
