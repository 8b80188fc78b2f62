#pragma once

#include "connection_account.hpp"

#include "ockam/transports/export.hpp"

#include <atomic>
#include <functional>

namespace ockam::internal {

/// How much of a connection's input may be unhandled at a time. Counted by message and by byte;
/// given back by whatever thread drops a message.
class OCKAM_TRANSPORTS_EXPORT receive_credit final : public connection_account {
public:
  /// @param on_available  called once after `exhausted` said yes and half of the credit is free
  ///                      again, from the thread that freed it
  receive_credit(std::size_t messages, std::size_t bytes, std::function<void()> on_available)
    : max_messages_{messages}, max_bytes_{bytes}, on_available_{std::move(on_available)} {}

  void take(std::size_t bytes) noexcept override;
  void give_back(std::size_t bytes) noexcept override;

  /// Whether the next message has to wait; when it does, `on_available` will be called.
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
  const std::function<void()> on_available_;
  std::atomic<std::size_t> messages_{0};
  std::atomic<std::size_t> bytes_{0};
  std::atomic<bool> somebody_waits_{false};
};

} // namespace ockam::internal
