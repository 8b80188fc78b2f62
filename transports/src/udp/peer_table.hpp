#pragma once

#include "datagram_socket.hpp"

#include "ockam/protocol/address.hpp"
#include "ockam/protocol/memory_budget.hpp"
#include "ockam/protocol/reassembler.hpp"
#include "ockam/transports/udp.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>

namespace ockam::udp::detail {

/// Who a binding talks to: the unfinished messages of each peer, and how much may be sent to it.
///
/// Anybody can write any address into a datagram, so the table is bounded, and a peer that was heard
/// before a worker of this node sent to it gets a multiple of what came from it: answers to forged
/// addresses do not amplify. Thread-safe.
class peer_table {
public:
  using clock = std::chrono::steady_clock;

  peer_table(const bind_options& options, ref_ptr<memory_budget> reassembly_in_all);

  struct arrival {
    reassembler::outcome taken;
    address from{};           ///< `2#ip:port`; only with a message
    std::size_t given_up = 0; ///< unfinished messages of all peers that were lost by that
  };
  /// @param at  which address of ours it came to, where a socket has several
  arrival take(const endpoint& from, const asio::ip::address& at, const datagram& received,
               std::size_t size, clock::time_point now);

  /// Whether `size` bytes may be sent there; if so, they are counted, and the answer is the address
  /// of ours that the peer has last sent to, unspecified if none.
  /// @param passed_on  the message came from another node: it goes only where somebody is
  /// - errc::access_denied       it would go to a stranger
  /// - errc::resource_exhausted  too much for a peer that nobody of this node has sent to first
  result<asio::ip::address> admit(const endpoint& to, std::size_t size, bool passed_on,
                                  clock::time_point now);

  /// Gives up unfinished messages and forgets peers whose time is over.
  /// @returns the messages
  std::size_t expire(clock::time_point now);

  /// The end. @returns the unfinished messages
  std::size_t clear();

  [[nodiscard]] std::size_t size() const;

private:
  struct peer {
    endpoint at;
    address name;
    asio::ip::address asked_at{};
    clock::time_point seen;
    reassembler messages;
    bool invited = false; // a worker of this node sent to it before it was heard
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
  };
  using peers = std::list<peer>; // the one that was seen last first

  peer& find_or_add(const endpoint& at, clock::time_point now, bool invited);
  void remove_last(peers& from);

  const reassembly_limits reassembly_;
  const std::size_t max_amplification_;
  const std::size_t max_peers_;
  const time_span timeout_;
  const ref_ptr<memory_budget> reassembly_in_all_;

  mutable std::mutex mutex_;
  peers invited_;   // apart, so that strangers cannot push them out
  peers strangers_; // heard first
  std::map<endpoint, peers::iterator> by_endpoint_;
  std::size_t given_up_ = 0; // by peers that had to go, not told yet
};

} // namespace ockam::udp::detail
