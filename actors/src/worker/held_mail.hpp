#pragma once

#include "ockam/actors/detail/routed_message.hpp"
#include "ockam/protocol/detail/credit.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>

namespace ockam::internal {

/// Messages that came to a worker and are not handled yet: in order of arrival, except that one
/// connection whose output is full does not hold back the messages of others. Messages with the same
/// return route stay in order whatever connections pay for them: one sender has sent them, while it
/// handled messages of several connections. For the worker's own thread of control.
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

  /// Whether a message is here that this credit pays for.
  [[nodiscard]] bool holds_any_of(const inbound_credit* credit) const noexcept {
    return std::ranges::find(groups_, credit, &group::credit) != groups_.end();
  }

  /// Whether a message is here that this one has to stay behind.
  [[nodiscard]] bool keeps_back(const message& next) const;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  /// Asks each connection whose output is full to wake `waiting`, unless it was asked before.
  /// @returns whether there are messages that need not wait: `take` again
  bool await_room(const ref_ptr<capacity_listener>& waiting, const condition& may_go_on = has_room);

  /// `waiting` was woken: ask again for those that still have no room.
  void forget_awaited() noexcept;

private:
  using way = std::string;      // an encoded return route
  using number = std::uint64_t; // in order of arrival

  struct entry {
    number place;
    routed_message content;
  };
  struct group {
    inbound_credit* credit; // lives as long as a message of the group; nullptr: no connection pays
    bool awaited = false;
    std::deque<entry> entries{};
  };

  [[nodiscard]] bool may_go(const group& which, const condition& may_go_on) const;

  // Not empty ones. They stay where they are: a copied message counts as handled, and its original
  // as lost.
  std::list<group> groups_;
  std::map<way, std::deque<number>> ways_;
  std::size_t size_ = 0;
  number next_place_ = 0;
};

} // namespace ockam::internal
