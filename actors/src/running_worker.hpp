#pragma once

namespace ockam::internal {

/// Whether this thread runs a worker at the moment: then it must not wait for something that may
/// need the thread.
inline thread_local int workers_running_here = 0;

inline bool may_block() noexcept {
  return workers_running_here == 0;
}

/// During the life of this object the thread runs a worker.
class running_worker {
public:
  running_worker() noexcept { ++workers_running_here; }
  ~running_worker() { --workers_running_here; }
  running_worker(const running_worker&) = delete;
  running_worker& operator=(const running_worker&) = delete;
};

} // namespace ockam::internal
