#include "datagram_socket.hpp"

#include "packet_info.hpp"

#include "ockam/transports/io/own_socket.hpp"
#include "ockam/transports/io/stream_socket.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <asio/error.hpp>
#include <netinet/udp.h>
#include <sys/socket.h>

#ifndef UDP_SEGMENT // known to the kernel before it was to the headers
#  define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#  define UDP_GRO 104
#endif

namespace ockam::udp::detail {

namespace {

/// Limits of segmentation by the kernel, per call.
constexpr std::size_t max_segments = 64;
constexpr std::size_t max_batch_size = 65'000;
constexpr std::size_t max_received = 65'535;

/// A large message arrives as fast as its sender can write.
constexpr int receive_buffer = 4 << 20;

/// Room for the one number that goes with a segment batch.
constexpr std::size_t segment_size_room = CMSG_SPACE(sizeof(int));

using control_room = std::array<std::uint8_t, segment_size_room + packet_info_room>;

std::error_code last_error() {
  return {errno, std::system_category()};
}

bool would_block(const std::error_code& code) {
  return code == std::errc::operation_would_block
         || code == std::errc::resource_unavailable_try_again;
}

/// Whether the system, or the device, does not segment after all.
bool refuses_segmentation(const std::error_code& code) {
  return code == std::errc::invalid_argument || code == std::errc::io_error
         || code == std::errc::operation_not_supported || code == std::errc::message_size;
}

endpoint unmapped(const endpoint& where) {
  const auto host = where.address();
  if (!host.is_v6() || !host.to_v6().is_v4_mapped())
    return where;
  return {asio::ip::make_address_v4(asio::ip::v4_mapped, host.to_v6()), where.port()};
}

std::size_t segment_size_of(msghdr& header) {
  for (auto* each = CMSG_FIRSTHDR(&header); each != nullptr; each = CMSG_NXTHDR(&header, each))
    if (each->cmsg_level == SOL_UDP && each->cmsg_type == UDP_GRO) {
      int size = 0;
      std::memcpy(&size, CMSG_DATA(each), sizeof size);
      return static_cast<std::size_t>(size);
    }
  return 0;
}

void add_segment_size(control_list& controls, std::size_t size) {
  controls.add(SOL_UDP, UDP_SEGMENT, static_cast<std::uint16_t>(size));
}

} // namespace

datagram_socket::datagram_socket(const asio::any_io_executor& executor, std::size_t datagram_size,
                                 offload wanted)
  : socket_{executor},
    datagram_size_{datagram_size},
    uses_gso_{wanted == offload::if_possible},
    wants_offload_{wanted == offload::if_possible} {}

result<void> datagram_socket::open(const endpoint& at) {
  std::error_code failed;
  const auto attempt = [&](auto step) {
    if (!failed)
      step();
  };
  attempt([&] { sdk::open_socket(socket_, at.protocol(), failed); });
  attempt([&] { socket_.non_blocking(true, failed); });
  attempt([&] { socket_.bind(at, failed); });
  attempt([&] { local_ = socket_.local_endpoint(failed); });
  if (failed)
    return fail(
      sdk::socket_error(failed, sdk::socket_use::listen,
                        "binding " + at.address().to_string() + ':' + std::to_string(at.port())));
  has_all_addresses_ = at.address().is_unspecified();
  if (has_all_addresses_)
    ask_for_packet_info(socket_.native_handle(), at.address().is_v6());
  std::error_code ignored; // the system gives what it allows
  socket_.set_option(asio::socket_base::receive_buffer_size{receive_buffer}, ignored);
  set_receive_offload(wants_offload_);
  return {};
}

void datagram_socket::close() noexcept {
  std::error_code ignored;
  socket_.close(ignored);
  outgoing_.clear();
  sent_ = filled_ = 0;
  output_.reset();
  chunk_ = {};
}

result<endpoint> datagram_socket::as_peer(const endpoint& where) const {
  const bool is_v6 = local_.address().is_v6();
  if (where.address().is_v6() == is_v6)
    return where;
  if (!is_v6)
    return fail(errc::invalid_value, "the binding is for IPv4 and " + where.address().to_string()
                                       + " is IPv6; bind [::]:0 for both");
  return endpoint{asio::ip::make_address_v6(asio::ip::v4_mapped, where.address().to_v4()),
                  where.port()};
}

// -- out -------------------------------------------------------------------------------------------

std::uint8_t* datagram_socket::room_for(std::size_t size) {
  if (!output_)
    output_.reset(new std::uint8_t[send_room]); // not cleared first
  if (filled_ + size > send_room || outgoing_.size() == max_calls)
    return nullptr;
  return output_.get() + filled_;
}

void datagram_socket::add(std::size_t size, const asio::ip::address& from, const endpoint& to,
                          bool ends_message) {
  extend_or_begin(size, from, to);
  filled_ += size;
  outgoing_.back().messages += ends_message ? 1 : 0;
}

void datagram_socket::extend_or_begin(std::size_t size, const asio::ip::address& from,
                                      const endpoint& to) {
  if (uses_gso_ && !outgoing_.empty()) {
    auto& last = outgoing_.back();
    if (last.to == to && last.from == from && last.segment_size > 0
        && last.size % last.segment_size == 0 && size <= last.segment_size
        && last.size + size <= max_batch_size && last.size / last.segment_size < max_segments) {
      last.size += size;
      return;
    }
  }
  outgoing_.push_back({filled_, size, size, 0, from, to});
}

/// Sends segment batches from `sent_` on with one call. Returns how many.
std::size_t datagram_socket::send_some(std::error_code& failed) {
  std::array<mmsghdr, max_calls> calls{};
  std::array<iovec, max_calls> pieces;
  alignas(cmsghdr) std::array<control_room, max_calls> controls{};
  const auto count = outgoing_.size() - sent_;
  for (std::size_t i = 0; i < count; ++i) {
    auto& each = outgoing_[sent_ + i];
    auto& header = calls[i].msg_hdr;
    pieces[i] = {output_.get() + each.offset, each.size};
    header.msg_name = each.to.data();
    header.msg_namelen = static_cast<socklen_t>(each.to.size());
    header.msg_iov = &pieces[i];
    header.msg_iovlen = 1;
    control_list with{header, controls[i]};
    if (each.size != each.segment_size)
      add_segment_size(with, each.segment_size);
    if (!each.from.is_unspecified())
      add_packet_info(with, each.from);
  }
  const auto sent = ::sendmmsg(socket_.native_handle(), calls.data(), static_cast<unsigned>(count),
                               MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0)
    failed = last_error();
  return sent < 0 ? 0 : static_cast<std::size_t>(sent);
}

/// A segment batch that the system refused, datagram by datagram.
void datagram_socket::send_one_by_one(const segment_batch& refused, send_outcome& outcome) {
  for (std::size_t offset = 0; offset < refused.size; offset += refused.segment_size) {
    const auto size = std::min(refused.segment_size, refused.size - offset);
    auto to = refused.to;
    iovec piece{output_.get() + refused.offset + offset, size};
    msghdr header{};
    header.msg_name = to.data();
    header.msg_namelen = static_cast<socklen_t>(to.size());
    header.msg_iov = &piece;
    header.msg_iovlen = 1;
    alignas(cmsghdr) control_room room;
    control_list with{header, room};
    if (!refused.from.is_unspecified())
      add_packet_info(with, refused.from);
    if (::sendmsg(socket_.native_handle(), &header, MSG_DONTWAIT | MSG_NOSIGNAL) < 0
        && !outcome.first_failure)
      outcome.first_failure = last_error();
  }
}

datagram_socket::send_outcome datagram_socket::send() {
  send_outcome outcome;
  while (has_output()) {
    std::error_code failed;
    sent_ += send_some(failed);
    if (!failed || failed == std::errc::interrupted)
      continue;
    if (would_block(failed)) {
      outcome.blocked = true;
      return outcome;
    }
    auto& refused = outgoing_[sent_];
    if (!refused.from.is_unspecified() && !is_of_this_machine(refused.from)) {
      refused.from = asio::ip::address{};
      continue;
    }
    if (refused.size > refused.segment_size && refuses_segmentation(failed)) {
      uses_gso_ = false;
      send_one_by_one(refused, outcome);
    } else {
      outcome.messages_lost += refused.messages;
      if (!outcome.first_failure)
        outcome.first_failure = failed;
    }
    ++sent_;
  }
  outgoing_.clear();
  sent_ = filled_ = 0;
  return outcome;
}

// -- in --------------------------------------------------------------------------------------------

void datagram_socket::set_receive_offload(bool on) {
  const int value = on ? 1 : 0;
  const bool done = ::setsockopt(socket_.native_handle(), SOL_UDP, UDP_GRO, &value, sizeof value)
                    == 0;
  uses_gro_ = on && done;
}

std::size_t datagram_socket::receive_size() const noexcept {
  // one byte more tells a datagram that is too large
  return uses_gro_ ? max_received : std::min(datagram_size_ + 1, max_received);
}

/// Makes `chunk_` one with room for a datagram; false when all chunks are in use.
bool datagram_socket::find_chunk(buffer_pool& pool) {
  if (chunk_ && chunk_->unique()) // start over in memory that is warm
    read_ = 0;
  if (chunk_ && chunk_->size() - read_ >= receive_size())
    return true;
  auto fresh = pool.take();
  if (!fresh)
    return false;
  chunk_ = std::move(fresh);
  read_ = 0;
  // a node that is short of memory has small chunks only, which would cut a segment batch
  const bool roomy = chunk_->size() >= max_received;
  if (wants_offload_ && uses_gro_ != roomy)
    set_receive_offload(roomy);
  return true;
}

result<datagram_socket::receive_state> datagram_socket::receive(buffer_pool& pool,
                                                                std::vector<incoming>& to) {
  if (!find_chunk(pool))
    return receive_state::no_memory;
  std::array<mmsghdr, max_calls> calls{};
  std::array<iovec, max_calls> pieces;
  std::array<endpoint, max_calls> sources;
  alignas(cmsghdr) std::array<control_room, max_calls> controls;
  const auto room = std::min(receive_size(), chunk_->size());
  const auto count = std::min(max_calls, (chunk_->size() - read_) / room);
  auto* const memory = chunk_->data() + read_;
  for (std::size_t i = 0; i < count; ++i) {
    auto& header = calls[i].msg_hdr;
    pieces[i] = {memory + i * room, room};
    header.msg_name = sources[i].data();
    header.msg_namelen = static_cast<socklen_t>(sources[i].capacity());
    header.msg_iov = &pieces[i];
    header.msg_iovlen = 1;
    header.msg_control = controls[i].data();
    header.msg_controllen = has_all_addresses_ ? controls[i].size() : segment_size_room;
  }
  const auto received = ::recvmmsg(socket_.native_handle(), calls.data(),
                                   static_cast<unsigned>(count), MSG_DONTWAIT, nullptr);
  if (received < 0) {
    const auto failed = last_error();
    if (would_block(failed) || failed == std::errc::interrupted)
      return receive_state::nothing_there;
    return fail(sdk::socket_error(failed, sdk::socket_use::transfer, "receiving datagrams"));
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(received); ++i) {
    auto& header = calls[i].msg_hdr;
    const std::size_t size = calls[i].msg_len;
    sources[i].resize(header.msg_namelen);
    auto* const data = chunk_->data() + read_;
    if (data != pieces[i].iov_base) // behind the one before: most are much smaller than their room
      std::memmove(data, pieces[i].iov_base, size);
    read_ += size;
    const auto segment_size = segment_size_of(header);
    const auto at = has_all_addresses_ ? packet_info_of(header) : asio::ip::address{};
    take_apart({unmapped(sources[i]), at, {}}, data, size, segment_size == 0 ? size : segment_size,
               to);
  }
  return receive_state::received;
}

void datagram_socket::take_apart(const incoming& whole, std::uint8_t* data, std::size_t size,
                                 std::size_t segment_size, std::vector<incoming>& to) {
  std::size_t offset = 0;
  do { // an empty datagram is one too
    const auto length = std::min(segment_size, size - offset);
    to.push_back({whole.from, whole.at, shared_bytes{bytes_view{data + offset, length}, chunk_}});
    offset += length;
  } while (offset < size);
}

void datagram_socket::release_input() noexcept {
  if (!chunk_ || !chunk_->unique())
    return;
  chunk_ = {};
  read_ = 0;
}

void datagram_socket::release_output() noexcept {
  if (!has_output())
    output_.reset();
}

} // namespace ockam::udp::detail
