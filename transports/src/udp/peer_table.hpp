#pragma once

#include "allowance.hpp"
#include "datagram_socket.hpp"
#include "proof.hpp"

#include "ockam/protocol/address.hpp"
#include "ockam/protocol/detail/memory_budget.hpp"
#include "ockam/protocol/detail/reassembler.hpp"
#include "ockam/transports/udp.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>

namespace ockam::udp::detail {

/// The peers of a binding: the unfinished messages of each peer, and how much may be sent to it.
///
/// Any host can write any address into a datagram, so the table is bounded, and a peer that was heard
/// before a worker of this node sent to it gets a multiple of what came from it and a small allowance
/// until it has proven that it is there: answers to forged addresses do not amplify. Thread-safe.
class peer_table {
public:
  using clock = std::chrono::steady_clock;

  /// An unfinished message is no larger than a message may be.
  peer_table(const bind_options& options, ref_ptr<memory_budget> reassembly_in_all);

  struct arrival {
    reassembler::outcome taken;
    address from{};           ///< `2#ip:port`; only with a message
    bool unproven = false;    ///< show the message to `prove`
    std::size_t given_up = 0; ///< unfinished messages of all peers that were lost by that
  };
  /// @param at  which address of ours it came to, where a socket has several
  arrival take(const endpoint& from, const asio::ip::address& at, const datagram& received,
               std::size_t size, clock::time_point now);

  /// Where a message of an unproven peer goes may show that it is where it says.
  void prove(const endpoint& from, const route& onward);

  /// Whether `size` bytes may be sent there; if so, they are counted, and the answer is the address
  /// of ours that the peer has last sent to, unspecified if none.
  /// @param passed_on  the message came from another node: it goes only to known peers
  /// @param back       its return route, which `to` will know
  /// - errc::access_denied       it would go to a stranger
  /// - errc::resource_exhausted  too much for a peer that this node has not sent to first
  result<asio::ip::address> admit(const endpoint& to, std::size_t size, bool passed_on,
                                  const route& back, clock::time_point now);

  /// Gives up unfinished messages and forgets peers whose time is over.
  /// @returns the messages
  std::size_t expire(const tick& at);

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
    bool proven = false;  // it is where it says
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
    std::uint64_t allowed = 0; // beyond the multiple
  };
  using peers = std::list<peer>; // the one that was seen last first

  peer& find_or_add(const endpoint& at, clock::time_point now, bool invited);
  void remove_last(peers& from);
  void excuse(const tick& at);
  [[nodiscard]] bool is_bounded(const peer& which) const noexcept;
  bool has_room_for(peer& to, std::size_t size, clock::time_point now);

  const reassembly_limits reassembly_;
  const std::size_t max_amplification_;
  const std::size_t max_peers_;
  const time_span timeout_;
  const ref_ptr<memory_budget> reassembly_in_all_;

  mutable std::mutex mutex_;
  peers invited_;   // apart, so that strangers cannot push them out
  peers strangers_; // heard first
  std::map<endpoint, peers::iterator> by_endpoint_;
  allowance allowance_;
  proof proof_;
  std::size_t given_up_ = 0; // by peers that had to go, not told yet
};

} // namespace ockam::udp::detail
