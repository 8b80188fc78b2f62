#include <iostream>
#include <string>

#include <caf/all.hpp>

#include "ockam/actors/node.hpp"
#include "ockam/actors/workers.hpp"
#include "ockam/transports/websocket.hpp"

void caf_main(caf::actor_system& system) {
  ockam::node server{system};
  server.start_worker("echoer", ockam::echoer{});
  auto there = ockam::websocket::transport::create(server);
  const auto listener = there.listen("ws://127.0.0.1:0/ockam");
  server.flow_controls().add_consumer("echoer", listener.flow_control_id());

  ockam::node client{system};
  auto here = ockam::websocket::transport::create(client);
  const auto connection = here.connect(listener.socket_address());
  const ockam::route way{connection, "echoer"};
  std::cout << client.send_and_receive<std::string>(way, "Hello, WebSocket!") + "\n";
}

CAF_MAIN(caf::id_block::ockam)
