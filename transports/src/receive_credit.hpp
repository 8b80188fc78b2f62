#pragma once

#include "connection_account.hpp"

#include "ockam/protocol/chunk_pool.hpp"
#include "ockam/transports/export.hpp"

#include <atomic>

namespace ockam::internal {

/// How much of a connection's input may be unhandled at a time. Counted by message and by byte;
/// given back by whatever thread drops a message.
class OCKAM_TRANSPORTS_EXPORT receive_credit final : public connection_account {
public:
  /// @param waiting  woken once after `exhausted` said yes and half of the credit is free again, by
  ///                 the thread that freed it; nullptr: nobody
  receive_credit(std::size_t messages, std::size_t bytes, ref_ptr<waiter> waiting)
    : max_messages_{messages}, max_bytes_{bytes}, waiting_{std::move(waiting)} {}

  void take(std::size_t bytes) noexcept override;
  void give_back(std::size_t bytes) noexcept override;

  /// Whether the next message has to wait; when it does, who waits will be woken.
  [[nodiscard]] bool exhausted() noexcept;

  [[nodiscard]] std::size_t messages() const noexcept {
    return messages_.load(std::memory_order_acquire);
  }

private:
  [[nodiscard]] bool full() const noexcept {
    return messages() >= max_messages_ || bytes_.load(std::memory_order_acquire) >= max_bytes_;
  }
  [[nodiscard]] bool half_free() const noexcept { // in one order with `somebody_waits_`
    return messages_.load(std::memory_order_seq_cst) <= max_messages_ / 2
           && bytes_.load(std::memory_order_seq_cst) <= max_bytes_ / 2;
  }

  const std::size_t max_messages_;
  const std::size_t max_bytes_;
  const ref_ptr<waiter> waiting_;
  std::atomic<std::size_t> messages_{0};
  std::atomic<std::size_t> bytes_{0};
  std::atomic<bool> somebody_waits_{false};
};

} // namespace ockam::internal
