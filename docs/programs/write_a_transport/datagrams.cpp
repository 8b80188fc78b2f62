#include "datagrams.hpp"

#include "peer.hpp"

#include <charconv>
#include <cstring>
#include <vector>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace datagrams {

namespace {

constexpr std::size_t max_peers = 64;
constexpr std::size_t largest_datagram = 65'536;

ockam::result<void> fail_with_errno(const std::string& what) {
  return ockam::fail(ockam::error{std::error_code{errno, std::system_category()}, what});
}

} // namespace

transport::transport(ockam::node_ptr node)
  : node_{std::move(node)}, credit_{ockam::make_ref<credit>()} {}

transport::~transport() {
  stop();
  if (socket_ >= 0)
    ::close(socket_);
}

// -- setting up ------------------------------------------------------------------------------------

ockam::result<std::shared_ptr<transport>> transport::create(ockam::node& node) {
  const std::shared_ptr<transport> made{new transport{node.services()}};
  auto ready
    = made->open().and_then([&] { return ockam::attach_transport(node.services(), made); });
  if (!ready)
    return ockam::fail(std::move(ready.error()));
  return made;
}

ockam::result<void> transport::open() {
  socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in own{};
  own.sin_family = AF_INET;
  own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof own;
  if (socket_ < 0 || ::bind(socket_, reinterpret_cast<sockaddr*>(&own), size) != 0
      || ::getsockname(socket_, reinterpret_cast<sockaddr*>(&own), &size) != 0)
    return fail_with_errno("no socket of 127.0.0.1");
  port_ = ntohs(own.sin_port);

  auto listener = ockam::listener_port::open(node_, id_, [] {});
  if (!listener)
    return ockam::fail(std::move(listener.error()));
  listener_ = std::move(*listener);
  thread_ = std::thread{[this] { run(); }};
  return {};
}

ockam::result<std::shared_ptr<peer>> transport::peer_at(std::uint16_t port, bool incoming) {
  const std::lock_guard guard{mutex_};
  if (const auto known = peers_.find(port); known != peers_.end())
    return known->second;
  if (peers_.size() >= max_peers)
    return ockam::fail(ockam::errc::resource_exhausted, "too many peers");
  const auto made = std::make_shared<peer>(socket_, port, credit_);
  // Peers that come to us reach the consumers of our id; peers we go to reach no worker unasked.
  auto opened = peer::open(made, node_, incoming ? std::optional{id_} : std::nullopt);
  if (!opened)
    return ockam::fail(std::move(opened.error()));
  peers_.emplace(port, made);
  return made;
}

ockam::result<ockam::address> transport::connect(std::uint16_t port) {
  return peer_at(port, false).map([](const auto& made) { return made->address(); });
}

ockam::result<ockam::address> transport::resolve(const ockam::address& remote) {
  const auto text = remote.value();
  std::uint16_t port = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (problem != std::errc{} || end != text.data() + text.size())
    return ockam::fail(ockam::errc::invalid_value, to_string(remote) + " is no port; try 241#4000");
  return connect(port);
}

// -- reading ---------------------------------------------------------------------------------------

void transport::run() {
  while (!stopping_) {
    // Without credit the socket is left alone: the system keeps what it can, and drops the rest.
    pollfd waiting[] = {{credit_->descriptor(), POLLIN, 0},
                        {credit_->exhausted() ? -1 : socket_, POLLIN, 0}};
    ::poll(waiting, 2, -1);
    if (waiting[0].revents != 0)
      credit_->has_woken();
    end_closing_peers(false);
    if (waiting[1].revents != 0)
      receive();
  }
  end_closing_peers(true);
}

void transport::receive() {
  ockam::bytes datagram(largest_datagram);
  sockaddr_in from{};
  socklen_t size = sizeof from;
  const auto count = ::recvfrom(socket_, datagram.data(), datagram.size(), MSG_DONTWAIT,
                                reinterpret_cast<sockaddr*>(&from), &size);
  if (count < 0)
    return;
  datagram.resize(static_cast<std::size_t>(count));
  if (const auto sender = peer_at(ntohs(from.sin_port), true))
    (*sender)->deliver(ockam::shared_bytes::adopt(std::move(datagram)));
}

void transport::end_closing_peers(bool all) {
  std::vector<std::shared_ptr<peer>> ending;
  {
    const std::lock_guard guard{mutex_};
    for (const auto& [port, each] : peers_)
      if (all || each->closing())
        ending.push_back(each);
    std::erase_if(peers_, [&](const auto& each) { return all || each.second->closing(); });
  }
  for (const auto& each : ending)
    each->end();
}

// -- the end ---------------------------------------------------------------------------------------

void transport::stop() {
  if (stopping_.exchange(true))
    return;
  credit_->wake();
  if (thread_.joinable())
    thread_.join();
  listener_.close();
}

} // namespace datagrams
