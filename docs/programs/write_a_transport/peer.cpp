#include "peer.hpp"

#include "ockam/protocol/codec.hpp"

#include <cstring>

#include <arpa/inet.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace datagrams {

namespace {

constexpr std::size_t max_datagram = 60'000;

} // namespace

// -- credit ----------------------------------------------------------------------------------------

credit::credit() : event_{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)} {}

credit::~credit() {
  ::close(event_);
}

void credit::wake() const noexcept {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(event_, &one, sizeof one));
}

void credit::has_woken() const noexcept {
  std::uint64_t count = 0;
  static_cast<void>(!::read(event_, &count, sizeof count));
}

// -- a connection ----------------------------------------------------------------------------------

ockam::result<void> peer::open(const std::shared_ptr<peer>& self, const ockam::node_ptr& node,
                               std::optional<ockam::flow_control_id> spawner_id) {
  const std::lock_guard guard{self->mutex_}; // a sender that finds the address early waits
  auto opened = ockam::connection_port::open(node,
                                             {.output = self,
                                              .spawner_id = std::move(spawner_id),
                                              .peer = "127.0.0.1:" + std::to_string(self->port_)});
  if (!opened)
    return ockam::fail(std::move(opened.error()));
  self->connection_ = std::move(*opened);
  return {};
}

ockam::result<void> peer::push(ockam::routed_message& content, ockam::execution_context*) {
  // Our own address has done its service: the other node must not see it.
  const auto datagram = ockam::encode_message(content.local_message(), {.skip_hops = 1});
  if (datagram.size() > max_datagram)
    return ockam::fail(ockam::errc::message_too_large,
                       std::to_string(datagram.size()) + " bytes are no datagram; send less");

  const std::lock_guard guard{mutex_};
  if (ended_)
    return ockam::fail(ockam::connection_closed(connection_.peer(), std::nullopt));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port_);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // A push never waits: what the system cannot take is refused.
  if (::sendto(socket_, datagram.data(), datagram.size(), MSG_DONTWAIT,
               reinterpret_cast<const sockaddr*>(&to), sizeof to)
      < 0)
    return ockam::fail(ockam::errc::resource_exhausted, std::strerror(errno));
  connection_.note_write(content.local_message());
  connection_.count_written(1);
  return {};
}

void peer::close() {
  closing_ = true;
  credit_->wake();
}

void peer::deliver(const ockam::shared_bytes& datagram) {
  auto content = ockam::decode_message(datagram);
  if (!content) {
    connection_.drop_undecodable(content.error());
    return;
  }
  content->hold(credit_, datagram.size());
  connection_.receive(std::move(*content), nullptr);
}

void peer::end() {
  const std::lock_guard guard{mutex_};
  ended_ = true;
  connection_.close();
}

} // namespace datagrams
