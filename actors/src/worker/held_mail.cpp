#include "held_mail.hpp"

#include <algorithm>
#include <utility>

namespace ockam::internal {

namespace {

std::string way_of(const message& content) {
  const auto encoded = content.return_route().encoded();
  return {encoded.begin(), encoded.end()};
}

} // namespace

/// Whether its first message may go on, and no older one of the same way is here.
bool held_mail::may_go(const group& which, const condition& may_go_on) const {
  const auto& first = which.entries.front();
  return may_go_on(which.credit)
         && ways_.at(way_of(first.content.local_message())).front() == first.place;
}

void held_mail::put(routed_message&& content) {
  auto* const credit = content.local_message().credit();
  auto place = std::ranges::find(groups_, credit, &group::credit);
  if (place == groups_.end())
    place = groups_.insert(groups_.end(), group{credit});
  ways_[way_of(content.local_message())].push_back(next_place_);
  place->entries.push_back({next_place_++, std::move(content)});
  ++size_;
}

std::optional<routed_message> held_mail::take(const condition& may_go_on) {
  auto oldest = groups_.end();
  for (auto each = groups_.begin(); each != groups_.end(); ++each)
    if ((oldest == groups_.end() || each->entries.front().place < oldest->entries.front().place)
        && may_go(*each, may_go_on))
      oldest = each;
  if (oldest == groups_.end())
    return std::nullopt;
  auto taken = std::move(oldest->entries.front().content);
  const auto along = ways_.find(way_of(taken.local_message()));
  along->second.pop_front();
  if (along->second.empty())
    ways_.erase(along);
  oldest->entries.pop_front();
  --size_;
  if (oldest->entries.empty())
    groups_.erase(oldest);
  return taken;
}

bool held_mail::keeps_back(const message& next) const {
  if (empty())
    return false;
  const auto* const credit = next.credit();
  return (credit != nullptr && holds_any_of(credit)) || ways_.contains(way_of(next));
}

bool held_mail::await_room(const ref_ptr<capacity_listener>& waiting, const condition& may_go_on) {
  bool room = false;
  for (auto& each : groups_) {
    if (!each.awaited && !has_room(each.credit))
      each.awaited = each.credit->wake_when_output_fits(waiting);
    room = room || (!each.awaited && (!has_room(each.credit) || may_go(each, may_go_on)));
  }
  return room;
}

void held_mail::forget_awaited() noexcept {
  for (auto& each : groups_)
    each.awaited = false;
}

} // namespace ockam::internal
