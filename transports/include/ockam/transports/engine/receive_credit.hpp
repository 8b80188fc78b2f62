#pragma once

#include "ockam/protocol/detail/credit.hpp"
#include "ockam/protocol/detail/spin_lock.hpp"
#include "ockam/transports/detail/export.hpp"
#include "ockam/transports/limits.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <vector>

namespace ockam::sdk {

/// A limit for messages, and for their bytes, at a time.
class credit_window {
public:
  credit_window(std::size_t messages, std::size_t bytes) noexcept
    : max_messages_{std::min(messages, most_messages)}, max_bytes_{std::min(bytes, most_bytes)} {}

  void take(std::size_t bytes) noexcept {
    used_.fetch_add(one_message + bytes, std::memory_order_relaxed);
  }
  /// Sequentially consistent with the flags of waiters.
  void give_back(std::size_t messages, std::size_t bytes) noexcept {
    used_.fetch_sub(one_message * messages + bytes, std::memory_order_seq_cst);
  }

  [[nodiscard]] std::size_t messages() const noexcept {
    return messages_of(used_.load(std::memory_order_acquire));
  }
  [[nodiscard]] bool full() const noexcept {
    const auto used = used_.load(std::memory_order_acquire);
    return messages_of(used) >= max_messages_ || bytes_of(used) >= max_bytes_;
  }
  /// For messages of so many bytes.
  [[nodiscard]] std::size_t room(std::size_t bytes) const noexcept {
    const auto used = used_.load(std::memory_order_acquire);
    const auto free_messages = max_messages_ - std::min(max_messages_, messages_of(used));
    const auto free_bytes = max_bytes_ - std::min(max_bytes_, bytes_of(used));
    return bytes == 0 ? free_messages : std::min(free_messages, free_bytes / bytes);
  }
  [[nodiscard]] bool half_free() const noexcept {
    const auto used = used_.load(std::memory_order_seq_cst);
    return messages_of(used) <= max_messages_ / 2 && bytes_of(used) <= max_bytes_ / 2;
  }

private:
  // Messages and their bytes in one number, which changes in one step for each message. No limit is
  // above half of what either can count: the rest is for what comes although the window is full. A TiB of
  // bytes is not memory: copies of a message count too, and share it.
  static constexpr unsigned bytes_width = 40;
  static constexpr std::uint64_t one_message = std::uint64_t{1} << bytes_width;
  static constexpr std::size_t most_bytes = one_message / 2;
  static constexpr std::size_t most_messages = std::size_t{1} << (63 - bytes_width);
  static std::size_t messages_of(std::uint64_t used) noexcept { return used >> bytes_width; }
  static std::size_t bytes_of(std::uint64_t used) noexcept { return used & (one_message - 1); }

  const std::size_t max_messages_;
  const std::size_t max_bytes_;
  std::atomic<std::uint64_t> used_{0};
};

/// The receive window of a connection: how much of its input may be unhandled, and how much that it led
/// to may be unhandled or unwritten. Each of the three has limits of its own, so that messages blocked by
/// full output cannot be those that keep it full. Given back by any thread that drops a message.
class OCKAM_TRANSPORTS_EXPORT receive_credit final : public inbound_credit {
public:
  /// @param reader  woken once after `exhausted` returned true and half of the full window is free, by
  ///                the thread that freed it; nullptr: none
  receive_credit(const connection_limits& limits, ref_ptr<capacity_listener> reader)
    : received_{limits.max_unhandled_messages, limits.max_unhandled_bytes},
      made_{limits.max_unhandled_messages, limits.max_unhandled_bytes},
      output_{limits.max_unhandled_messages, limits.max_pending_bytes},
      reader_{std::move(reader)} {}

  void take(std::size_t bytes) noexcept override { received_.take(bytes); }
  void give_back(std::size_t bytes) noexcept override {
    give_back_together(credit_use::received, 1, bytes);
  }
  void take_for(credit_use use, std::size_t bytes) noexcept override { window_of(use).take(bytes); }
  void give_back_from(credit_use use, std::size_t bytes) noexcept override {
    give_back_together(use, 1, bytes);
  }
  void give_back_together(credit_use use, std::size_t messages,
                          std::size_t bytes) noexcept override;
  [[nodiscard]] bool output_is_full() const noexcept override { return output_.full(); }
  [[nodiscard]] std::size_t output_room(std::size_t size) const noexcept override {
    return output_.room(size);
  }
  bool wake_when_output_fits(ref_ptr<capacity_listener> waiting) override;

  /// Whether the next message has to wait; then the reader is woken.
  [[nodiscard]] bool exhausted() noexcept;

  /// Unhandled received messages.
  [[nodiscard]] std::size_t messages() const noexcept { return received_.messages(); }

  /// Whether any message holds a part of it.
  [[nodiscard]] bool in_use() const noexcept {
    return received_.messages() + made_.messages() + output_.messages() > 0;
  }

private:
  credit_window& window_of(credit_use use) noexcept {
    return use == credit_use::received ? received_ : use == credit_use::output ? output_ : made_;
  }
  enum windows : std::uint8_t { none = 0, received = 1, made = 2, output = 4 };
  [[nodiscard]] std::uint8_t full() const noexcept {
    return (received_.full() ? received : none) | (made_.full() ? made : none)
           | (output_.full() ? output : none);
  }
  [[nodiscard]] bool half_free(std::uint8_t which) const noexcept {
    return ((which & received) == 0 || received_.half_free())
           && ((which & made) == 0 || made_.half_free())
           && ((which & output) == 0 || output_.half_free());
  }
  void wake_reader() noexcept;
  void wake_workers() noexcept;

  credit_window received_;
  credit_window made_;
  credit_window output_;
  const ref_ptr<capacity_listener> reader_;
  std::atomic<std::uint8_t> reader_waits_for_{none}; // the windows that were full
  std::atomic<bool> workers_wait_{false};
  internal::spin_lock lock_;
  std::vector<ref_ptr<capacity_listener>> workers_; // under the lock
};

} // namespace ockam::sdk
