#include "ockam/actors/node.hpp"
#include "ockam/actors/workers.hpp"
#include "ockam/transports/tcp.hpp"

#include <string>
#include <thread>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <gtest/gtest.h>

namespace {

/// What a client process does.
std::string ask(caf::actor_system& system, const std::string& peer) {
  ockam::node node{system};
  auto tcp = ockam::tcp::transport::create(node);
  const ockam::route route{tcp.connect(peer), "echoer"};
  return node.send_and_receive<std::string>(route, "Hello Ockam!");
}

TEST(Embedding, NOD2_ANodeIsAGuestInTheActorSystemOfItsHost) {
  ockam::compat::init_message_types<caf::id_block::ockam>();
  caf::actor_system_config config;
  caf::actor_system system{config};
  const auto before = ockam::compat::running_actors(system);
  {
    ockam::node node{system};
    node.start_worker("echoer", ockam::echoer{});
    auto tcp = ockam::tcp::transport::create(node);
    const auto listener = tcp.listen("127.0.0.1:0");
    node.flow_controls().add_consumer("echoer", listener.flow_control_id());

    EXPECT_EQ(ask(system, listener.socket_address()), "Hello Ockam!");
  }
  while (ockam::compat::running_actors(system) != before) // the actors of both nodes go
    std::this_thread::yield();
}

} // namespace
