#include "raw_websocket.hpp"
#include "websocket_nodes.hpp"

#include "transports/attempts.hpp"

#include "ockam/actors/workers.hpp"
#include "ockam/protocol/codec.hpp"

#include <optional>

namespace ockam::test {
namespace {

/// A client whose server is a plain socket. What it does as all transports do is in `WithoutPeer`.
class WebSocketReconnect : public nodes_test {
protected:
  connection connect(websocket::keepalive_options keepalive = {}) {
    a.websocket.async_connect(
      server.address(),
      {.reconnect = reconnect_policy{.first = 10ms, .longest = 50ms, .keep_for = long_timeout},
       .keepalive = keepalive,
       .observer = events.observer()},
      [](const auto&) {});
    first.emplace(raw_websocket::accept_from(server));
    EXPECT_TRUE(events.wait_for(connection_state::connected));
    return a.websocket.connections().at(0);
  }
  void lose_first() {
    first->bytes().close();
    const auto lost = events.wait_for(connection_state::reconnecting);
    EXPECT_TRUE(lost && lost->cause);
  }

  websocket_node a{start_node()};
  const connection_journal events;
  const raw_listener server;
  std::optional<raw_websocket> first;
};

TEST_F(WebSocketReconnect, DEC12_WhatWaitsLeavesWhenTheServerHasAgreed) {
  const auto c = connect();
  lose_first();
  ASSERT_TRUE(a.node.root().send({c, "echoer"}, "still here"));
  for (int i = 0; i < 3; ++i) { // accepts, and closes as soon as it can
    auto dying = server.accept();
    EXPECT_EQ(read_head(dying).substr(0, 4), "GET ");
    EXPECT_TRUE(dying.is_silent(20ms));
    dying.close();
  }
  EXPECT_EQ(events.count(connection_state::connected), 1u);
  const auto second = raw_websocket::accept_from(server);
  EXPECT_EQ(second.read().opcode, binary) << "the message was not lost";
  EXPECT_EQ(events.count(connection_state::connected), 2u);
  EXPECT_EQ(events.count(connection_state::reconnecting), 1u);
  EXPECT_TRUE(c.is_open());
}

TEST_F(WebSocketReconnect, DEC12_AServerThatAgreesAndClosesIsAskedLessAndLessOften) {
  // 20, 40, 80, 160, 320, 640 ms apart, with 20 % less at most, and the one before
  EXPECT_LE(attempts_within(1'000ms, a.websocket,
                            [](const raw_peer& peer) { agree_to_upgrade(peer); }),
            1 + 6);
}

TEST_F(WebSocketReconnect, DEC12_HalfAMessageOfTheLastWebSocketIsForgotten) {
  const auto c = connect();
  a.node.start_worker("echoer", echoer{});
  a.flow_controls().add_consumer("echoer", c.flow_control_id());
  const auto request = encode_bare_message(
    message{route{"echoer"}, route{"app"}, encode_payload(std::string{"x"}).value()});
  first->write({.payload = {request.begin(), request.begin() + 5}, .fin = false});
  lose_first();
  const auto second = raw_websocket::accept_from(server);
  second.write({.payload = request});
  EXPECT_EQ(second.read().opcode, binary);
}

TEST_F(WebSocketReconnect, DEC12_WS7_ASilentServerIsConnectedToAgain) {
  static_cast<void>(connect({.idle = 50ms, .answer = 50ms}));
  EXPECT_EQ(first->read().opcode, ping);
  const auto lost = events.wait_for(connection_state::reconnecting);
  ASSERT_TRUE(lost && lost->cause);
  EXPECT_EQ(*lost->cause, errc::timeout);
  const auto second = raw_websocket::accept_from(server);
  EXPECT_EQ(second.read().opcode, ping);
}

TEST_F(WebSocketReconnect, DEC12_NOD6_TheNodeStopsDuringAnAttempt) {
  static_cast<void>(connect());
  lose_first();
  const auto silent = server.accept();
  EXPECT_EQ(read_head(silent).substr(0, 4), "GET ");
  a.node.stop();
  EXPECT_TRUE(silent.is_closed());
  EXPECT_TRUE(events.wait_for(connection_state::closed));
}

} // namespace
} // namespace ockam::test
