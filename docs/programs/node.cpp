// What can be done from the outside of a node, with and without exceptions.

#include "ockam/actors/node.hpp"
#include "ockam/actors/workers.hpp"

#include <iostream>

#include <caf/exec_main.hpp>

using namespace std::chrono_literals;

void caf_main(caf::actor_system& system) {
  ockam::node node{system};
  node.start_worker("echoer", ockam::echoer{});

  // Send, and receive what comes to "app", from whomever.
  node.send("echoer", "one");
  const auto reply = node.receive<std::string>();
  std::cout << reply.body() + " came back along [" + to_string(reply.onward_route()) + "]\n";

  // A request has a return address of its own: the reply is the reply to this one.
  std::cout << node.send_and_receive<std::string>("echoer", "two") + "\n";

  // The same calls return results at an endpoint.
  auto& app = node.root();
  const auto sent = app.send("missing", "three");
  std::cout << to_string(sent.error()) + "\n";
  const auto received = app.receive<std::string>({.timeout = 10ms});
  std::cout << to_string(received.error()) + "\n";
}

CAF_MAIN(caf::id_block::ockam)
