// Two nodes that reach each other over UDP, and the one that tells them their public addresses.

#include "ockam/actors/workers.hpp"
#include "ockam/transports/puncture.hpp"
#include "ockam/transports/tcp.hpp"

#include <iostream>

#include <caf/exec_main.hpp>

using namespace ockam;

void caf_main(caf::actor_system& system) {
  // Where both can reach it.
  node outside{system};
  auto outside_udp = udp::transport::create(outside);
  const auto binding = outside_udp.bind("127.0.0.1:0");
  outside.start_worker("rendezvous", udp::rendezvous_service{});
  outside.flow_controls().add_consumer("rendezvous", binding.flow_control_id());
  const route rendezvous{{transport_type::udp, binding.socket_address()}, "rendezvous"};

  // One node, with some way that leads to it: here TCP.
  node responder{system};
  auto responders_tcp = tcp::transport::create(responder);
  auto responders_udp = udp::transport::create(responder);
  const auto tcp_listener = responders_tcp.listen("127.0.0.1:0");
  const auto listener = udp::puncture_listener::start(
    responder.root(), "udp", responders_udp, rendezvous, {.each = {.bind = "127.0.0.1:0"}});
  responder.flow_controls().add_consumer("udp", tcp_listener.flow_control_id());
  responder.start_worker("echoer", echoer{});
  responder.flow_controls().add_consumer("echoer", listener.flow_control_id());

  // The other one: they agree over TCP, and need it no more.
  node initiator{system};
  auto tcp = tcp::transport::create(initiator);
  auto udp = udp::transport::create(initiator);
  const auto connection = tcp.connect(tcp_listener.socket_address());
  const auto there = udp::puncture::start(initiator.root(), udp, rendezvous, {connection, "udp"},
                                          {.bind = "127.0.0.1:0"});
  there.wait_until_open();
  connection.close();
  std::cout << initiator.send_and_receive<std::string>({there, "echoer"}, "Hello Ockam!") + "\n";
}

CAF_MAIN(caf::id_block::ockam)
