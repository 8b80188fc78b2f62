#include "packet_transport.hpp"

#include "ockam/protocol/codec.hpp"

#include <cerrno>
#include <system_error>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

namespace packets {

namespace {

constexpr std::size_t max_packet_size = 64u << 10;

ockam::error refusal(int system_error) {
  if (system_error == EAGAIN)
    return {ockam::errc::resource_exhausted, "the socket has too much to write; try again later"};
  if (system_error == EMSGSIZE)
    return {ockam::errc::message_too_large, "the message does not fit into a packet"};
  return {std::error_code{system_error, std::system_category()}, "packet transport"};
}

} // namespace

link::~link() {
  stop();
  ::close(socket_);
}

ockam::result<void> link::open(const ockam::node_ptr& node, ockam::connection_setup setup) {
  return ockam::connection_port::open(node, std::move(setup))
    .map([this](ockam::connection_port&& opened) { port_ = std::move(opened); });
}

void link::start() {
  reader_ = std::thread{[this] { read(); }};
}

void link::stop() {
  close();
  if (reader_.joinable())
    reader_.join();
}

void link::close() {
  ::shutdown(socket_, SHUT_RDWR); // wakes the reader; what was sent is still read by the peer
}

ockam::result<void> link::push(ockam::routed_message& content, ockam::execution_context*) {
  // the first onward address is that of this connection: the peer does not know it
  const auto packet = encode_message(content.local_message(), {.skip_hops = 1});
  if (packet.size() > max_packet_size)
    return ockam::fail(refusal(EMSGSIZE));
  if (::send(socket_, packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
    return ockam::fail(refusal(errno));
  port_.note_write(content.local_message());
  port_.count_written(1);
  return {};
}

void link::read() {
  std::vector<std::uint8_t> packet(max_packet_size);
  for (;;) {
    const auto size = ::recv(socket_, packet.data(), packet.size(), 0);
    if (size < 0 && errno == EINTR)
      continue;
    if (size <= 0)
      break;
    const ockam::bytes_view received{packet.data(), static_cast<std::size_t>(size)};
    auto content = ockam::decode_message(ockam::shared_bytes{received});
    if (!content) // the peer is not one of ours
      break;
    port_.receive(std::move(*content), nullptr);
  }
  port_.close();
}

std::shared_ptr<transport> transport::create(ockam::node& node, int socket, std::string peer) {
  auto own = std::make_shared<link>(socket);
  std::shared_ptr<transport> made{new transport{own, peer}};
  ockam::value_or_throw(ockam::attach_transport(node.services(), made));

  ockam::connection_setup setup;
  setup.output = own;
  setup.peer = std::move(peer);
  ockam::value_or_throw(own->open(node.services(), std::move(setup)));
  own->start();
  return made;
}

ockam::result<ockam::address> transport::resolve(const ockam::address& remote) {
  if (remote.value() != peer_)
    return ockam::fail(ockam::errc::not_found,
                       "no packet connection to " + to_string(remote) + ", only to " + peer_);
  return link_->port().sender_address();
}

} // namespace packets
