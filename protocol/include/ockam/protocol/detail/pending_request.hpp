#pragma once

#include "ockam/protocol/detail/export.hpp"
#include "ockam/protocol/detail/ref_counted.hpp"
#include "ockam/protocol/result.hpp"

#include <atomic>
#include <cstdint>

namespace ockam {

/// The state of an unanswered request; its message refers to it while inside the node. Thread-safe.
///
/// A request ends once: with a reply, with an error, or because its requester gave up. Code that
/// drops the message calls `fail`, so that the requester does not wait for its time-out.
class OCKAM_PROTOCOL_EXPORT pending_request : public ref_counted {
public:
  [[nodiscard]] bool is_pending() const noexcept { return state() == phase::pending; }

  /// Whether the requester gave up without a reply: the message need not be delivered.
  [[nodiscard]] bool is_given_up() const noexcept { return state() == phase::given_up; }

  /// Ends the request with `cause`. No effect on a request that has ended.
  virtual void fail(const error& cause) noexcept = 0;

protected:
  enum class phase : std::uint8_t { pending, answered, given_up };

  /// False when the request has ended before.
  bool end(phase how) noexcept {
    auto expected = phase::pending;
    return phase_.compare_exchange_strong(expected, how, std::memory_order_acq_rel);
  }

private:
  [[nodiscard]] phase state() const noexcept { return phase_.load(std::memory_order_acquire); }

  std::atomic<phase> phase_{phase::pending};
};

} // namespace ockam
