#include "frame_proxy.hpp"

#include "ockam/protocol/wire/frame.hpp"

#include <utility>

namespace ockam::test {

frame_proxy::frame_proxy(std::uint16_t server, direction from_client, direction from_server)
  : server_{server},
    from_client_{std::move(from_client)},
    from_server_{std::move(from_server)},
    serving_{[this] { serve(); }} {}

frame_proxy::~frame_proxy() {
  over_ = true;
  raw_peer::connect_to(listener_.port()); // for `accept`
  serving_.join();
  for (auto& each : links_) {
    each.client.shut_down();
    each.server.shut_down();
    each.upwards.join();
    each.downwards.join();
  }
}

void frame_proxy::serve() {
  while (!over_) {
    auto client = listener_.accept_for_ever();
    if (over_)
      return;
    auto& made
      = links_.emplace_back(link{std::move(client), raw_peer::connect_to(server_), {}, {}});
    made.upwards = std::thread{[&] { pump(made.client, made.server, from_client_); }};
    made.downwards = std::thread{[&] { pump(made.server, made.client, from_server_); }};
  }
}

void frame_proxy::pump(const raw_peer& from, const raw_peer& to, const direction& how) try {
  to.write(how.version(from.read(1)));
  for (;;) {
    const auto header = from.read(frame_header_size);
    if (header.size() < frame_header_size)
      break;
    std::size_t length = 0;
    for (const auto each : header)
      length = length << 8 | each;
    const auto body = how.body(from.read(length));
    bytes frame(frame_header_size);
    put_frame_header(frame.data(), static_cast<std::uint32_t>(body.size()));
    frame.insert(frame.end(), body.begin(), body.end());
    to.write(frame);
  }
  to.shut_down_writing();
} catch (const std::exception&) {
  // one side has gone: let the other know
  from.shut_down();
  to.shut_down();
}

std::uint16_t port_in(const std::string& address) {
  return static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
}

} // namespace ockam::test
