#include "proof.hpp"

#include <algorithm>

namespace ockam::udp::detail {

namespace {

/// The last address, if it is 16 random bytes as digits, perhaps with a suffix (ADR-7).
std::optional<address> unguessable_end(const route& hops) {
  constexpr std::size_t random_digits = 32;
  constexpr std::size_t longest = 64;
  address_view last;
  for (const auto hop : hops)
    last = hop;
  const auto text = last.value();
  const bool is_random = last.is_local() && text.size() >= random_digits && text.size() <= longest
                         && std::ranges::all_of(text.substr(0, random_digits), [](char each) {
                              return (each >= '0' && each <= '9') || (each >= 'a' && each <= 'f');
                            });
  return is_random ? std::optional{address{last}} : std::nullopt;
}

} // namespace

void proof::write(const route& back, const endpoint& to) {
  const auto last = unguessable_end(back);
  if (!last)
    return;
  if (auto* const known = find(*last)) {
    if (known->only_to != to)
      known->only_to.reset();
  } else {
    add(*last, to);
  }
}

bool proof::read(const route& onward, const endpoint& from) {
  const auto last = unguessable_end(onward);
  if (!last)
    return false;
  if (const auto* const known = find(*last))
    return known->only_to == from;
  add(*last, std::nullopt);
  return false;
}

proof::entry* proof::find(const address& which) {
  const auto found = places_.find(which);
  if (found == places_.end())
    return nullptr;
  all_.splice(all_.begin(), all_, found->second);
  return &all_.front();
}

void proof::add(const address& which, const std::optional<endpoint>& to) {
  if (all_.size() >= max_entries_) {
    places_.erase(all_.back().written);
    all_.pop_back();
  }
  all_.push_front({which, to});
  places_.emplace(which, all_.begin());
}

} // namespace ockam::udp::detail
