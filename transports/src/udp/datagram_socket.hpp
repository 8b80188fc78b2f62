#pragma once

#include "ockam/protocol/detail/buffer_pool.hpp"
#include "ockam/protocol/result.hpp"
#include "ockam/protocol/shared_bytes.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include <asio/any_io_executor.hpp>
#include <asio/ip/udp.hpp>

namespace ockam::udp::detail {

using endpoint = asio::ip::udp::endpoint;

/// A UDP socket that sends and receives many datagrams with one system call; equal ones to or from
/// the same address even as one piece, where the kernel can do that (UDP_SEGMENT, UDP_GRO).
///
/// Bound to all addresses of the machine, it returns which of them a datagram was sent to, and sends from
/// a given one (IP_PKTINFO, IPV6_PKTINFO): the system would choose by the route, and a peer that asked
/// another address would take the answer for a stranger's.
///
/// Never blocks. For one thread at a time.
class datagram_socket {
public:
  enum class offload : bool { off, if_possible };

  /// @param datagram_size  bytes of the largest datagram that is told from larger ones
  datagram_socket(const asio::any_io_executor& executor, std::size_t datagram_size,
                  offload wanted = offload::if_possible);

  result<void> open(const endpoint& at);
  void close() noexcept;

  [[nodiscard]] const endpoint& local() const noexcept { return local_; }

  /// The same place as this socket's family writes it: IPv4 in an IPv6 socket is mapped.
  /// - errc::invalid_value  IPv6 in an IPv4 socket
  [[nodiscard]] result<endpoint> as_peer(const endpoint& where) const;

  /// Calls `ready(error_code)` once.
  template <class Ready>
  void async_wait(asio::socket_base::wait_type what, Ready ready) {
    socket_.async_wait(what, std::move(ready));
  }

  // -- out -----------------------------------------------------------------------------------------

  /// Room for a datagram of this size behind those that were added; nullptr: `send` first.
  [[nodiscard]] std::uint8_t* room_for(std::size_t size);

  /// The room that was given is filled.
  /// @param from          `incoming::at` of a peer; unspecified: the system chooses, which it also
  ///                      does when the machine does not have that address any more
  /// @param ends_message  whether this is the last datagram of a message
  void add(std::size_t size, const asio::ip::address& from, const endpoint& to, bool ends_message);

  [[nodiscard]] bool has_output() const noexcept { return sent_ < outgoing_.size(); }

  struct send_outcome {
    bool blocked = false;            ///< the system takes no more for now: call again when writable
    std::size_t messages_lost = 0;   ///< whose last datagram the system refused
    std::error_code first_failure{}; ///< why
  };
  send_outcome send();

  // -- in ------------------------------------------------------------------------------------------

  struct incoming {
    endpoint from;        ///< an IPv4 address that was mapped is not any more
    asio::ip::address at; ///< which address of ours it was sent to; unspecified: the only one
    shared_bytes data;
  };

  enum class receive_state : std::uint8_t { received, nothing_there, no_memory };

  /// Reads what fits into one chunk of `pool`. Datagrams that are too large are cut.
  result<receive_state> receive(buffer_pool& pool, std::vector<incoming>& to);

  // -- an idle socket needs no memory --------------------------------------------------------------

  void release_input() noexcept;
  void release_output() noexcept;

  /// The chunk that a socket reads into.
  static constexpr std::size_t chunk_size = 256u << 10;

private:
  static constexpr std::size_t send_room = 64u << 10;
  static constexpr std::size_t max_calls = 64; // segment batches in one system call

  /// Datagrams of one size to one address, of which the last may be shorter: the kernel gets them as
  /// one piece and a segment size.
  struct segment_batch {
    std::size_t offset;
    std::size_t size;
    std::size_t segment_size;
    std::size_t messages; // that end in it
    asio::ip::address from;
    endpoint to;
  };

  void extend_or_begin(std::size_t size, const asio::ip::address& from, const endpoint& to);
  [[nodiscard]] std::size_t send_some(std::error_code& failed);
  void send_one_by_one(const segment_batch& refused, send_outcome& outcome);
  void set_receive_offload(bool on);
  [[nodiscard]] bool find_chunk(buffer_pool& pool);
  [[nodiscard]] std::size_t receive_size() const noexcept;
  void take_apart(const incoming& whole, std::uint8_t* data, std::size_t size,
                  std::size_t segment_size, std::vector<incoming>& to);

  asio::ip::udp::socket socket_;
  const std::size_t datagram_size_;
  endpoint local_;
  bool has_all_addresses_ = false;
  bool uses_gso_;
  bool uses_gro_ = false;
  const bool wants_offload_;

  std::unique_ptr<std::uint8_t[]> output_;
  std::size_t filled_ = 0;
  std::vector<segment_batch> outgoing_;
  std::size_t sent_ = 0;

  ref_ptr<chunk> chunk_;
  std::size_t read_ = 0; // bytes of the chunk
};

} // namespace ockam::udp::detail
