#include "held_mail.hpp"

#include <algorithm>
#include <utility>

namespace ockam::internal {

void held_mail::put(routed_message&& content) {
  auto* const credit = content.local_message().credit();
  auto place = std::ranges::find(groups_, credit, &group::credit);
  if (place == groups_.end())
    place = groups_.insert(groups_.end(), group{credit});
  place->entries.push_back({next_number_++, std::move(content)});
  ++size_;
}

std::optional<routed_message> held_mail::take(const condition& may_go_on) {
  auto oldest = groups_.end();
  for (auto each = groups_.begin(); each != groups_.end(); ++each)
    if (may_go_on(each->credit)
        && (oldest == groups_.end()
            || each->entries.front().number < oldest->entries.front().number))
      oldest = each;
  if (oldest == groups_.end())
    return std::nullopt;
  auto taken = std::move(oldest->entries.front().content);
  oldest->entries.pop_front();
  --size_;
  if (oldest->entries.empty())
    groups_.erase(oldest);
  return taken;
}

bool held_mail::holds_any_of(const inbound_credit* credit) const noexcept {
  return std::ranges::find(groups_, credit, &group::credit) != groups_.end();
}

bool held_mail::await_room(const ref_ptr<waiter>& waiting, const condition& may_go_on) {
  bool room = false;
  for (auto& each : groups_) {
    if (!each.awaited && !has_room(each.credit))
      each.awaited = each.credit->wake_when_output_fits(waiting);
    room = room || (!each.awaited && may_go_on(each.credit));
  }
  return room;
}

void held_mail::forget_awaited() noexcept {
  for (auto& each : groups_)
    each.awaited = false;
}

} // namespace ockam::internal
