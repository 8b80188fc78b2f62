#pragma once

#include "ockam/actors/detail/routed_message.hpp"
#include "ockam/protocol/detail/recycled.hpp"

#include <caf/mailbox_element.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

namespace ockam::internal {

/// The messages that a worker has not handled yet, in the order of arrival.
///
/// Any number of threads put messages in; only the worker takes them out. It does not sleep here:
/// whoever is told `first` wakes it, and a worker that is about to sleep asks `has_arrivals` after it
/// has said so. Of the two at least one sees the other.
class mail_queue {
public:
  struct letter final : recycled<letter> {
    explicit letter(routed_message&& content) noexcept : content{std::move(content)} {}
    explicit letter(caf::mailbox_element_ptr request) noexcept : request{std::move(request)} {}

    routed_message content;
    caf::mailbox_element_ptr request; // instead of the content: a CAF actor waits for an answer
    letter* next = nullptr;           // the one before it; once taken in, the one after it
  };

  enum class entry : std::uint8_t {
    first,    // nothing had arrived: the caller wakes the worker
    appended, // who put in the first one does
    closed,   // the worker has ended
  };

  mail_queue() = default;
  ~mail_queue() { close({}); }
  mail_queue(const mail_queue&) = delete;
  mail_queue& operator=(const mail_queue&) = delete;

  /// Takes the letter unless it says `closed`.
  entry put(std::unique_ptr<letter>& newest) noexcept;

  /// The oldest one, or null when none is left.
  std::unique_ptr<letter> next_letter() noexcept;

  /// Whether something has come since `next_letter` was null; from any thread.
  [[nodiscard]] bool has_arrivals() const noexcept {
    return newest_.load(std::memory_order_seq_cst) != nullptr;
  }

  /// For the worker, before it is closed.
  [[nodiscard]] bool is_empty() const noexcept { return oldest_ == nullptr && !has_arrivals(); }

  /// Nothing comes in any more. Drops what is here, after `look` has seen it.
  void close(const std::function<void(letter&)>& look) noexcept;

private:
  static letter no_more_mail_; // the queue is closed

  std::atomic<letter*> newest_{nullptr};
  letter* oldest_ = nullptr; // the worker's own: already in order
};

} // namespace ockam::internal
