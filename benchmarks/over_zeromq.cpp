// ZeroMQ over TCP: a router socket that sends back, dealer sockets that ask.

#include "flight.hpp"
#include "technology.hpp"

#include <array>
#include <stdexcept>
#include <thread>

#include <zmq.h>

namespace bench {
namespace {

using namespace ockam;

struct context {
  context() = default;
  context(const context&) = delete;
  context& operator=(const context&) = delete;
  ~context() { zmq_ctx_term(own); }
  void* own = zmq_ctx_new();
};

class socket {
public:
  socket(const context& in, int type) : own_{zmq_socket(in.own, type)} {
    const int none = 0;
    const int limit = static_cast<int>(hang_limit.count()) * 500; // milliseconds
    zmq_setsockopt(own_, ZMQ_LINGER, &none, sizeof none);
    zmq_setsockopt(own_, ZMQ_SNDHWM, &none, sizeof none); // no limit: nothing is dropped
    zmq_setsockopt(own_, ZMQ_RCVHWM, &none, sizeof none);
    if (type == ZMQ_DEALER)
      zmq_setsockopt(own_, ZMQ_RCVTIMEO, &limit, sizeof limit);
  }
  socket(const socket&) = delete;
  socket& operator=(const socket&) = delete;
  ~socket() { zmq_close(own_); }

  [[nodiscard]] void* get() const noexcept { return own_; }

private:
  void* own_;
};

/// Sends back what it is asked for, behind the names of the requester and of a relay, if there is one.
void answer(void* router) {
  std::array<zmq_msg_t, 3> parts;
  for (;;) {
    std::size_t count = 0;
    do {
      zmq_msg_init(&parts.at(count));
      if (zmq_msg_recv(&parts[count], router, 0) < 0)
        return;
    } while (zmq_msg_more(&parts[count++]) != 0);
    const bool wanted
      = is_wanted_back(*static_cast<const std::uint8_t*>(zmq_msg_data(&parts[count - 1])));
    for (std::size_t i = 0; i < count; ++i) {
      if (wanted)
        zmq_msg_send(&parts[i], router, i + 1 < count ? ZMQ_SNDMORE : 0);
      zmq_msg_close(&parts[i]);
    }
  }
}

/// Listens; returns the port.
std::string listen(const socket& router) {
  if (zmq_bind(router.get(), "tcp://127.0.0.1:*") != 0)
    throw std::runtime_error{std::string{"ZeroMQ cannot listen: "} + zmq_strerror(zmq_errno())};
  char at[64];
  std::size_t size = sizeof at;
  zmq_getsockopt(router.get(), ZMQ_LAST_ENDPOINT, at, &size);
  const std::string endpoint{at};
  return endpoint.substr(endpoint.rfind(':') + 1);
}

void connect_to(const socket& dealer, const std::string& port) {
  if (zmq_connect(dealer.get(), ("tcp://127.0.0.1:" + port).c_str()) != 0)
    throw std::runtime_error{std::string{"ZeroMQ cannot connect: "} + zmq_strerror(zmq_errno())};
}

void serve() {
  const context own;
  const socket router{own, ZMQ_ROUTER};
  const auto port = listen(router);
  std::thread{answer, router.get()}.detach();
  child::serve(port);
  std::_Exit(0); // the thread waits for messages
}

/// ZeroMQ's own proxy.
void relay(const std::string& to) {
  const context own;
  const socket router{own, ZMQ_ROUTER};
  const socket dealer{own, ZMQ_DEALER};
  connect_to(dealer, to);
  const auto port = listen(router);
  std::thread{[&] { zmq_proxy(router.get(), dealer.get(), nullptr); }}.detach();
  child::serve(port);
  std::_Exit(0);
}

class client {
public:
  client(const load& what, const std::string& port)
    : window_{what.window}, batch_{batch_of(what, [](bytes payload) { return payload; })} {
    connect_to(dealer_, port);
  }

  void fly(std::size_t messages) {
    flight_.begin(messages / batch_.each, window_);
    for (;;) {
      batch_.send(flight_.next(), [this](const bytes& payload) {
        zmq_send(dealer_.get(), payload.data(), payload.size(), 0);
      });
      if (flight_.landed())
        return;
      zmq_msg_t reply;
      zmq_msg_init(&reply);
      if (zmq_msg_recv(&reply, dealer_.get(), 0) < 0)
        throw std::runtime_error{std::string{"ZeroMQ: "} + zmq_strerror(zmq_errno())};
      zmq_msg_close(&reply);
    }
  }

private:
  context own_;
  socket dealer_{own_, ZMQ_DEALER};
  std::size_t window_;
  batch<bytes> batch_;
  flight flight_;
};

std::vector<variant> connect(const load& what, const std::string& port, bool) {
  if (what.connections > 1)
    return {};
  return {
    timed("ZeroMQ", [own = std::make_shared<client>(what, port)](std::size_t n) { own->fly(n); })};
}

} // namespace

technology over_zeromq() {
  return {.name = "zeromq", .serve = serve, .relay = relay, .connect = connect};
}

} // namespace bench
