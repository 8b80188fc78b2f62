#pragma once

#include "ockam/actors/detail/caf_turns.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <utility>

namespace ockam::simulation {

/// The I/O thread of a simulated node: actors that its input has woken, and calls that were posted to
/// it, until the simulation runs them.
class io_loop final : public compat::own_context<io_loop> {
public:
  using compat::own_context<io_loop>::own_context;

  void ready(caf::resumable* job) { jobs_.push_back(job); }
  void post(std::function<void()> call) { calls_.push_back(std::move(call)); }

  [[nodiscard]] const std::deque<caf::resumable*>& jobs() const noexcept { return jobs_; }
  [[nodiscard]] const std::deque<std::function<void()>>& calls() const noexcept { return calls_; }

  void run_job(std::size_t which) {
    auto* job = take(which);
    if (own_context::run_job(job))
      jobs_.push_back(job);
  }

  /// An actor that has had its share of the thread goes on elsewhere.
  void hand_over_job(caf::actor_system& system, std::size_t which) {
    compat::schedule(system, take(which));
  }

  void run_call() {
    const auto call = std::move(calls_.front());
    calls_.pop_front();
    call();
  }

private:
  caf::resumable* take(std::size_t which) {
    const auto place = jobs_.begin() + static_cast<std::ptrdiff_t>(which);
    auto* job = *place;
    jobs_.erase(place);
    return job;
  }

  std::deque<caf::resumable*> jobs_;
  std::deque<std::function<void()>> calls_;
};

} // namespace ockam::simulation
