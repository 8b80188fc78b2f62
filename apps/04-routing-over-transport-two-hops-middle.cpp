// This node creates a TCP connection to a node at 127.0.0.1:4000.
// It starts a relay worker to forward messages to 127.0.0.1:4000.
// It starts a TCP listener at 127.0.0.1:3000.
// It then runs until it is asked to stop, waiting to route messages.

#include "hello_ockam/program.hpp"
#include "hello_ockam/relay.hpp"

#include "ockam/transports/tcp.hpp"

int main(int argc, char** argv) {
  hello_ockam::program program{"04-routing-over-transport-two-hops-middle",
                               "Relays messages from its TCP listener to another node"};
  const auto& connect = program.argument("CONNECT", "HOST:PORT of the responder", "127.0.0.1:4000");
  const auto& listen = program.listen_argument("127.0.0.1:3000");

  return program.run(argc, argv, [&](ockam::node& node) {
    // Initialize the TCP transport.
    auto tcp = ockam::tcp::transport::create(node);

    // Create a TCP connection to the responder node; it may be started a little later than this,
    // and again.
    const auto connection_to_responder = tcp.connect(
      connect, {.retry_for = std::chrono::seconds{10}, .reconnect = ockam::reconnect_policy{}});

    // Create and start a relay worker.
    node.start_worker("forward_to_responder", hello_ockam::relay{connection_to_responder});

    // Create a TCP listener and wait for incoming connections.
    const auto listener = tcp.listen(listen);

    // Allow access to the relay via TCP connections from the TCP listener.
    node.flow_controls().add_consumer("forward_to_responder", listener.flow_control_id());

    // Don't stop the node, so that messages can come.
    program.serve(listener.socket_address());
  });
}
