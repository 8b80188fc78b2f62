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

/// The unhandled messages of a worker, in order of arrival: an MPSC queue.
///
/// Any thread pushes; only the worker pops. The queue never blocks. A producer that gets `first` wakes
/// the worker; a worker marks itself asleep and then checks `has_arrivals`. At least one of the two
/// sees the other.
class message_queue {
public:
  struct element final : recycled<element> {
    explicit element(routed_message&& content) noexcept : content{std::move(content)} {}
    explicit element(caf::mailbox_element_ptr request) noexcept : request{std::move(request)} {}

    routed_message content;
    caf::mailbox_element_ptr request; // instead of the content: a CAF actor waits for an answer
    element* next = nullptr;          // the one before it; once taken in, the one after it
  };

  enum class entry : std::uint8_t {
    first,    // nothing had arrived: the caller wakes the worker
    appended, // the producer of the first one wakes it
    closed,   // the worker has ended
  };

  message_queue() = default;
  ~message_queue() { close({}); }
  message_queue(const message_queue&) = delete;
  message_queue& operator=(const message_queue&) = delete;

  /// Takes the element unless it returns `closed`.
  entry push(std::unique_ptr<element>& newest) noexcept;

  /// The oldest one, or null when none is left.
  std::unique_ptr<element> pop() noexcept;

  /// Whether an element was pushed since `pop` returned null; from any thread.
  [[nodiscard]] bool has_arrivals() const noexcept {
    return newest_.load(std::memory_order_seq_cst) != nullptr;
  }

  /// For the worker, before `close`.
  [[nodiscard]] bool is_empty() const noexcept { return oldest_ == nullptr && !has_arrivals(); }

  /// Refuses further elements. Drops the queued ones, each after `look` has seen it.
  void close(const std::function<void(element&)>& look) noexcept;

private:
  static element closed_; // the queue is closed

  std::atomic<element*> newest_{nullptr};
  element* oldest_ = nullptr; // the worker's own: already in order
};

} // namespace ockam::internal
