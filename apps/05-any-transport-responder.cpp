// This node listens on a transport of choice and starts an echoer worker.
// It then runs until it is asked to stop, waiting for messages.

#include "hello_ockam/any_transport.hpp"
#include "hello_ockam/echoer.hpp"
#include "hello_ockam/program.hpp"

int main(int argc, char** argv) {
  hello_ockam::program program{"05-any-transport-responder",
                               "Echoes messages that come over any transport"};
  const auto& listen = program.listen_argument("/ip4/127.0.0.1/tcp/4000", "MultiAddr to listen at");

  return program.run(argc, argv, [&](ockam::node& node) {
    // Initialize all transports.
    const hello_ockam::any_transport transports{node};

    // Create an echoer worker.
    node.start_worker("echoer", hello_ockam::echoer{});

    // Listen, and allow access to the echoer for what comes in there.
    const auto entrance = transports.listen(listen);
    node.flow_controls().add_consumer("echoer", entrance.flow_control_id);

    // Don't stop the node, so that messages can come.
    program.serve(entrance.at);
  });
}
