#include "fragment_reader.hpp"

#include <utility>

namespace ockam::udp::detail {

namespace {

/// Why a datagram that did not complete a message is of no use, if so.
std::optional<drop_reason> reason_of(part_verdict verdict) noexcept {
  switch (verdict) {
    case part_verdict::complete:
    case part_verdict::waiting:
      break;
    case part_verdict::late:
    case part_verdict::already_delivered:
    case part_verdict::duplicate_part:
      return drop_reason::duplicate;
    case part_verdict::offset_mismatch:
    case part_verdict::no_room:
      return drop_reason::incomplete;
    case part_verdict::total_zero:
    case part_verdict::index_out_of_bounds:
    case part_verdict::empty_part:
    case part_verdict::total_mismatch:
    case part_verdict::size_mismatch:
      return drop_reason::undecodable;
  }
  return std::nullopt;
}

} // namespace

fragment_reader::fragment_reader(datagram_socket& socket, peer_table& peers,
                                 const bind_options& options, std::optional<endpoint> peer)
  : socket_{socket},
    peers_{peers},
    tied_to_{std::move(peer)},
    datagram_size_{options.datagram_size},
    limits_{options.limits.decode} {}

result<datagram_socket::receive_state> fragment_reader::receive() {
  arrived_.clear();
  next_ = 0;
  return socket_.receive(*pool_, arrived_);
}

fragment_reader::outcome fragment_reader::take_next(clock::time_point now) {
  const auto received = std::exchange(arrived_[next_++], {});
  if (tied_to_ && received.from != *tied_to_)
    return {.dropped = drop_reason::foreign_source, .stranger = received.from};
  auto read = decode_datagram(received.data, datagram_size_);
  if (!read)
    return {.undecodable = std::move(read.error())};
  if (tied_to_)
    asked_at_ = received.at;
  auto arrival = peers_.take(received.from, received.at, *read, received.data.size(), now);
  if (arrival.taken.verdict == part_verdict::complete)
    return complete(std::move(arrival), received.from);
  return {.dropped = reason_of(arrival.taken.verdict), .given_up = arrival.given_up};
}

/// @param from  where the datagram says that it comes from
fragment_reader::outcome fragment_reader::complete(peer_table::arrival&& arrival,
                                                   const endpoint& from) {
  const auto size = arrival.taken.message.size();
  auto content = decode_message(std::move(arrival.taken.message), limits_);
  if (!content)
    return {.undecodable = std::move(content.error()), .given_up = arrival.given_up};
  if (!tied_to_ && arrival.unproven)
    peers_.prove(from, content->onward_route());
  if (!tied_to_)
    *content = std::move(*content).push_front_return_route(arrival.from);
  return {.whole = std::move(*content), .size = size, .given_up = arrival.given_up};
}

} // namespace ockam::udp::detail
