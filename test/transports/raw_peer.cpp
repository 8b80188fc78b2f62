#include "raw_peer.hpp"

#include <array>
#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace ockam::test {

namespace {

constexpr timeval receive_timeout{10, 0};

int checked(int outcome, const char* what) {
  if (outcome < 0)
    throw std::system_error{errno, std::system_category(), what};
  return outcome;
}

void set(int socket, int level, int name, const auto& value) {
  checked(::setsockopt(socket, level, name, &value, sizeof value), "setsockopt");
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return where;
}

std::uint16_t port_of(int socket) {
  sockaddr_in where{};
  socklen_t size = sizeof where;
  checked(::getsockname(socket, reinterpret_cast<sockaddr*>(&where), &size), "getsockname");
  return ntohs(where.sin_port);
}

} // namespace

bytes wire_vector(std::string_view name) {
  static const auto all = [] {
    std::ifstream file{OCKAM_TEST_DATA_DIR "/wire_vectors.json"};
    return nlohmann::json::parse(file);
  }();
  for (const auto& each : all)
    if (each.at("name") == name)
      return from_hex(each.at("hex").get<std::string>());
  throw std::invalid_argument{"no vector " + std::string{name}};
}

descriptor::descriptor(descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}

descriptor& descriptor::operator=(descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

descriptor::~descriptor() {
  close();
}

void descriptor::close() noexcept {
  if (number_ >= 0)
    ::close(std::exchange(number_, -1));
}

raw_peer::raw_peer(descriptor socket) : socket_{std::move(socket)} {
  set(socket_.number(), SOL_SOCKET, SO_RCVTIMEO, receive_timeout);
  set(socket_.number(), SOL_SOCKET, SO_SNDTIMEO, receive_timeout);
  if (option(SOL_SOCKET, SO_DOMAIN) != AF_UNIX)
    set(socket_.number(), IPPROTO_TCP, TCP_NODELAY, 1);
}

raw_peer::raw_peer()
  : socket_{checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")} {}

void raw_peer::connect(std::uint16_t port) const {
  const auto where = loopback(port);
  checked(::connect(socket_.number(), reinterpret_cast<const sockaddr*>(&where), sizeof where),
          "connect");
}

raw_peer raw_peer::connect_to(std::uint16_t port) {
  raw_peer made;
  made.connect(port);
  return made;
}

void raw_peer::write(bytes_view data) const {
  while (!data.empty()) {
    const auto count = ::send(socket_.number(), data.data(), data.size(), MSG_NOSIGNAL);
    if (count < 0)
      throw std::system_error{errno, std::system_category(), "send"};
    data = data.subspan(static_cast<std::size_t>(count));
  }
}

bytes raw_peer::read(std::size_t count) const {
  bytes data(count);
  std::size_t there = 0;
  while (there < count) {
    const auto more = ::recv(socket_.number(), data.data() + there, count - there, 0);
    if (more <= 0)
      break;
    there += static_cast<std::size_t>(more);
  }
  data.resize(there);
  return data;
}

bool raw_peer::is_closed() const {
  std::array<std::uint8_t, 4096> ignored;
  for (;;) {
    const auto count = ::recv(socket_.number(), ignored.data(), ignored.size(), 0);
    if (count == 0)
      return true;
    if (count < 0)
      return errno == ECONNRESET;
  }
}

bool raw_peer::is_silent(std::chrono::milliseconds span) const {
  pollfd wanted{socket_.number(), POLLIN, 0};
  return checked(::poll(&wanted, 1, static_cast<int>(span.count())), "poll") == 0;
}

void raw_peer::shut_down_writing() const {
  checked(::shutdown(socket_.number(), SHUT_WR), "shutdown");
}

void raw_peer::shut_down() const noexcept {
  ::shutdown(socket_.number(), SHUT_RDWR);
}

void raw_peer::close_at_once() {
  set(socket_.number(), SOL_SOCKET, SO_LINGER, linger{1, 0});
  socket_.close();
}

int raw_peer::option(int level, int name) const {
  int value = 0;
  socklen_t size = sizeof value;
  checked(::getsockopt(socket_.number(), level, name, &value, &size), "getsockopt");
  return value;
}

std::uint16_t raw_peer::local_port() const {
  return port_of(socket_.number());
}

raw_listener::raw_listener(int backlog, bool small_buffers)
  : socket_{checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")} {
  if (small_buffers)
    set(socket_.number(), SOL_SOCKET, SO_RCVBUF, 4096);
  const auto where = loopback(0);
  checked(::bind(socket_.number(), reinterpret_cast<const sockaddr*>(&where), sizeof where),
          "bind");
  checked(::listen(socket_.number(), backlog), "listen");
  port_ = port_of(socket_.number());
}

raw_peer raw_listener::accept() const {
  auto accepted = accept_within(std::chrono::seconds{receive_timeout.tv_sec});
  if (!accepted)
    throw std::runtime_error{"no client connects"};
  return std::move(*accepted);
}

std::optional<raw_peer> raw_listener::accept_within(std::chrono::milliseconds limit) const {
  pollfd wanted{socket_.number(), POLLIN, 0};
  if (checked(::poll(&wanted, 1, static_cast<int>(limit.count())), "poll") == 0)
    return std::nullopt;
  return accept_for_ever();
}

raw_peer raw_listener::accept_for_ever() const {
  return raw_peer{
    descriptor{checked(::accept4(socket_.number(), nullptr, nullptr, SOCK_CLOEXEC), "accept")}};
}

} // namespace ockam::test
