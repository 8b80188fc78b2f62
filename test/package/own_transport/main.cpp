// Two nodes and a transport of our own between them: a message goes to an echoer and comes back.

#include "packet_transport.hpp"

#include "ockam/actors/caf.hpp"
#include "ockam/actors/node.hpp"
#include "ockam/actors/workers.hpp"

#include <cerrno>
#include <exception>
#include <iostream>
#include <string>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/exec_main.hpp>
#include <sys/socket.h>

namespace {

std::string exchange(caf::actor_system& system) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    throw std::system_error{errno, std::system_category(), "socketpair"};

  ockam::node responder{system};
  responder.start_worker("echoer", ockam::echoer{});
  const auto there = packets::transport::create(responder, ends[0], "initiator");
  responder.flow_controls().add_consumer("echoer", there->connection().port().id());

  ockam::node initiator{system};
  const auto here = packets::transport::create(initiator, ends[1], "responder");
  const auto way = ockam::value_or_throw(initiator.root().resolve_transport_route(
    {ockam::address{packets::address_type, "responder"}, "echoer"}));
  return initiator.send_and_receive<std::string>(way, "Hello, packets!");
}

void caf_main(caf::actor_system& system) {
  std::cout << "own_transport received: " << exchange(system) << '\n';
}

} // namespace

CAF_MAIN(caf::id_block::ockam)
