#include "raw_websocket.hpp"
#include "websocket_nodes.hpp"

#include "ockam/actors/workers.hpp"
#include "ockam/protocol/codec.hpp"

#include <atomic>
#include <future>
#include <thread>

namespace ockam::test {
namespace {

using WebSocketPause = nodes_test;

TEST_F(WebSocketPause, TCP37_TimeInWhichWeDoNotRunIsNotHeldAgainstThePeer) {
  constexpr auto limit = 1s;
  websocket_node node{start_node()};
  std::promise<void> over;
  std::atomic<int> connected{0};
  const connection_journal events;
  const auto place = node.listen(
    {.keepalive = {.idle = limit, .answer = limit},
     .limits = {.frame_timeout = limit, .idle_timeout = limit},
     .observer = [&, told = events.observer()](const connection_event& event) {
       told(event);
       if (event.state != connection_state::connected || ++connected != 2)
         return;
       std::this_thread::sleep_for(2 * limit); // the I/O thread does nothing else meanwhile
       over.set_value();
     }});
  node.node.start_worker("echoer", echoer{});
  node.flow_controls().add_consumer("echoer", place.flow_control_id());
  const auto request = encode_bare_message(
    message{route{"echoer"}, route{"app"}, encode_payload(std::string{"x"}).value()});
  const auto half = request.begin() + 5;

  const auto peer = raw_websocket::connect_to(port_of(place));
  auto data = masked(binary, request).encode();
  const auto begun = masked(binary, {request.begin(), half}, false).encode();
  data.insert(data.end(), begun.begin(), begun.end());
  peer.bytes().write(data);
  EXPECT_EQ(peer.read().opcode, binary);
  const auto other = raw_websocket::connect_to(port_of(place));
  over.get_future().get();
  EXPECT_TRUE(peer.bytes().is_silent(200ms)) << events.cause();
  peer.write(masked(continuation, {half, request.end()}));
  EXPECT_EQ(peer.read().opcode, binary) << events.cause();
}

} // namespace
} // namespace ockam::test
