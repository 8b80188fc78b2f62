#include "raw_websocket.hpp"
#include "websocket_nodes.hpp"

#include "ockam/actors/echoer.hpp"
#include "ockam/protocol/codec.hpp"

#include <thread>

namespace ockam::test {
namespace {

using WebSocketPause = nodes_test;

TEST_F(WebSocketPause, TCP37_TimeInWhichWeDoNotRunIsNotHeldAgainstThePeer) {
  constexpr auto limit = 1s;
  websocket_node node{start_node()};
  const connection_journal events;
  const auto place = node.listen({.keepalive = {.idle = limit, .answer = limit},
                                  .limits = {.frame_timeout = limit, .idle_timeout = limit},
                                  .observer = events.observer()});
  node.node.start_worker("echoer", echoer{});
  node.node.start_worker("blocks", [=](context& self, const routed<any>& question) {
    std::this_thread::sleep_for(2 * limit); // on the I/O thread, which does nothing else meanwhile
    static_cast<void>(self.send(question.return_route(), "goes on"));
  });
  for (const auto* each : {"echoer", "blocks"})
    node.flow_control().add_consumer(each, place.flow_control_id());
  const auto encoded = [](const address& to) {
    return encode_bare_message(
      message{route{to}, route{"app"}, encode_payload(std::string{"x"}).value()});
  };
  const auto request = encoded("echoer");
  const auto half = request.begin() + 5;

  const auto peer = raw_websocket::connect_to(port_of(place));
  auto data = masked(binary, encoded("blocks")).encode();
  const auto begun = masked(binary, {request.begin(), half}, false).encode();
  data.insert(data.end(), begun.begin(), begun.end());
  peer.bytes().write(data);
  EXPECT_EQ(peer.read().opcode, binary) << "the pause is over";
  EXPECT_TRUE(peer.bytes().is_silent(200ms)) << events.cause();
  peer.write(masked(continuation, {half, request.end()}));
  EXPECT_EQ(peer.read().opcode, binary) << events.cause();
}

} // namespace
} // namespace ockam::test
