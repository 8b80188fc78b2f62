// UDP without more: a thread, blocking sockets, messages cut into datagrams. One datagram a system
// call, or as many as the kernel cuts and joins itself (UDP_SEGMENT, UDP_GRO). Nothing repeats what gets
// lost: what is on its way has to fit into the buffer of a socket.

#include "flight.hpp"
#include "technology.hpp"

#include "ockam/protocol/codec.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <thread>

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bench {
namespace {

using namespace ockam;

// in front of each part: what is wanted, whether it is the last, and as many bytes as a real header has
constexpr std::size_t header_size = 15;
constexpr std::size_t most_in_a_call = 65'000; ///< bytes of datagrams that the kernel cuts
constexpr std::size_t most_segments = 64;

[[noreturn]] void fail(const char* call) {
  throw std::system_error{errno, std::generic_category(), call};
}

/// A message in the datagrams that carry it, one behind the other; all but the last are `size` long.
bytes cut(const bytes& payload, std::size_t size) {
  const auto frame = frame_with(payload);
  const auto message = bytes_view{frame}.subspan(frame_header_size);
  const auto most = size - header_size;
  bytes all;
  for (std::size_t at = 0; at < message.size(); at += most) {
    const auto part = message.subspan(at, std::min(most, message.size() - at));
    bytes header(header_size);
    header[0] = payload.front();
    header[1] = at + part.size() == message.size();
    all.insert(all.end(), header.begin(), header.end());
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

bool is_last(bytes_view datagram) {
  return datagram[1] != 0;
}

/// A socket and its peer.
class udp_socket {
public:
  udp_socket(std::uint16_t port, bool joined) : joined_{joined} {
    at_.sin_family = AF_INET;
    at_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at_;
    auto* const own = reinterpret_cast<sockaddr*>(&at_);
    const int room = 1 << 20;
    const int on = 1;
    const timeval limit{hang_limit.count() / 2, 0};
    if (socket_ < 0 || bind(socket_, own, size) != 0 || getsockname(socket_, own, &size) != 0)
      fail("bind");
    setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (joined_ && setsockopt(socket_, IPPROTO_UDP, UDP_GRO, &on, sizeof on) != 0)
      fail("UDP_GRO");
    to_ = at_;
    to_.sin_port = htons(port);
  }
  udp_socket(const udp_socket&) = delete;
  udp_socket& operator=(const udp_socket&) = delete;
  ~udp_socket() { close(socket_); }

  [[nodiscard]] std::uint16_t port() const { return ntohs(at_.sin_port); }

  /// Sends datagrams of `size`, the last of which may be shorter; back to the last sender
  /// received, if any.
  void send(bytes_view datagrams, std::size_t size) const {
    const auto in_a_call = joined_ ? std::min(most_in_a_call / size, most_segments) * size : size;
    while (!datagrams.empty()) {
      const auto now = datagrams.first(std::min(in_a_call, datagrams.size()));
      if (now.size() > size)
        send_segments(now, static_cast<std::uint16_t>(size));
      else if (sendto(socket_, now.data(), now.size(), 0, to(), sizeof to_) < 0)
        fail("sendto");
      datagrams = datagrams.subspan(now.size());
    }
  }

  /// Calls `handle(datagram)` for what one call brings; false when nothing comes in time.
  template <class Handle>
  bool receive(Handle&& handle) {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    iovec data{buffer_.data(), buffer_.size()};
    msghdr message{};
    message.msg_name = &to_;
    message.msg_namelen = sizeof to_;
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = joined_ ? control.data() : nullptr;
    message.msg_controllen = joined_ ? control.size() : 0;
    const auto count = recvmsg(socket_, &message, 0);
    if (count <= 0)
      return false;
    bytes_view all{buffer_.data(), static_cast<std::size_t>(count)};
    const auto size = segment_size(message, all.size());
    while (!all.empty()) {
      const auto one = all.first(std::min(size, all.size()));
      handle(one);
      all = all.subspan(one.size());
    }
    return true;
  }

private:
  [[nodiscard]] const sockaddr* to() const { return reinterpret_cast<const sockaddr*>(&to_); }

  void send_segments(bytes_view datagrams, std::uint16_t size) const {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof size)> control{};
    iovec data{const_cast<std::uint8_t*>(datagrams.data()), datagrams.size()};
    msghdr message{};
    message.msg_name = const_cast<sockaddr_in*>(&to_);
    message.msg_namelen = sizeof to_;
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    auto* const head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = IPPROTO_UDP;
    head->cmsg_type = UDP_SEGMENT;
    head->cmsg_len = CMSG_LEN(sizeof size);
    std::memcpy(CMSG_DATA(head), &size, sizeof size);
    if (sendmsg(socket_, &message, 0) < 0)
      fail("sendmsg with UDP_SEGMENT");
  }

  /// Of datagrams that the kernel has joined.
  static std::size_t segment_size(msghdr& message, std::size_t otherwise) {
    for (auto* head = CMSG_FIRSTHDR(&message); head != nullptr; head = CMSG_NXTHDR(&message, head))
      if (head->cmsg_level == IPPROTO_UDP && head->cmsg_type == UDP_GRO) {
        int size = 0;
        std::memcpy(&size, CMSG_DATA(head), sizeof size);
        return static_cast<std::size_t>(size);
      }
    return otherwise;
  }

  const int socket_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const bool joined_;
  sockaddr_in at_{};
  sockaddr_in to_{};
  bytes buffer_ = bytes(std::size_t{1} << 16);
};

/// Sends back what is wanted back, one datagram after the other.
[[noreturn]] void serve(bool joined) {
  udp_socket own{0, joined};
  std::thread{[&own] {
    for (;;)
      own.receive([&](bytes_view datagram) {
        if (is_wanted_back(datagram.front()))
          own.send(datagram, datagram.size());
      });
  }}.detach();
  child::serve(std::to_string(own.port()));
  std::_Exit(0); // the thread waits for a client that is not told
}

class client {
public:
  client(const load& what, const std::string& port, std::size_t datagram_size, bool joined)
    : window_{what.window},
      batch_{batch_of(what, [&](const bytes& payload) { return cut(payload, datagram_size); })},
      size_{datagram_size},
      in_one_{batch_.silent.size() <= datagram_size},
      joined_{joined},
      end_{static_cast<std::uint16_t>(std::stoi(port)), joined} {}

  void fly(std::size_t messages) {
    flight_.begin(messages / batch_.each, window_);
    send(flight_.next());
    while (!flight_.landed())
      if (!end_.receive([&](bytes_view datagram) {
            if (is_last(datagram))
              send(flight_.next());
          }))
        throw std::runtime_error{"datagrams did not come back in time"};
  }

private:
  void send(std::size_t batches) {
    for (; batches > 0; --batches) {
      waiting_.clear();
      batch_.send(1, [&](const bytes& datagrams) {
        // what differs in length cannot leave in one call
        if (joined_ && in_one_ && &datagrams == &batch_.silent)
          waiting_.insert(waiting_.end(), datagrams.begin(), datagrams.end());
        else
          flush_and_send(datagrams);
      });
    }
  }

  void flush_and_send(const bytes& datagrams) {
    end_.send(waiting_, batch_.silent.size());
    waiting_.clear();
    end_.send(datagrams, size_);
  }

  std::size_t window_;
  batch<bytes> batch_;
  std::size_t size_; ///< of a datagram
  bool in_one_;      ///< a datagram holds a message
  bool joined_;
  bytes waiting_; ///< to leave in one call
  udp_socket end_;
  flight flight_;
};

technology with(bool joined, std::string name, void (*serve_it)(), datagrams size) {
  return {.name = name,
          .serve = serve_it,
          .connect = [=](const load& what, const std::string& port, bool) {
            const auto own = std::make_shared<client>(what, port, static_cast<std::size_t>(size),
                                                      joined);
            return std::vector{timed(name, [own](std::size_t n) { own->fly(n); })};
          }};
}

} // namespace

bool segments_work() {
  const int size = 1'000;
  const int on = 1;
  const int probe = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const bool work = setsockopt(probe, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof size) == 0
                    && setsockopt(probe, IPPROTO_UDP, UDP_GRO, &on, sizeof on) == 0;
  close(probe);
  return work;
}

technology over_datagrams(datagrams size) {
  return with(
    false, "datagrams", [] { serve(false); }, size);
}

technology over_segments(datagrams size) {
  return with(
    true, "segments", [] { serve(true); }, size);
}

} // namespace bench
