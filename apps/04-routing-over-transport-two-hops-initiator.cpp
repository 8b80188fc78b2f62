// This node routes a message to a worker on a different node, over two TCP transport hops.

#include "hello_ockam/program.hpp"

#include "ockam/transports/tcp.hpp"

#include <iostream>

int main(int argc, char** argv) {
  hello_ockam::program program{"04-routing-over-transport-two-hops-initiator",
                               "Sends a message over two TCP connections and prints the reply"};
  const auto& connect = program.argument("CONNECT", "HOST:PORT of the middle node",
                                         "localhost:3000");

  return program.run(argc, argv, [&](ockam::node& node) {
    // Initialize the TCP transport.
    auto tcp = ockam::tcp::transport::create(node);

    // Create a TCP connection to the middle node.
    const auto connection_to_middle_node = tcp.connect(connect);

    // Send a message to the "echoer" worker, on a different node, over two TCP hops.
    // Wait to receive a reply and print it.
    const ockam::route route{connection_to_middle_node, "forward_to_responder", "echoer"};
    const auto reply = node.send_and_receive<std::string>(route, "Hello Ockam!");
    std::cout << "App Received: " + reply + "\n"; // should print "Hello Ockam!"

    // Stop all workers, stop the node, clean up and return.
    node.stop();
  });
}
