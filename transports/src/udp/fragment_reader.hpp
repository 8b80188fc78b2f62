#pragma once

#include "datagram_socket.hpp"
#include "peer_table.hpp"

#include "ockam/actors/metrics.hpp"
#include "ockam/protocol/codec.hpp"
#include "ockam/protocol/detail/buffer_pool.hpp"
#include "ockam/protocol/message.hpp"
#include "ockam/protocol/result.hpp"
#include "ockam/transports/udp.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

namespace ockam::udp::detail {

/// Reads datagrams from a socket and puts the messages of each peer together again. For the thread of
/// the socket.
class fragment_reader {
public:
  using clock = std::chrono::steady_clock;

  /// @param peers  has the unfinished messages
  /// @param peer   of a tied binding
  fragment_reader(datagram_socket& socket, peer_table& peers, const bind_options& options,
                  std::optional<endpoint> peer);

  /// Where what is read goes; before `receive`.
  void set_pool(ref_ptr<buffer_pool> pool) { pool_ = std::move(pool); }

  /// Reads as many datagrams as one system call gives. Only when all those before are taken.
  result<datagram_socket::receive_state> receive();

  /// Whether there are datagrams that `take_next` has not taken.
  [[nodiscard]] bool has_datagrams() const noexcept { return next_ < arrived_.size(); }

  /// What became of one datagram. Without anything: it is a fragment of a message that waits for more.
  struct outcome {
    std::optional<message> whole{};       ///< the message that it completed
    std::size_t size = 0;                 ///< of that message, encoded
    std::optional<drop_reason> dropped{}; ///< it is of no use
    std::optional<endpoint> stranger{};   ///< its source, which is not the peer of a tied binding
    std::optional<error> undecodable{};   ///< it, or the message, is malformed
    std::size_t given_up = 0;             ///< unfinished messages that were lost by that
  };
  outcome take_next(clock::time_point now);

  /// Which address of ours the peer of a tied binding has sent to last.
  [[nodiscard]] const asio::ip::address& asked_at() const noexcept { return asked_at_; }

private:
  outcome complete(peer_table::arrival&& arrival, const endpoint& from);

  datagram_socket& socket_;
  peer_table& peers_;
  const std::optional<endpoint> tied_to_;
  const std::size_t datagram_size_;
  const decode_limits limits_;
  ref_ptr<buffer_pool> pool_;
  std::vector<datagram_socket::incoming> arrived_;
  std::size_t next_ = 0;
  asio::ip::address asked_at_;
};

} // namespace ockam::udp::detail
