// Workers, processors, services and transports: the templates of the headers in use.

#include "bodies.hpp"

#include "ockam/actors/node.hpp"
#include "ockam/actors/service.hpp"
#include "ockam/actors/workers.hpp"
#include "ockam/transports/config.hpp"
#include "ockam/transports/memory.hpp"
#include "ockam/transports/tcp.hpp"
#include "ockam/transports/udp.hpp"
#include "ockam/transports/uds.hpp"
#include "ockam/transports/websocket.hpp"

#include <chrono>
#include <iostream>
#include <string>
#include <type_traits>
#include <utility>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>

namespace {

using namespace std::chrono_literals;

struct configuration : ockam::config_mixin<caf::actor_system_config> {};

/// Asks another worker for the name of the station, and answers with that.
class greeter {
public:
  ockam::result<void> initialize(ockam::context&) { return {}; }

  ockam::result<void> handle_message(ockam::context& ctx, const ockam::routed<reading>& msg) {
    return ctx.send_and_receive<std::string>(
      "uppercase", msg.body().station,
      [&ctx, back = msg.return_route()](const ockam::result<std::string>& reply) {
        if (reply)
          static_cast<void>(ctx.send(back, *reply));
      });
  }

  void shutdown(ockam::context&) {}
};

class one_step {
public:
  bool process(ockam::context& ctx) {
    static_cast<void>(ctx.try_receive<std::string>());
    return false;
  }
};

ockam::result<void> to_echoer(ockam::context& ctx, ockam::routed<ockam::any_body> msg) {
  return ctx.forward(std::move(msg).into_local_message().step_forward("function"));
}

caf::behavior length_of() {
  return {[](const std::string& text) { return static_cast<std::uint32_t>(text.size()); }};
}

void start_workers(ockam::node& node) {
  node.start_worker("echoer", ockam::echoer{});
  node.start_worker("uppercase", ockam::uppercase{});
  node.start_worker("greeter", greeter{});
  node.start_worker("hop", ockam::hop{});
  node.start_worker("relay", ockam::relay{"echoer"});
  node.start_worker("function", to_echoer);
  node.start_processor("step", one_step{});
  ockam::expose_service<std::string, std::uint32_t>(node, "length", node.system().spawn(length_of));
  static_cast<void>(ockam::service_at<std::string, std::uint32_t>(node, "length"));
}

/// Over every transport that connects to what listens.
template <class Transport>
std::string echo_over(Transport here, Transport there, ockam::node& node, ockam::node& server,
                      const std::string& at) {
  const auto listener = there.listen(at);
  server.flow_controls().add_consumer("echoer", listener.flow_control_id());
  const auto connection = here.connect(listener.socket_address(), here.default_connect_options());
  return node.send_and_receive<std::string>({connection, "echoer"}, at, {.timeout = 10s});
}

std::string run(caf::actor_system& system) {
  ockam::node server{system};
  ockam::node node{system};
  start_workers(server);
  const auto greeting = server.send_and_receive<std::string>("greeter",
                                                             reading{.station = "attic"});
  const auto length = server.send_and_receive<std::uint32_t>({"hop", "length"}, greeting);
  server.send({"relay"}, "to echoer");
  server.send({"function", "echoer"}, "to echoer");
  static_cast<void>(server.receive<std::string>());

  const ockam::memory::network net;
  const auto over_memory = echo_over(ockam::memory::transport::create(node, net),
                                     ockam::memory::transport::create(server, net), node, server,
                                     "memory");
  const auto over_tcp = echo_over(ockam::tcp::transport::create(node),
                                  ockam::tcp::transport::create(server), node, server,
                                  "127.0.0.1:0");
  const auto over_ws = echo_over(ockam::websocket::transport::create(node),
                                 ockam::websocket::transport::create(server), node, server,
                                 "ws://127.0.0.1:0");
  const auto over_uds
    = echo_over(ockam::uds::transport::create(node), ockam::uds::transport::create(server), node,
                server, "@strict_host." + ockam::to_string(ockam::address::random()).substr(2));
  static_cast<void>(ockam::udp::transport::create(node).bind());
  return greeting + " " + std::to_string(length);
}

} // namespace

int main() {
  ockam::init_message_types<caf::id_block::ockam>();
  configuration config;
  caf::actor_system system{config};
  const auto seen = there_and_back({.station = "cellar", .gusts = {3}});
  std::cout << run(system) << ' ' << ockam::value_or_throw(seen).station << '\n';
}
