#pragma once

#include "datagram_socket.hpp"

#include "../stream/write_batch.hpp"

#include "ockam/protocol/datagram.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

#include <asio/ip/address.hpp>

namespace ockam::udp::detail {

/// Cuts the messages of a batch into fragments, one datagram each, and sends them through a socket.
/// Keeps its place in a message when the socket is full. For the thread of the socket.
class fragment_writer {
public:
  /// @param first  number of the first message
  fragment_writer(datagram_socket& socket, datagram_format format, std::size_t datagram_size,
                  routing_number first = random_number())
    : socket_{socket}, format_{format}, datagram_size_{datagram_size}, number_{first} {}

  /// All messages go there; without it each one goes to its `destination` in the batch.
  void set_peer(const endpoint& to) {
    has_peer_ = true;
    to_ = to;
  }

  /// What leaves for that peer leaves from there.
  void set_source(const asio::ip::address& own) { from_ = own; }

  /// What is being written. Takes the next one once this one is empty and `finish_batch` was called.
  [[nodiscard]] internal::write_batch& batch() noexcept { return batch_; }

  /// Cuts as many fragments as the socket takes at a time, for the next `send`.
  /// @returns the bytes that left the batch
  std::size_t fill();

  /// Sends the fragments; `fill` only when this did not block.
  datagram_socket::send_outcome send();

  /// Messages of a batch.
  struct tally {
    std::size_t written = 0;
    std::size_t lost = 0; ///< the system refused the last datagram
  };

  /// The batch is empty and its fragments are sent: clears it.
  tally finish_batch() noexcept;

private:
  static routing_number random_number();
  void begin_message();
  void copy_fragment(std::uint8_t* to, std::size_t size);

  datagram_socket& socket_;
  const datagram_format format_;
  const std::size_t datagram_size_;
  bool has_peer_ = false;

  internal::write_batch batch_;
  std::optional<message_cut> cut_; // of its message that is being cut
  std::size_t next_fragment_ = 0;
  asio::ip::address from_;
  endpoint to_;
  routing_number number_;
  std::size_t lost_ = 0;
};

} // namespace ockam::udp::detail
