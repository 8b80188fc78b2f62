#pragma once

#include "connection_account.hpp"

#include "ockam/protocol/chunk_pool.hpp"
#include "ockam/transports/export.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace ockam::internal {

/// How much of a connection's input may be unhandled at a time. Counted by message and by byte;
/// given back by whatever thread drops a message.
class OCKAM_TRANSPORTS_EXPORT receive_credit final : public connection_account {
public:
  /// @param waiting  woken once after `exhausted` said yes and half of the credit is free again, by
  ///                 the thread that freed it; nullptr: nobody
  receive_credit(std::size_t messages, std::size_t bytes, ref_ptr<waiter> waiting)
    : max_messages_{std::min(messages, most_messages)},
      max_bytes_{bytes},
      waiting_{std::move(waiting)} {}

  void take(std::size_t bytes) noexcept override;
  void give_back(std::size_t bytes) noexcept override;

  /// Whether the next message has to wait; when it does, who waits will be woken.
  [[nodiscard]] bool exhausted() noexcept;

  [[nodiscard]] std::size_t messages() const noexcept {
    return messages_of(used_.load(std::memory_order_acquire));
  }

private:
  // messages and their bytes in one number, which changes in one step for each message
  static constexpr unsigned bytes_width
    = 40; // a TiB: copies of a message count too, and share its memory
  static constexpr std::uint64_t one_message = std::uint64_t{1} << bytes_width;
  static constexpr std::size_t most_messages = std::size_t{1} << (63 - bytes_width);
  static std::size_t messages_of(std::uint64_t used) noexcept { return used >> bytes_width; }
  static std::size_t bytes_of(std::uint64_t used) noexcept { return used & (one_message - 1); }

  [[nodiscard]] bool full() const noexcept {
    const auto used = used_.load(std::memory_order_acquire);
    return messages_of(used) >= max_messages_ || bytes_of(used) >= max_bytes_;
  }
  [[nodiscard]] bool half_free() const noexcept { // in one order with `somebody_waits_`
    const auto used = used_.load(std::memory_order_seq_cst);
    return messages_of(used) <= max_messages_ / 2 && bytes_of(used) <= max_bytes_ / 2;
  }

  const std::size_t max_messages_;
  const std::size_t max_bytes_;
  const ref_ptr<waiter> waiting_;
  std::atomic<std::uint64_t> used_{0};
  std::atomic<bool> somebody_waits_{false};
};

} // namespace ockam::internal
