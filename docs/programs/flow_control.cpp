// A message from a connection reaches a worker only where flow control admits it.

#include "ockam/actors/workers.hpp"
#include "ockam/transports/memory.hpp"

#include <iostream>

#include <caf/exec_main.hpp>

void caf_main(caf::actor_system& system) {
  const ockam::memory::network network;

  ockam::node responder{system};
  responder.start_worker("echoer", ockam::echoer{});
  responder.start_worker("secrets", ockam::echoer{});
  auto responders_transport = ockam::memory::transport::create(responder, network);
  const auto listener = responders_transport.listen("responder");

  // Peers of this listener may reach the echoer.
  responder.flow_controls().add_consumer("echoer", listener.flow_control_id());

  ockam::node initiator{system};
  auto transport = ockam::memory::transport::create(initiator, network);
  const auto connection = transport.connect("responder");

  // Sending succeeds; what the other node drops, the sender does not learn.
  initiator.send({connection, "secrets"}, "Tell me!");

  // Messages of one connection stay in order: once this one is answered, the other has been dropped.
  const ockam::route route{connection, "echoer"};
  std::cout << initiator.send_and_receive<std::string>(route, "Hello Ockam!") + "\n";
  std::cout << responder.metrics().dropped_for(ockam::drop_reason::not_a_consumer) << " dropped\n";
}

CAF_MAIN(caf::id_block::ockam)
