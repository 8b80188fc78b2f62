#include "allowance.hpp"

#include <algorithm>
#include <iterator>

namespace ockam::udp::detail {

namespace {

asio::ip::address network_of(const asio::ip::address& host) {
  if (host.is_v4())
    return host;
  const auto v6 = host.to_v6();
  if (v6.is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, v6);
  auto bytes = v6.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return asio::ip::address_v6{bytes};
}

} // namespace

allowance::allowance(const bind_options& options, std::size_t max_addresses)
  : each_{options.unproven_allowance},
    window_{options.unproven_window},
    all_each_second_{options.unproven_bytes_per_second},
    max_addresses_{max_addresses} {}

bool allowance::take(const asio::ip::address& to, std::size_t size, clock::time_point now) {
  if (size > each_)
    return false;
  if (now - second_ >= std::chrono::seconds{1}) {
    second_ = now;
    taken_in_second_ = 0;
  }
  if (taken_in_second_ + size > all_each_second_)
    return false;
  forget_old(now);
  const auto network = network_of(to);
  auto found = places_.find(network);
  if (found == places_.end()) {
    if (spans_.size() >= max_addresses_)
      return false;
    spans_.push_back({network, now, 0});
    found = places_.emplace(network, std::prev(spans_.end())).first;
  }
  auto& taken = found->second->taken;
  if (size > each_ - taken)
    return false;
  taken += size;
  taken_in_second_ += size;
  return true;
}

void allowance::forget_old(clock::time_point now) {
  while (!spans_.empty() && now - spans_.front().since >= window_.value()) {
    places_.erase(spans_.front().of);
    spans_.pop_front();
  }
}

} // namespace ockam::udp::detail
