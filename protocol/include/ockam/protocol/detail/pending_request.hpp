#pragma once

#include "ockam/protocol/detail/export.hpp"
#include "ockam/protocol/detail/ref_counted.hpp"
#include "ockam/protocol/result.hpp"

#include <atomic>
#include <cstdint>

namespace ockam {

/// A request between its sending and its end, as its message refers to it on the way through the
/// node. Thread-safe.
///
/// It ends once: with a reply, with an error, or because its requester gave up. Code that loses the
/// message calls `fail`, so that the requester need not wait for its time-out.
class OCKAM_PROTOCOL_EXPORT pending_request : public ref_counted {
public:
  [[nodiscard]] bool is_pending() const noexcept { return state() == phase::pending; }

  /// The requester waits no longer and has no reply: the message need not be delivered.
  [[nodiscard]] bool is_given_up() const noexcept { return state() == phase::given_up; }

  /// The request cannot be answered any more: its requester gets `cause`. No effect once it has
  /// ended.
  virtual void fail(const error& cause) noexcept = 0;

protected:
  enum class phase : std::uint8_t { pending, answered, given_up };

  /// False when it had ended before.
  bool end(phase how) noexcept {
    auto expected = phase::pending;
    return phase_.compare_exchange_strong(expected, how, std::memory_order_acq_rel);
  }

private:
  [[nodiscard]] phase state() const noexcept { return phase_.load(std::memory_order_acquire); }

  std::atomic<phase> phase_{phase::pending};
};

} // namespace ockam
