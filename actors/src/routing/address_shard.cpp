#include "address_shard.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace ockam::internal {

namespace {

constexpr std::size_t least_capacity = 8;

/// How many of so many places may be taken.
constexpr std::size_t most_of(std::size_t capacity) {
  return capacity / 16 * 13 + capacity % 16 / 2;
}

} // namespace

std::size_t address_shard::place_of(address_view any, std::uint64_t hash) const noexcept {
  auto place = static_cast<std::size_t>(hash) & (entries_.size() - 1);
  for (;; place = behind(place)) {
    const auto& [where, stored] = entries_[place];
    if (!where || (stored == hash && address_view{where.record->address_at(where.index)} == any))
      return place;
  }
}

const located* address_shard::find(address_view any, std::uint64_t hash) const noexcept {
  if (entries_.empty())
    return nullptr;
  const auto& found = entries_[place_of(any, hash)].where;
  return found ? &found : nullptr;
}

void address_shard::make_room(std::size_t count) {
  auto capacity = std::max(entries_.size(), least_capacity);
  while (count_ + count > most_of(capacity))
    capacity *= 2;
  if (capacity > entries_.size())
    resize(capacity);
}

void address_shard::put(located what, std::uint64_t hash) noexcept {
  const address_view own = what.record->address_at(what.index);
  entries_[place_of(own, hash)] = {std::move(what), hash};
  ++count_;
}

located address_shard::take(const worker_record& record, address_view own,
                            std::uint64_t hash) noexcept {
  if (entries_.empty())
    return {};
  const auto place = place_of(own, hash);
  if (entries_[place].where.record.get() != &record)
    return {};
  auto taken = std::exchange(entries_[place].where, {});
  --count_;
  close_gap(place);
  if (entries_.size() > least_capacity && count_ < entries_.size() / 8)
    try {
      resize(entries_.size() / 2);
    } catch (const std::bad_alloc&) { // it stays as large as it is
    }
  return taken;
}

/// Moves those up that would not be found behind an empty place.
void address_shard::close_gap(std::size_t gap) noexcept {
  const auto mask = entries_.size() - 1;
  for (auto place = behind(gap); entries_[place].where; place = behind(place)) {
    const auto wanted = static_cast<std::size_t>(entries_[place].hash) & mask;
    if (((place - wanted) & mask) >= ((place - gap) & mask)) {
      entries_[gap] = std::exchange(entries_[place], {});
      gap = place;
    }
  }
}

void address_shard::resize(std::size_t capacity) {
  std::vector<entry> before(capacity);
  before.swap(entries_);
  const auto mask = capacity - 1;
  for (auto& each : before)
    if (each.where) {
      auto place = static_cast<std::size_t>(each.hash) & mask;
      while (entries_[place].where)
        place = behind(place);
      entries_[place] = std::move(each);
    }
}

void address_shard::add_to(std::vector<ref_ptr<worker_record>>& all) const {
  for (const auto& each : entries_)
    if (each.where && each.where.index == 0)
      all.push_back(each.where.record);
}

} // namespace ockam::internal
