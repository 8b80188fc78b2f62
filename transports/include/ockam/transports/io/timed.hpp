#pragma once

#include "ockam/protocol/detail/tick.hpp"

#include <chrono>

namespace ockam::sdk {

/// An object with deadlines that can be aborted. On its I/O thread.
class timed {
public:
  using clock = std::chrono::steady_clock;

  virtual ~timed() = default;

  /// Called at every tick.
  virtual void check_deadlines(const tick& at) = 0;

  /// Ends it now: the node has stopped.
  virtual void abort() = 0;
};

} // namespace ockam::sdk
