// Two nodes over a transport of our own.

#include "write_a_transport/datagrams.hpp"

#include "ockam/actors/workers.hpp"

#include <iostream>

#include <caf/exec_main.hpp>

void caf_main(caf::actor_system& system) {
  ockam::node responder{system};
  responder.start_worker("echoer", ockam::echoer{});
  const auto theirs = ockam::value_or_throw(datagrams::transport::create(responder));
  responder.flow_controls().add_consumer("echoer", theirs->id());

  ockam::node initiator{system};
  const auto ours = ockam::value_or_throw(datagrams::transport::create(initiator));
  const auto connection = ockam::value_or_throw(ours->connect(theirs->port()));

  const ockam::route route{connection, "echoer"};
  std::cout << initiator.send_and_receive<std::string>(route, "Hello Ockam!") + "\n";

  // Because the node knows the transport, an address of its type can be resolved.
  const ockam::address remote{datagrams::address_type, std::to_string(theirs->port())};
  const auto resolved = initiator.root().resolve_transport_route({remote, "echoer"});
  std::cout << initiator.send_and_receive<std::string>(resolved.value(), "Hello again!") + "\n";

  // Nothing else of the responder can be reached, and a large message fails alone.
  const auto too_large = initiator.root().send(route, std::string(70'000, 'x'));
  std::cout << (too_large.error() == ockam::errc::message_too_large ? "too large\n" : "?\n");
}

CAF_MAIN(caf::id_block::ockam)
