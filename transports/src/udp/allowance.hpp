#pragma once

#include "ockam/protocol/time_span.hpp"
#include "ockam/transports/udp.hpp"

#include <chrono>
#include <cstddef>
#include <list>
#include <map>

#include <asio/ip/address.hpp>

namespace ockam::udp::detail {

/// The allowance of possibly forged peers beyond `max_amplification`, for handshakes: so many bytes for
/// each IP address in a span of time, whatever its ports, and so many a second for all together. An IPv6 address counts as its network of 64 bits, which one host has to itself. Bounded.
/// Not thread-safe.
class allowance {
public:
  using clock = std::chrono::steady_clock;

  /// @param max_addresses  at a time; others get nothing until one is forgotten
  allowance(const bind_options& options, std::size_t max_addresses);

  /// Whether `size` more bytes may go there; if so, they are counted.
  bool take(const asio::ip::address& to, std::size_t size, clock::time_point now);

private:
  struct span {
    asio::ip::address of;
    clock::time_point since;
    std::size_t taken;
  };
  using spans = std::list<span>; // the oldest one first

  void forget_old(clock::time_point now);

  const std::size_t each_;
  const time_span window_;
  const std::size_t all_each_second_;
  const std::size_t max_addresses_;
  spans spans_;
  std::map<asio::ip::address, spans::iterator> places_;
  clock::time_point second_{}; // its beginning
  std::size_t taken_in_second_ = 0;
};

} // namespace ockam::udp::detail
