// Blocking sockets, TCP or Unix, a thread for each connection: the shortest program that does it.

#include "flight.hpp"
#include "technology.hpp"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <system_error>
#include <thread>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace bench {
namespace {

using namespace ockam;

[[noreturn]] void fail(const char* call) {
  throw std::system_error{errno, std::generic_category(), call};
}

/// Where a socket is bound or connects to.
struct place {
  sockaddr_storage bytes{};
  socklen_t size = 0;

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&bytes); }
  [[nodiscard]] int family() const { return bytes.ss_family; }
};

template <class Address>
place place_of(const Address& address, std::size_t size = sizeof(Address)) {
  place made;
  std::memcpy(&made.bytes, &address, size);
  made.size = static_cast<socklen_t>(size);
  return made;
}

place loopback(int port) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(static_cast<std::uint16_t>(port));
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return place_of(at);
}

/// A name that is in no directory.
place abstract_name(const std::string& name) {
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  name.copy(at.sun_path + 1, sizeof at.sun_path - 1);
  return place_of(at, offsetof(sockaddr_un, sun_path) + 1 + name.size());
}

/// Reads and writes whole frames; owns the socket.
class stream {
public:
  explicit stream(int socket) : socket_{socket} {
    const int on = 1;
    const timeval limit{hang_limit.count() / 2, 0};
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); // fails for Unix sockets
    setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  }
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;
  ~stream() { close(socket_); }

  void limit_reading() const {
    const timeval limit{hang_limit.count() / 2, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }

  /// Calls `handle(frame)` for what one read brings; false at the end.
  template <class Handle>
  bool read(Handle&& handle) {
    const auto count = recv(socket_, input_.data() + filled_, input_.size() - filled_, 0);
    if (count <= 0)
      return false;
    filled_ += static_cast<std::size_t>(count);
    const auto taken = for_each_frame(input_, filled_, handle);
    filled_ -= taken;
    std::memmove(input_.data(), input_.data() + taken, filled_);
    return true;
  }

  void add(bytes_view frame) { output_.insert(output_.end(), frame.begin(), frame.end()); }

  void flush() {
    for (std::size_t sent = 0; sent < output_.size();) {
      const auto count = send(socket_, output_.data() + sent, output_.size() - sent, MSG_NOSIGNAL);
      if (count < 0)
        fail("send");
      sent += static_cast<std::size_t>(count);
    }
    output_.clear();
  }

private:
  int socket_;
  bytes input_ = bytes(read_buffer_size);
  std::size_t filled_ = 0;
  bytes output_;
};

void answer(int socket) {
  try {
    stream client{socket};
    while (client.read([&](bytes_view frame) {
      if (is_wanted_back(frame[frame_header_size]))
        client.add(frame);
    }))
      client.flush();
  } catch (const std::system_error&) {
    return; // the client has gone
  }
}

int listen_at(const place& where) {
  const int listener = socket(where.family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0 || bind(listener, where.get(), where.size) != 0 || listen(listener, 1'024) != 0)
    fail("listen");
  return listener;
}

/// @param line  what clients need to know
[[noreturn]] void serve(int listener, const std::string& line) {
  std::thread{[listener] {
    for (int client = 0; (client = accept(listener, nullptr, nullptr)) >= 0;)
      std::thread{answer, client}.detach();
  }}.detach();
  child::serve(line);
  std::_Exit(0); // the threads wait for clients that are not told
}

void serve_tcp() {
  const int listener = listen_at(loopback(0));
  sockaddr_in at{};
  socklen_t size = sizeof at;
  if (getsockname(listener, reinterpret_cast<sockaddr*>(&at), &size) != 0)
    fail("getsockname");
  serve(listener, std::to_string(ntohs(at.sin_port)));
}

void serve_unix() {
  const auto name = "ockam-bench-" + std::to_string(getpid());
  serve(listen_at(abstract_name(name)), name);
}

class client {
public:
  client(const load& what, const place& server)
    : window_{what.window}, batch_{batch_of(what, frame_with)} {
    for (std::size_t i = 0; i < what.connections; ++i) {
      const int made = socket(server.family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
      if (made < 0 || ::connect(made, server.get(), server.size) != 0)
        fail("connect");
      streams_.push_back(std::make_unique<stream>(made));
      streams_.back()->limit_reading();
    }
  }

  /// Frames leave and come back over one connection after the other.
  void fly(std::size_t messages) {
    flight_.begin(messages / batch_.each, window_);
    std::size_t out = 0;
    const auto send = [&](std::size_t batches) {
      for (; batches > 0; --batches) {
        auto& to = *streams_[out++ % streams_.size()];
        batch_.send(1, [&](const bytes& frame) { to.add(frame); });
        if (streams_.size() > 1)
          to.flush();
      }
    };
    send(flight_.next());
    streams_.front()->flush();
    for (std::size_t in = 0; !flight_.landed();) {
      auto& from = *streams_[in % streams_.size()];
      if (!from.read([&](bytes_view) {
            ++in;
            send(flight_.next());
          }))
        throw std::runtime_error{"frames did not come back in time"};
      streams_.front()->flush();
    }
  }

private:
  std::vector<std::unique_ptr<stream>> streams_;
  std::size_t window_;
  batch<bytes> batch_;
  flight flight_;
};

std::vector<variant> connect_to(const load& what, const place& server) {
  return {timed("sockets",
                [own = std::make_shared<client>(what, server)](std::size_t n) { own->fly(n); })};
}

} // namespace

technology over_sockets() {
  return {.name = "sockets",
          .serve = serve_tcp,
          .connect = [](const load& what, const std::string& port, bool) {
            return connect_to(what, loopback(std::stoi(port)));
          }};
}

technology over_unix_sockets() {
  return {.name = "unix-sockets",
          .serve = serve_unix,
          .connect = [](const load& what, const std::string& name, bool) {
            return connect_to(what, abstract_name(name));
          }};
}

} // namespace bench
