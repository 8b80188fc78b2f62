// Two nodes, one TCP connection.

#include "ockam/actors/workers.hpp"
#include "ockam/transports/tcp.hpp"

#include <iostream>

#include <caf/exec_main.hpp>

void caf_main(caf::actor_system& system) {
  ockam::node responder{system};
  responder.start_worker("echoer", ockam::echoer{});
  auto responders_tcp = ockam::tcp::transport::create(responder);
  const auto listener = responders_tcp.listen("127.0.0.1:0");
  responder.flow_controls().add_consumer("echoer", listener.flow_control_id());

  ockam::node initiator{system};
  auto tcp = ockam::tcp::transport::create(initiator);
  const auto connection = tcp.connect(listener.socket_address());

  // The connection is an address like any other.
  const ockam::route route{connection, "echoer"};
  std::cout << initiator.send_and_receive<std::string>(route, "Hello Ockam!") + "\n";

  // The reply came back through it: its return route leads to the echoer again.
  const auto reply = initiator.send_and_receive_extended<std::string>(route, "once more");
  std::cout << (reply.return_route() == route ? "the same route\n" : "another route\n");
}

CAF_MAIN(caf::id_block::ockam)
