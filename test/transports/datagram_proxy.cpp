#include "datagram_proxy.hpp"

#include <chrono>

#include <poll.h>

namespace ockam::test {

using namespace std::chrono_literals;

namespace {

/// Without traffic for so long, what is delayed is let go.
constexpr int pause_ms = 5;

} // namespace

datagram_proxy::datagram_proxy(std::uint16_t server_port, impairment how, std::uint32_t seed)
  : server_port_{server_port}, how_{how}, random_{seed}, thread_{[this] { run(); }} {}

datagram_proxy::~datagram_proxy() {
  stopping_ = true;
  thread_.join();
}

void datagram_proxy::run() {
  while (!stopping_) {
    pollfd waits[] = {{front_.number(), POLLIN, 0}, {back_.number(), POLLIN, 0}};
    if (::poll(waits, 2, pause_ms) == 0)
      let_go(true);
    if (waits[0].revents != 0)
      take(front_, true);
    if (waits[1].revents != 0)
      take(back_, false);
  }
}

void datagram_proxy::take(const datagram_peer& from, bool to_server) {
  const auto received = from.receive(0ms);
  if (!received)
    return;
  if (to_server)
    client_port_ = received->from;
  if (happens(how_.lost)) {
    ++lost_;
  } else if (happens(how_.delayed)) {
    held_.push_back({received->data, to_server, 1 + static_cast<unsigned>(random_() % how_.delay)});
    ++delayed_;
  } else {
    forward(received->data, to_server);
  }
  if (happens(how_.repeated)) {
    held_.push_back({received->data, to_server, static_cast<unsigned>(random_() % how_.delay)});
    ++repeated_;
  }
  let_go(false);
}

void datagram_proxy::forward(const bytes& data, bool to_server) const {
  if (to_server)
    back_.send(data, server_port_);
  else if (client_port_ != 0)
    front_.send(data, client_port_);
}

void datagram_proxy::let_go(bool all) {
  std::erase_if(held_, [&](auto& each) {
    if (!all && each.left-- > 0)
      return false;
    forward(each.data, each.to_server);
    return true;
  });
}

} // namespace ockam::test
