#include "nat.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include <poll.h>

namespace ockam::test {

using namespace std::chrono_literals;

namespace {

/// How often it looks whether it is to stop.
constexpr int pause_ms = 5;

} // namespace

nat::nat(std::uint16_t service_port) : service_port_{service_port}, thread_{[this] { run(); }} {}

nat::~nat() {
  stopping_ = true;
  thread_.join();
}

void nat::run() {
  while (!stopping_) {
    std::vector<pollfd> waits{{service_.number(), POLLIN, 0}};
    std::vector<inside*> behind{nullptr};
    for (auto& each : insides_) {
      waits.push_back({each.outside.number(), POLLIN, 0});
      behind.push_back(&each);
    }
    ::poll(waits.data(), waits.size(), pause_ms);
    for (std::size_t i = 0; i < waits.size(); ++i)
      if (waits[i].revents != 0)
        take(behind[i] != nullptr ? behind[i]->outside : service_, behind[i]);
  }
}

/// @param to  no host inside: the service
void nat::take(const datagram_peer& at, inside* to) {
  const auto received = at.receive(0ms);
  if (!received || cut_)
    return;
  auto* from = find(received->from);
  if (to == nullptr && from == nullptr)
    from = &insides_.emplace_back(inside{received->from});
  if (from != nullptr)
    from->sent_to.insert(at.port());
  if (to == nullptr)
    return from->outside.send(received->data, service_port_);

  const auto& seen_as = from != nullptr ? from->outside : service_;
  const bool is_known = from != nullptr || received->from == service_port_;
  if (is_known && to->sent_to.contains(seen_as.port()))
    seen_as.send(received->data, to->port);
  else
    ++refused_;
}

nat::inside* nat::find(std::uint16_t port) {
  const auto found = std::ranges::find(insides_, port, &inside::port);
  return found != insides_.end() ? &*found : nullptr;
}

} // namespace ockam::test
