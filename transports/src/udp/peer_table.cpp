#include "peer_table.hpp"

#include "endpoints.hpp"

#include <algorithm>
#include <utility>

namespace ockam::udp::detail {

peer_table::peer_table(const bind_options& options, ref_ptr<memory_budget> reassembly_in_all)
  : reassembly_{std::min(options.reassembly.max_bytes, options.limits.max_frame_size),
                options.reassembly.timeout},
    max_amplification_{options.max_amplification},
    max_peers_{std::max<std::size_t>(1, options.max_peers)},
    timeout_{options.peer_timeout},
    reassembly_in_all_{std::move(reassembly_in_all)},
    allowance_{options, max_peers_},
    proof_{max_peers_} {}

peer_table::arrival peer_table::take(const endpoint& from, const asio::ip::address& at,
                                     const datagram& received, std::size_t size,
                                     clock::time_point now) {
  const std::lock_guard guard{mutex_};
  auto& peer = find_or_add(from, now, false);
  peer.received += size;
  peer.asked_at = at;
  arrival result{.taken = peer.messages.take(received, now)};
  if (result.taken.verdict == part_verdict::complete) {
    result.from = peer.name;
    result.unproven = is_bounded(peer);
  }
  result.given_up = result.taken.given_up + std::exchange(given_up_, 0);
  return result;
}

void peer_table::prove(const endpoint& from, const route& onward) {
  const std::lock_guard guard{mutex_};
  const bool is_there = proof_.read(onward, from);
  if (const auto found = by_endpoint_.find(from); is_there && found != by_endpoint_.end())
    found->second->proven = true;
}

result<asio::ip::address> peer_table::admit(const endpoint& to, std::size_t size, bool passed_on,
                                            const route& back, clock::time_point now) {
  const std::lock_guard guard{mutex_};
  if (passed_on && !by_endpoint_.contains(to))
    return fail(errc::access_denied,
                "a message from another node is not sent to " + to_text(to)
                  + ", a peer that this node neither received from nor sent to");
  auto& peer = find_or_add(to, now, true);
  if (is_bounded(peer) && !has_room_for(peer, size, now))
    return fail(errc::resource_exhausted,
                to_text(to) + " has sent " + std::to_string(peer.received) + " bytes and got "
                  + std::to_string(peer.sent) + "; " + std::to_string(size)
                  + " more are too many (max-amplification is " + std::to_string(max_amplification_)
                  + ", and the unproven-allowance is used up), for its address may be forged; tie "
                    "a binding to it, or send to it first");
  if (max_amplification_ > 0)
    proof_.write(back, to);
  peer.sent += size;
  return peer.asked_at;
}

bool peer_table::is_bounded(const peer& which) const noexcept {
  return max_amplification_ > 0 && !which.invited && !which.proven;
}

/// Whether the peer has sent enough for so many bytes, or the allowance has the rest.
bool peer_table::has_room_for(peer& to, std::size_t size, clock::time_point now) {
  const auto earned = to.received * max_amplification_ + to.allowed;
  if (to.sent + size <= earned)
    return true;
  const auto missing = to.sent + size - earned;
  if (!allowance_.take(to.at.address(), missing, now))
    return false;
  to.allowed += missing;
  return true;
}

std::size_t peer_table::expire(const tick& at) {
  const std::lock_guard guard{mutex_};
  if (at.paused > tick::clock::duration::zero())
    excuse(at);
  auto given_up = std::exchange(given_up_, 0);
  for (auto* const list : {&invited_, &strangers_}) {
    while (!list->empty() && at.now - list->back().seen > timeout_.value())
      remove_last(*list);
    for (auto& each : *list)
      given_up += each.messages.expire(at.now);
  }
  return given_up + std::exchange(given_up_, 0);
}

void peer_table::excuse(const tick& at) {
  for (auto* const list : {&invited_, &strangers_})
    for (auto& each : *list) {
      at.excuse(each.seen);
      each.messages.excuse(at);
    }
}

std::size_t peer_table::clear() {
  const std::lock_guard guard{mutex_};
  for (auto* const list : {&invited_, &strangers_})
    while (!list->empty())
      remove_last(*list);
  return std::exchange(given_up_, 0);
}

std::size_t peer_table::size() const {
  const std::lock_guard guard{mutex_};
  return by_endpoint_.size();
}

peer_table::peer& peer_table::find_or_add(const endpoint& at, clock::time_point now, bool invited) {
  if (const auto found = by_endpoint_.find(at); found != by_endpoint_.end()) {
    auto& list = found->second->invited ? invited_ : strangers_;
    list.splice(list.begin(), list, found->second);
    list.front().seen = now;
    return list.front();
  }
  auto& list = invited ? invited_ : strangers_;
  if (list.size() >= max_peers_)
    remove_last(list);
  list.push_front(
    {at, address_of(at), {}, now, reassembler{reassembly_, reassembly_in_all_}, invited});
  by_endpoint_.emplace(at, list.begin());
  return list.front();
}

void peer_table::remove_last(peers& from) {
  given_up_ += from.back().messages.unfinished();
  by_endpoint_.erase(from.back().at);
  from.pop_back();
}

} // namespace ockam::udp::detail
