#pragma once

#include "ockam/transports/export.hpp"

#include <chrono>
#include <functional>
#include <future>
#include <thread>

namespace ockam::internal {

class node_log;

/// The thread of one event loop, which must not wait. A stop waits for it with a limit: a handler of the
/// host may keep it for ever.
class OCKAM_TRANSPORTS_EXPORT loop_thread {
public:
  loop_thread() = default;
  ~loop_thread();
  loop_thread(const loop_thread&) = delete;
  loop_thread& operator=(const loop_thread&) = delete;

  /// @param run  holds what it needs: it may outlive this
  /// Throws `failure` where no thread can be started.
  void start(std::function<void()> run);

  /// Waits until `run` has returned. After `grace` it calls `force`; a thread that goes on for
  /// seconds all the same is left behind, which the log tells. False when there was no thread.
  bool stop(std::chrono::milliseconds grace, const std::function<void()>& force,
            const node_log& log);

private:
  std::thread thread_;
  std::future<void> ended_;
};

} // namespace ockam::internal
