#pragma once

#include <chrono>

namespace ockam::websocket::detail {

/// Something that has deadlines, and that can be ended at once. On its I/O thread.
class watched {
public:
  using clock = std::chrono::steady_clock;

  virtual ~watched() = default;
  virtual void check_deadlines(clock::time_point now) = 0;
  virtual void abort() = 0;
};

} // namespace ockam::websocket::detail
