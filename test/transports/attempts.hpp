#pragma once

#include "raw_peer.hpp"

#include "ockam/transports/connection.hpp"
#include "ockam/transports/limits.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace ockam::test {

/// How often a connection of `from` is made to a peer that does `serve` with each socket and closes it.
template <class Transport, class Serve>
int attempts_within(std::chrono::milliseconds span, Transport& from, const Serve& serve) {
  const raw_listener peer;
  auto options = from.default_connect_options();
  options.reconnect = reconnect_policy{.first = std::chrono::milliseconds{20},
                                       .longest = std::chrono::seconds{10}};
  from.async_connect(peer.address(), std::move(options), [](const auto&) {});
  const auto until = std::chrono::steady_clock::now() + span;
  int attempts = 0;
  for (auto next = peer.accept_within(span); next; ++attempts) {
    serve(*next);
    next->close();
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      until - std::chrono::steady_clock::now());
    next = peer.accept_within(std::max(left, std::chrono::milliseconds{0}));
  }
  for (const auto& each : from.connections())
    static_cast<void>(each.try_close());
  return attempts;
}

} // namespace ockam::test
