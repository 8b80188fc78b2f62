// This node routes a message to a worker on a different node, over whatever is in between.

#include "hello_ockam/any_transport.hpp"
#include "hello_ockam/program.hpp"

#include <iostream>

int main(int argc, char** argv) {
  hello_ockam::program program{"05-any-transport-initiator",
                               "Sends a message along any transports and prints the reply"};
  const auto& to = program.argument("TO", "MultiAddr of the first node and the workers on the way",
                                    "/ip4/127.0.0.1/udp/3000/service/forward/service/echoer");

  return program.run(argc, argv, [&](ockam::node& node) {
    // Initialize all transports.
    const hello_ockam::any_transport transports{node};

    // Send a message to the last worker that the MultiAddr names.
    // Wait to receive a reply and print it.
    const auto reply = node.send_and_receive<std::string>(transports.connect(to), "Hello Ockam!");
    std::cout << "App Received: " + reply + "\n"; // should print "Hello Ockam!"

    // Stop all workers, stop the node, clean up and return.
    node.stop();
  });
}
