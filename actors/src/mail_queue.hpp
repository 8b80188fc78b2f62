#pragma once

#include "ockam/actors/routed_message.hpp"
#include "ockam/protocol/recycled.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace ockam::internal {

/// What waits for a worker behind the one mailbox element that wakes it.
///
/// The first message to a worker that has none travels as an element of its CAF mailbox. Until the
/// worker has handled it, what comes later is appended here: no further element and no further
/// wake-up. The worker takes it directly after the element, in the order of arrival, so that messages
/// of one sender stay in order.
///
/// Any number of threads put messages in; only the worker takes them out.
class mail_queue {
public:
  struct letter final : recycled<letter> {
    letter() = default;
    explicit letter(routed_message&& own) noexcept : content{std::move(own)} {}

    routed_message content;
    letter* next
      = nullptr; // sent before this one; after `next_letter` has turned them round, later
  };

  enum class entry : std::uint8_t {
    first,    // the worker has no mail: the caller has to send it this message by its mailbox
    appended, // the worker will find it
    closed,   // the worker has ended
  };

  mail_queue() = default;
  ~mail_queue() { close(); }
  mail_queue(const mail_queue&) = delete;
  mail_queue& operator=(const mail_queue&) = delete;

  /// Takes the message only if it says `appended`.
  entry put(routed_message& content);

  /// Who was told `first` cannot send: the next one will be told. Drops what was appended meanwhile.
  void give_up() noexcept;

  /// The worker's own: back in front of all others.
  void put_back(std::unique_ptr<letter> oldest) noexcept;

  /// The oldest message, or null when none is left: then the next `put` says `first`.
  std::unique_ptr<letter> next_letter() noexcept;

  /// Drops what is here; nothing comes in any more.
  void close() noexcept;

private:
  static letter no_letter_;    // end of the list of a worker that is awake
  static letter no_more_mail_; // the queue is closed

  std::atomic<letter*> newest_{nullptr}; // nullptr: the worker has no mail
  letter* oldest_ = nullptr;             // the worker's own: already in order

  static void drop(letter* list) noexcept;
};

} // namespace ockam::internal
