// This node routes a message.

#include "hello_ockam/echoer.hpp"
#include "hello_ockam/hop.hpp"
#include "hello_ockam/program.hpp"

int main(int argc, char** argv) {
  hello_ockam::program program{"03-routing", "Routes a message through a hop to an echoer"};

  return program.run(argc, argv, [](ockam::node& node) {
    // Start a worker, of type echoer, at address "echoer".
    node.start_worker("echoer", hello_ockam::echoer{});

    // Start a worker, of type hop, at address "h1".
    node.start_worker("h1", hello_ockam::hop{});

    // Send a message to the worker at address "echoer", via the worker at address "h1".
    node.send({"h1", "echoer"}, "Hello Ockam!");

    // Wait to receive a reply and print it.
    const auto reply = node.receive<std::string>();
    std::cout << "App Received: " + reply.body() + "\n"; // should print "Hello Ockam!"

    // Stop all workers, stop the node, clean up and return.
    node.stop();
  });
}
