#pragma once

#include "ockam/actors/detail/export.hpp"
#include "ockam/protocol/time_span.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace ockam::internal {

/// Calls functions later, on one thread that starts with the first use; thread-safe.
///
/// CAF's clock is not used: with CAF 0.17.6 a time-out per request can dead-lock its thread.
/// The functions must be quick; they enqueue and return. A time-out that is later than another one, or
/// than one that was cancelled, does not wake the thread: most are never needed.
///
/// A simulation brings a clock of its own, and calls what is due itself.
class timers {
public:
  using clock = std::chrono::steady_clock;
  using id = std::uint64_t;

  ~timers() { stop(); }

  /// Calls `action` once after `delay`. After `stop` nothing is called any more.
  OCKAM_ACTORS_EXPORT id schedule(time_span delay, std::function<void()> action);

  /// False when it was called already, or is being called.
  bool cancel(id which);

  /// Drops what is outstanding and joins the thread, unless called on it.
  void stop();

  /// As `coarse_now`, or the time of the simulation.
  [[nodiscard]] clock::time_point coarse_now() const noexcept;

  // -- for simulations -----------------------------------------------------------------------------

  /// Replaces the thread and the clock by `simulated`, which outlives this.
  /// Before anything is scheduled.
  void follow(const clock::time_point& simulated) noexcept { simulated_ = &simulated; }

  /// When there is something to do; nullopt: never.
  [[nodiscard]] std::optional<clock::time_point> next_due() const;

  /// Calls the first function that is due; false when none is.
  bool run_due();

private:
  struct state {
    std::mutex mutex;
    std::condition_variable changed;
    std::map<std::pair<clock::time_point, id>, std::function<void()>> queue;
    std::map<id, clock::time_point> due;
    id next = 1;
    clock::time_point wakes_at = clock::time_point::max(); // the thread, unless notified
    bool stopped = false;
  };
  static void run(const std::shared_ptr<state>& own);
  static std::function<void()> take_first(state& own);

  // shared with the thread: the last reference to the owner of the timers may die in an action
  const std::shared_ptr<state> state_ = std::make_shared<state>();
  std::thread thread_;
  const clock::time_point* simulated_ = nullptr;
};

} // namespace ockam::internal
