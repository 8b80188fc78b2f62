#pragma once

#include "ockam/actors/caf_turns.hpp"
#include "ockam/transports/export.hpp"

#include <deque>
#include <memory>
#include <vector>

namespace ockam::internal {

/// Something with output that leaves at the end of a batch of input.
class flushable {
public:
  virtual ~flushable() = default;
  virtual void flush() = 0;
};

/// Runs actors that were woken by I/O, on the I/O thread: socket to worker to socket without a
/// switch of threads. What takes long goes to CAF's own threads. Only for its thread.
class OCKAM_TRANSPORTS_EXPORT inline_executor final : public compat::own_context<inline_executor> {
public:
  explicit inline_executor(caf::actor_system& system)
    : compat::own_context<inline_executor>{system}, system_of_actors_{system} {}

  /// An actor has mail. In `run_ready` or before it.
  void ready(caf::resumable* job) { jobs_.push_back(job); }

  /// Flushes `what` after the actors that are ready have run: the output that they produce leaves
  /// together.
  void flush_later(std::shared_ptr<flushable> what) { flushes_.push_back(std::move(what)); }

  /// Ends a batch of input: runs actors, then flushes, until neither has anything left.
  void run_ready();

private:
  void run();

  caf::actor_system& system_of_actors_;
  std::deque<caf::resumable*> jobs_;
  std::vector<std::shared_ptr<flushable>> flushes_;
  std::vector<std::shared_ptr<flushable>> flushing_;
};

} // namespace ockam::internal
