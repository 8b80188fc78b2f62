// This node routes a message through many hops.

#include "hello_ockam/echoer.hpp"
#include "hello_ockam/hop.hpp"
#include "hello_ockam/program.hpp"

int main(int argc, char** argv) {
  hello_ockam::program program{"03-routing-many-hops",
                               "Routes a message through three hops to an echoer"};

  return program.run(argc, argv, [](ockam::node& node) {
    // Start an echoer worker at address "echoer".
    node.start_worker("echoer", hello_ockam::echoer{});

    // Start 3 hop workers at addresses "h1", "h2" and "h3".
    node.start_worker("h1", hello_ockam::hop{});
    node.start_worker("h2", hello_ockam::hop{});
    node.start_worker("h3", hello_ockam::hop{});

    // Send a message to the echoer worker via the "h1", "h2" and "h3" workers.
    node.send({"h1", "h2", "h3", "echoer"}, "Hello Ockam!");

    // Wait to receive a reply and print it.
    const auto reply = node.receive<std::string>();
    std::cout << "App Received: " + reply.body() + "\n"; // should print "Hello Ockam!"

    // Stop all workers, stop the node, clean up and return.
    node.stop();
  });
}
