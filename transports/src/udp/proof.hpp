#pragma once

#include "endpoints.hpp"

#include "ockam/protocol/address.hpp"
#include "ockam/protocol/route.hpp"

#include <cstddef>
#include <list>
#include <map>
#include <optional>

namespace ockam::udp::detail {

/// Random addresses written to one peer, and to no other: a peer that sends to one of them has received
/// it, so its own address is not forged.
///
/// Of the addresses of a return route only the last one counts, which is that of the worker that sends:
/// those before it belong to connections, which many peers know. An address that a peer named before
/// it was written to that peer proves nothing. Bounded; the least recently used one is removed.
/// Not thread-safe.
class proof {
public:
  explicit proof(std::size_t max_entries) : max_entries_{max_entries} {}

  /// A message with this return route leaves for `to`.
  void write(const route& back, const endpoint& to);

  /// A message with this onward route came from `from`. True when that proves the address of `from`.
  bool read(const route& onward, const endpoint& from);

private:
  struct entry {
    address written;
    std::optional<endpoint> only_to; // none: written to others too
  };
  using entries = std::list<entry>; // most recently used first

  entry* find(const address& which);
  void add(const address& which, const std::optional<endpoint>& to);

  const std::size_t max_entries_;
  entries all_;
  std::map<address, entries::iterator> places_;
};

} // namespace ockam::udp::detail
