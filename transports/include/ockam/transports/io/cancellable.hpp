#pragma once

namespace ockam::sdk {

/// An operation under way that would keep a thread from ending.
class cancellable {
public:
  virtual ~cancellable() = default;

  /// Gives up. Any thread.
  virtual void cancel() = 0;
};

} // namespace ockam::sdk
