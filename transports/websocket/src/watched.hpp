#pragma once

#include "ockam/protocol/tick.hpp"

#include <chrono>

namespace ockam::websocket::detail {

/// Something that has deadlines, and that can be ended at once. On its I/O thread.
class watched {
public:
  using clock = std::chrono::steady_clock;

  virtual ~watched() = default;
  virtual void check_deadlines(const tick& at) = 0;
  virtual void abort() = 0;
};

} // namespace ockam::websocket::detail
