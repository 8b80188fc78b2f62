// This node connects to another one, and relays to it what comes in; both over a transport of choice.
// It then runs until it is asked to stop, waiting to route messages.

#include "hello_ockam/any_transport.hpp"
#include "hello_ockam/program.hpp"
#include "hello_ockam/relay.hpp"

int main(int argc, char** argv) {
  hello_ockam::program program{"05-any-transport-middle",
                               "Relays messages from any transport to any other"};
  const auto& connect = program.argument("CONNECT", "MultiAddr of the next node",
                                         "/ip4/127.0.0.1/tcp/4000");
  const auto& listen = program.listen_argument("/ip4/127.0.0.1/udp/3000", "MultiAddr to listen at");

  return program.run(argc, argv, [&](ockam::node& node) {
    // Initialize all transports; connect again to a next node that is started again.
    const hello_ockam::any_transport transports{node, ockam::reconnect_policy{}};

    // Connect to the next node, and start a relay worker that forwards there.
    node.start_worker("forward", hello_ockam::relay{transports.connect(connect)});

    // Listen, and allow access to the relay for what comes in there.
    const auto entrance = transports.listen(listen);
    node.flow_controls().add_consumer("forward", entrance.flow_control_id);

    // Don't stop the node, so that messages can come.
    program.serve(entrance.at);
  });
}
