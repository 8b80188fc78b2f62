#include "greeting.hpp"

#include "ockam/actors/node.hpp"
#include "ockam/actors/workers.hpp"
#include "ockam/transports/tcp.hpp"

std::string greeting(caf::actor_system& system) {
  ockam::node server{system};
  server.start_worker("echoer", ockam::echoer{});
  auto there = ockam::tcp::transport::create(server);
  const auto listener = there.listen("127.0.0.1:0");
  server.flow_controls().add_consumer("echoer", listener.flow_control_id());

  ockam::node client{system};
  auto here = ockam::tcp::transport::create(client);
  const auto connection = here.connect(listener.socket_address());
  return client.send_and_receive<std::string>({connection, "echoer"}, "Hello from a host!");
}
