#pragma once

namespace ockam::sdk {

/// Something that is under way and would keep a thread from ending.
class cancellable {
public:
  virtual ~cancellable() = default;

  /// Gives up. Any thread.
  virtual void cancel() = 0;
};

} // namespace ockam::sdk
