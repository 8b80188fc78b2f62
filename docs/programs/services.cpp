// CAF actors that answer requests, and routes: either can stand for the other.

#include "ockam/actors/service.hpp"
#include "ockam/actors/service_ref.hpp"
#include "ockam/transports/config.hpp"

#include <iostream>

#include <caf/exec_main.hpp>
#include <caf/scoped_actor.hpp>

using uppercase_service = ockam::service<std::string, std::string>;

/// An actor as every CAF program has them: it knows nothing of routes.
class uppercase final : public uppercase_service::base {
public:
  explicit uppercase(caf::actor_config& config) : uppercase_service::base{config} {}

  behavior_type make_behavior() override {
    return {[](std::string text) -> caf::result<std::string> {
      for (char& each : text)
        each = static_cast<char>(std::toupper(static_cast<unsigned char>(each)));
      return text;
    }};
  }
};

/// One that does several things: it tells the length of a text, and doubles a number.
using calculator = ockam::compat::typed_actor<caf::result<std::uint64_t>(std::string),
                                              caf::result<double>(double)>;

class calculating final : public calculator::base {
public:
  explicit calculating(caf::actor_config& config) : calculator::base{config} {}

  behavior_type make_behavior() override {
    return {
      [](const std::string& text) -> caf::result<std::uint64_t> { return text.size(); },
      [](double number) -> caf::result<double> { return 2 * number; },
    };
  }
};

/// The group `ockam` in the program's configuration file and on its command line.
struct configuration : ockam::config_mixin<caf::actor_system_config> {};

void caf_main(caf::actor_system& system, const configuration&) {
  ockam::node server{system}; // options from the group `ockam`, as there are none here
  auto servers_tcp = ockam::tcp::transport::create(server);
  const auto listener = servers_tcp.listen("127.0.0.1:0");

  // An actor at an address.
  const auto actor = system.spawn<uppercase>();
  ockam::expose_service<std::string, std::string>(server, "uppercase", actor,
                                                  {.timeout = std::chrono::seconds{2}});
  server.flow_controls().add_consumer("uppercase", listener.flow_control_id());

  // All handlers of a typed interface at one address.
  ockam::expose_service<calculator>(server, "calculator", system.spawn<calculating>());
  server.flow_controls().add_consumer("calculator", listener.flow_control_id());

  // A route as an actor.
  ockam::node client{system};
  auto clients_tcp = ockam::tcp::transport::create(client);
  const auto connection = clients_tcp.connect(listener.socket_address());
  const auto far = ockam::service_at<std::string, std::string>(client, {connection, "uppercase"});

  caf::scoped_actor self{system};
  ockam::compat::request(self, far, std::string{"Hello Ockam!"})
    .receive([](const std::string& answer) { std::cout << answer + "\n"; },
             [&](const caf::error& why) {
               std::cout << ockam::compat::render(system, why) + "\n";
             });

  // A route with types, without CAF: up to three attempts of a second each.
  using namespace std::chrono_literals;
  const ockam::service_ref<std::string, std::string> uppercase_there{
    client, {connection, "uppercase"}, {.timeout = 1s, .retry = {.attempts = 3}}};
  const ockam::result<std::string> shouted = uppercase_there.ask("hello again");
  std::cout << (shouted ? *shouted : to_string(shouted.error())) + "\n";

  // The body of a request to several handlers is the union of their arguments.
  const ockam::service_ref<ockam::service_body<calculator>, double> doubling{
    client, {connection, "calculator"}};
  std::cout << doubling.ask(21.0).value() << "\n";
}

CAF_MAIN(caf::id_block::ockam)
