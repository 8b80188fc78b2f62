#pragma once

#include "ockam/actors/detail/caf_turns.hpp"
#include "ockam/protocol/detail/spin_lock.hpp"
#include "ockam/transports/detail/export.hpp"
#include "ockam/transports/io/event_loop.hpp"

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace ockam::internal {

/// Runs actors that were woken by I/O, on the I/O thread: socket to worker to socket without a switch of
/// threads. What takes long goes to CAF's own threads, and the loop to another thread meanwhile: every
/// function can be called on a thread that has lost the loop while an actor ran on it.
class OCKAM_TRANSPORTS_EXPORT inline_executor final : public compat::own_context<inline_executor> {
public:
  explicit inline_executor(caf::actor_system& system)
    : compat::own_context<inline_executor>{system}, system_of_actors_{system} {}

  /// An actor has mail.
  void ready(caf::resumable* job);

  /// Flushes `what` after the actors that are ready have run. False on a thread that has lost the loop;
  /// `what` is left as it was.
  bool flush_later(std::shared_ptr<batched_io>& what);

  /// Lets `what` read on after that. On the thread that has the loop.
  void read_on_later(std::shared_ptr<batched_io> what) { reading_.push_back(std::move(what)); }

  /// Ends a batch of input: runs actors, then flushes, then reads on, until nothing is left. False when
  /// another thread has the loop now: this one leaves it alone.
  bool run_ready();

  // -- which thread has the loop ----------------------------------------------------------------------------

  /// The number of actors' runs that began and ended: odd while an actor runs.
  [[nodiscard]] std::uint64_t steps() const noexcept {
    return steps_.load(std::memory_order_acquire);
  }

  /// Gives the loop to this thread: from no thread, or from the one on which an actor runs and has run
  /// since `steps`. False, and nothing changes, when that run is over.
  bool take_over(std::uint64_t steps);

  /// No thread has it any more.
  void leave();

  [[nodiscard]] bool is_this_thread() const noexcept {
    return owner_.load(std::memory_order_relaxed) == std::this_thread::get_id();
  }

  /// `begin` is called when an actor begins to run, once until `end_watch`.
  void set_watch(std::function<void()> begin) { begin_watch_ = std::move(begin); }
  /// True for the caller that begins to watch.
  bool begin_watch() noexcept { return !watched_.exchange(true); }
  void end_watch() noexcept { watched_ = false; }

private:
  bool run();
  void flush();
  void read_on();
  bool end_step(); // of an actor; false when the loop is lost
  /// In the loop of the host, which no thread takes over, it is the caller's.
  [[nodiscard]] bool has_loop() const noexcept { return is_this_thread() || !was_taken_; }

  caf::actor_system& system_of_actors_;
  // Only the thread that has the loop changes what follows, which is lost to it while an actor runs on
  // it at most: what is called in an actor takes the lock, and so does the thread that takes over.
  spin_lock lock_;
  std::atomic<std::thread::id> owner_{};
  bool was_taken_ = false; // with the lock
  std::deque<caf::resumable*> jobs_;
  std::vector<std::shared_ptr<batched_io>> flushes_;
  std::vector<std::shared_ptr<batched_io>> flushing_;
  std::vector<std::shared_ptr<batched_io>> reading_;
  std::vector<std::shared_ptr<batched_io>> reading_on_;
  std::atomic<std::uint64_t> steps_{0};
  std::atomic<bool> watched_{false};
  std::function<void()> begin_watch_;
};

} // namespace ockam::internal
