#pragma once

#include "ockam/actors/transport/node_services.hpp"
#include "ockam/transports/detail/export.hpp"
#include "ockam/transports/io/inline_executor.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace ockam::sdk {

/// The thread of one event loop. When an actor blocks it, another thread continues the loop, and the
/// blocked one ends when the actor returns. A stop waits for all of them with a limit: an actor may
/// block its thread for ever.
class OCKAM_TRANSPORTS_EXPORT loop_thread {
public:
  explicit loop_thread(node_ptr node);
  ~loop_thread();
  loop_thread(const loop_thread&) = delete;
  loop_thread& operator=(const loop_thread&) = delete;

  /// @param run  runs the loop until it ends, or until `actors().run_ready()` is false; beginning with
  ///             that call. Holds what it needs: it may outlive this.
  /// Throws `failure` where no thread can be started.
  void start(std::function<void()> run);

  /// Waits until `run` has returned. After `grace` it calls `force`; a thread that still runs for seconds
  /// is detached, with a line in the log. False when there was no thread.
  bool stop(std::chrono::milliseconds grace, const std::function<void()>& force);

  /// Actors that are woken by the loop, and output that leaves when they have run.
  [[nodiscard]] inline_executor& actors() noexcept { return actors_; }
  [[nodiscard]] const inline_executor& actors() const noexcept { return actors_; }

private:
  struct state;

  inline_executor actors_;
  const std::shared_ptr<state> state_; // shared with the timer that watches
};

} // namespace ockam::sdk
