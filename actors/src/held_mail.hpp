#pragma once

#include "ockam/actors/routed_message.hpp"
#include "ockam/protocol/credit.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

namespace ockam::internal {

/// Messages that came to a worker and are not handled yet: in order of arrival, except that one
/// connection whose output is full does not hold back the messages of others. For the worker's own
/// thread of control.
class held_mail {
public:
  void put(routed_message&& content);

  /// Whether messages that this credit pays for may go on.
  using condition = std::function<bool(const inbound_credit*)>;

  /// Whether the connection has room for what its messages may lead to.
  static bool has_room(const inbound_credit* credit) noexcept {
    return credit == nullptr || !credit->output_is_full();
  }

  /// The oldest message that may go on.
  std::optional<routed_message> take(const condition& may_go_on = has_room);

  /// Whether a message that this credit pays for is here, so that the next one has to stay behind it.
  [[nodiscard]] bool holds_any_of(const inbound_credit* credit) const noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  /// Asks each connection whose output is full to wake `waiting`, unless it was asked before.
  /// @returns whether there are messages that need not wait: `take` again
  bool await_room(const ref_ptr<waiter>& waiting, const condition& may_go_on = has_room);

  /// `waiting` was woken: ask again for those that still have no room.
  void forget_awaited() noexcept;

private:
  struct entry {
    std::uint64_t number; // in order of arrival
    routed_message content;
  };
  struct group {
    inbound_credit* credit; // lives as long as a message of the group; nullptr: no connection pays
    bool awaited = false;
    std::deque<entry> entries{};
  };

  std::vector<group> groups_; // not empty ones
  std::size_t size_ = 0;
  std::uint64_t next_number_ = 0;
};

} // namespace ockam::internal
