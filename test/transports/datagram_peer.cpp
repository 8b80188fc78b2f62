#include "datagram_peer.hpp"

#include <cerrno>
#include <system_error>

#include <poll.h>
#include <sys/socket.h>

namespace ockam::test {

namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  where.sin_port = htons(port);
  return where;
}

void require(bool done, const char* what) {
  if (!done)
    throw std::system_error{errno, std::system_category(), what};
}

} // namespace

datagram_peer::datagram_peer() : socket_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
  auto where = loopback(0);
  socklen_t size = sizeof where;
  require(::bind(number(), reinterpret_cast<const sockaddr*>(&where), size) == 0, "bind");
  require(::getsockname(number(), reinterpret_cast<sockaddr*>(&where), &size) == 0, "getsockname");
  port_ = ntohs(where.sin_port);
}

void datagram_peer::send(bytes_view data, std::uint16_t to) const {
  const auto where = loopback(to);
  require(::sendto(number(), data.data(), data.size(), 0, reinterpret_cast<const sockaddr*>(&where),
                   sizeof where)
            == static_cast<ssize_t>(data.size()),
          "sendto");
}

std::optional<datagram_peer::received> datagram_peer::receive(
  std::chrono::milliseconds limit) const {
  pollfd waits{number(), POLLIN, 0};
  if (::poll(&waits, 1, static_cast<int>(limit.count())) <= 0)
    return std::nullopt;
  sockaddr_in from{};
  socklen_t size = sizeof from;
  bytes data(65'536);
  const auto count = ::recvfrom(number(), data.data(), data.size(), 0,
                                reinterpret_cast<sockaddr*>(&from), &size);
  require(count >= 0, "recvfrom");
  data.resize(static_cast<std::size_t>(count));
  return received{std::move(data), ntohs(from.sin_port)};
}

} // namespace ockam::test
