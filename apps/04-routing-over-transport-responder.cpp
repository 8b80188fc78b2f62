// This node starts a TCP listener and an echoer worker.
// It then runs until it is asked to stop, waiting for messages.

#include "hello_ockam/echoer.hpp"
#include "hello_ockam/program.hpp"

#include "ockam/transports/tcp.hpp"

int main(int argc, char** argv) {
  hello_ockam::program program{"04-routing-over-transport-responder",
                               "Echoes messages that come over TCP"};
  const auto& listen = program.listen_argument("127.0.0.1:4000");

  return program.run(argc, argv, [&](ockam::node& node) {
    // Initialize the TCP transport.
    auto tcp = ockam::tcp::transport::create(node);

    // Create an echoer worker.
    node.start_worker("echoer", hello_ockam::echoer{});

    // Create a TCP listener and wait for incoming connections.
    const auto listener = tcp.listen(listen);

    // Allow access to the echoer via TCP connections from the TCP listener.
    node.flow_controls().add_consumer("echoer", listener.flow_control_id());

    // Don't stop the node, so that messages can come.
    program.serve(listener.socket_address());
  });
}
