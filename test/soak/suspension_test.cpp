#include "process.hpp"

#include "transports/raw_peer.hpp"
#include "transports/test_nodes.hpp"

#include <csignal>
#include <thread>

namespace ockam::test {
namespace {

TEST(Suspension, TCP37_AProcessThatWasStoppedDoesNotHoldItAgainstItsPeers) {
  process responder{"04-routing-over-transport-responder", {"127.0.0.1:0"}};
  const auto address = responder.wait_until_listening();
  const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(address.find(':') + 1)));
  const auto peer = raw_peer::connect_to(port);
  ASSERT_EQ(to_hex(peer.read(1)), "01");
  responder.send_signal(SIGSTOP);
  std::this_thread::sleep_for(tcp::listen_options{}.connection.limits.handshake_timeout
                              + 1s); // the pause
  responder.send_signal(SIGCONT);
  EXPECT_TRUE(peer.is_silent(200ms)) << "the node looks at its deadlines every 50 ms";
  peer.write(wire_vector("tcp-stream-hello"));
  const auto reply = wire_vector("tcp-stream-reply");
  EXPECT_EQ(to_hex(peer.read(reply.size() - 1)), to_hex({reply.begin() + 1, reply.end()}));
}

} // namespace
} // namespace ockam::test
