#pragma once

#include "datagram_socket.hpp"

#include "ockam/protocol/wire/datagram.hpp"
#include "ockam/transports/engine/write_batch.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

#include <asio/ip/address.hpp>

namespace ockam::udp::detail {

/// Cuts the messages of batches into fragments, one datagram each, for a socket to send. Keeps its
/// place in a message when the socket is full. For the thread of the socket.
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

  /// Cuts as many fragments as the socket takes at a time, when it has sent those before.
  /// @param batch  another one only when this one is empty
  /// @returns the bytes that left the batch
  std::size_t fill(sdk::write_batch& batch);

private:
  static routing_number random_number();
  void begin_message(sdk::write_batch& batch);

  datagram_socket& socket_;
  const datagram_format format_;
  const std::size_t datagram_size_;
  bool has_peer_ = false;

  std::optional<fragmenter> cut_; // of the message that is being cut
  std::size_t next_fragment_ = 0;
  asio::ip::address from_;
  endpoint to_;
  routing_number number_;
};

} // namespace ockam::udp::detail
