#include "error_of.hpp"
#include "raw_websocket.hpp"
#include "websocket_nodes.hpp"

#include "ockam/actors/workers.hpp"
#include "ockam/protocol/codec.hpp"

#include <thread>

namespace ockam::test {
namespace {

/// What a node answers to the message of the vectors.
bytes reply_body() {
  return from_hex("01"
                  "01 00 03 617070"
                  "01 00 06 6563686f6572"
                  "0d 0c 48656c6c6f204f636b616d21"
                  "01 02 7b7d");
}

bytes close_payload(std::uint16_t code) {
  return {static_cast<std::uint8_t>(code >> 8), static_cast<std::uint8_t>(code)};
}

/// A node whose peers are plain sockets: every byte is looked at.
class WebSocketWire : public nodes_test {
protected:
  websocket_node node{start_node()};
  connection_journal events;
  ockam::listener place = listen();
  const bytes from_server = wire_vector("ws-frame-server");
  const bytes from_client = wire_vector("ws-frame-client");
  const bytes hello{from_server.begin() + 2, from_server.end()}; // the message

  WebSocketWire() {
    node.node.start_worker("echoer", echoer{});
    reach_echoer_from(place);
  }

  ockam::listener listen(websocket::listen_options options = {}) {
    options.observer = events.observer();
    return node.listen(std::move(options));
  }
  void reach_echoer_from(const ockam::listener& place) {
    node.flow_controls().add_consumer("echoer", place.flow_control_id());
  }
  raw_websocket connect() const { return raw_websocket::connect_to(port_of(place)); }

  /// The peer says something that works.
  void expect_answered(const raw_websocket& peer) {
    peer.bytes().write(from_client);
    const auto answer = peer.read();
    EXPECT_EQ(answer.opcode, binary);
    EXPECT_EQ(to_hex(answer.payload), to_hex(reply_body()));
  }

  /// The node closes with this code on these bytes, and says why.
  void expect_closed(const bytes& data, std::uint16_t code, std::string_view why) {
    expect_closed(connect(), data, code, why);
  }
  void expect_closed(const raw_websocket& peer, const bytes& data, std::uint16_t code,
                     std::string_view why) {
    peer.bytes().write(data);
    EXPECT_EQ(peer.read().close_code(), code);
    EXPECT_NE(events.cause().find(why), std::string::npos) << events.cause();
    EXPECT_TRUE(logged({"warning", why, "127.0.0.1:" + std::to_string(peer.bytes().local_port())}));
    EXPECT_TRUE(eventually([&] { return node.websocket.connections().empty(); }));
  }
};

// -- messages --------------------------------------------------------------------------------------

TEST_F(WebSocketWire, WS1_WhatAServerSendsIsByteForByteTheVector) {
  const auto peer = connect();
  node.node.send({node.accepted(), "echoer"}, "Hello Ockam!");
  EXPECT_EQ(to_hex(peer.bytes().read(from_server.size())), to_hex(from_server));
}

TEST_F(WebSocketWire, WS1_WhatAClientSendsIsTheVectorWithAnotherMask) {
  const raw_listener elsewhere;
  node.websocket.async_connect(elsewhere.address(), {}, [](const auto&) {});
  const auto peer = raw_websocket::accept_from(elsewhere);
  EXPECT_TRUE(eventually([&] { return !node.websocket.connections().empty(); }));
  const auto c = node.websocket.connections().front();
  node.node.send({c, "echoer"}, "Hello Ockam!");
  node.node.send({c, "echoer"}, "Hello Ockam!");
  const auto first = peer.read();
  const auto second = peer.read();
  EXPECT_EQ(first.opcode, binary);
  EXPECT_TRUE(first.fin);
  EXPECT_EQ(to_hex(first.payload), to_hex(hello));
  ASSERT_TRUE(first.mask && second.mask);
  EXPECT_NE(*first.mask, *second.mask);
}

TEST_F(WebSocketWire, WS1_WS2_AReplyIsByteForByteWhatThePeersReply) {
  const auto peer = connect();
  for (int i = 0; i < 2; ++i) {
    peer.bytes().write(from_client);
    const ws_frame reply{.payload = reply_body()};
    EXPECT_EQ(to_hex(peer.bytes().read(reply.encode().size())), to_hex(reply.encode()));
  }
}

TEST_F(WebSocketWire, WS1_AFrameMayComeByteByByte) {
  const auto peer = connect();
  for (const auto each : from_client)
    peer.bytes().write({&each, 1});
  EXPECT_EQ(to_hex(peer.read().payload), to_hex(reply_body()));
}

TEST_F(WebSocketWire, WS1_ManyFramesMayComeAtOnceAndBehindTheRequest) {
  const auto peer = raw_peer::connect_to(port_of(place));
  const auto request = upgrade_request();
  bytes all{request.begin(), request.end()};
  constexpr int frames = 3'000; // more than any buffer holds
  for (int i = 0; i < frames; ++i)
    all.insert(all.end(), from_client.begin(), from_client.end());
  peer.write(all);
  EXPECT_TRUE(read_head(peer).starts_with("HTTP/1.1 101 "));
  const auto reply = to_hex(ws_frame{.payload = reply_body()}.encode());
  for (int i = 0; i < frames; ++i)
    ASSERT_EQ(to_hex(peer.read(reply.size() / 2)), reply) << i;
}

TEST_F(WebSocketWire, WS1_AMessageMayComeInFragmentsWithAPingInBetween) {
  const auto peer = connect();
  peer.write(masked(binary, {hello.begin(), hello.begin() + 5}, false));
  peer.write(masked(ping, from_hex("0102")));
  peer.write(masked(continuation, {}, false));
  EXPECT_EQ(to_hex(peer.read().payload), "0102");
  peer.write(masked(continuation, {hello.begin() + 5, hello.end()}));
  EXPECT_EQ(to_hex(peer.read().payload), to_hex(reply_body()));
}

TEST_F(WebSocketWire, WS3_WhatIsNoMessageIsCountedAndTheConnectionStays) {
  const auto peer = connect();
  peer.write(masked(binary, from_hex("01ff")));
  expect_answered(peer);
  EXPECT_EQ(node.node.metrics().dropped_for(drop_reason::undecodable), 1u);
  EXPECT_TRUE(logged({"warning", "ignored", "truncated"}));
}

TEST_F(WebSocketWire, WS3_AnEmptyMessageMeansNothing) {
  const auto peer = connect();
  peer.write(masked(binary, {}));
  expect_answered(peer);
  EXPECT_EQ(node.node.metrics().total_dropped(), 0u);
}

TEST_F(WebSocketWire, WS4_TextIsRefused) {
  expect_closed(masked(text, from_hex("41")).encode(), 1003, "sends text");
}

TEST_F(WebSocketWire, WS4_TextThatIsNotUtf8IsRefused) {
  expect_closed(masked(text, from_hex("ff")).encode(), 1007, "WebSocket frame");
}

// -- limits and rules ------------------------------------------------------------------------------

TEST_F(WebSocketWire, WS5_AMessageAboveTheLimitIsRefusedBeforeItIsThere) {
  place = listen({.limits = {.max_frame_size = 1'000}});
  reach_echoer_from(place);
  auto large = masked(binary, bytes(1'001)).encode();
  large.resize(8); // the head alone
  expect_closed(large, 1009, "frame_too_large");
}

TEST_F(WebSocketWire, WS5_FragmentsAboveTheLimitAreRefused) {
  place = listen({.limits = {.max_frame_size = 1'000}});
  auto fragments = masked(binary, bytes(600), false).encode();
  const auto second = masked(continuation, bytes(600)).encode();
  fragments.insert(fragments.end(), second.begin(), second.end());
  expect_closed(fragments, 1009, "frame_too_large");
}

TEST_F(WebSocketWire, WS5_AMessageForWhichThereIsNoMemoryEndsItsConnection) {
  websocket_node scarce{start_node({.max_buffer_bytes = 1u << 20})};
  const auto peer
    = raw_websocket::connect_to(port_of(scarce.listen({.observer = events.observer()})));
  peer.write(masked(binary, bytes(4u << 20)));
  EXPECT_EQ(peer.read().close_code(), 1013);
  EXPECT_NE(events.cause().find("max-buffer-bytes"), std::string::npos) << events.cause();
}

TEST_F(WebSocketWire, WS6_AClientHasToMask) {
  expect_closed(from_server, 1002, "WebSocket frame");
}

TEST_F(WebSocketWire, WS6_AServerMustNotMask) {
  const raw_listener elsewhere;
  node.websocket.async_connect(elsewhere.address(), {.observer = events.observer()},
                               [](const auto&) {});
  const auto peer = raw_websocket::accept_from(elsewhere);
  peer.bytes().write(from_client);
  EXPECT_EQ(peer.read().close_code(), 1002);
  EXPECT_NE(events.cause().find("WebSocket frame"), std::string::npos) << events.cause();
}

TEST_F(WebSocketWire, WS6_OtherViolationsOfTheProtocolCloseTheConnection) {
  auto compressed = from_client;
  compressed[0] |= 0x40;
  expect_closed(compressed, 1002, "WebSocket frame");
}

TEST_F(WebSocketWire, WS6_AReservedOpcodeClosesTheConnection) {
  expect_closed(masked(0x3, {}).encode(), 1002, "WebSocket frame");
}

TEST_F(WebSocketWire, WS6_AMessageThatIsNotFinishedInTimeClosesTheConnection) {
  place = listen({.limits = {.frame_timeout = 50ms}});
  expect_closed(masked(binary, from_hex("01"), false).encode(), 1008, "frame-timeout");
}

TEST_F(WebSocketWire, WS6_WhatComesOfAMessageAfterItsTimeIsIgnored) {
  place = listen({.limits = {.frame_timeout = 50ms}});
  const auto peer = connect();
  const auto whole = masked(binary, bytes(300'000)).encode();
  expect_closed(peer, {whole.begin(), whole.begin() + 100'000}, 1008, "frame-timeout");
  peer.bytes().write({whole.data() + 100'000, whole.size() - 100'000});
  peer.write(masked(close, close_payload(1008)));
  EXPECT_TRUE(peer.bytes().is_closed());
}

TEST_F(WebSocketWire, WS6_AnIdleConnectionIsClosedWhenThatIsAskedFor) {
  place = listen({.limits = {.idle_timeout = 50ms}});
  expect_closed({}, 1008, "idle-timeout");
}

TEST_F(WebSocketWire, WS6_APeerThatTakesNothingIsGivenUp) {
  place = listen({.limits = {.write_timeout = 100ms}});
  const auto peer = connect();
  const auto c = node.accepted();
  while (node.node.root().send({c, "reader"}, std::string(1'000'000, 'x')))
    continue; // until the buffers of the system and of the connection are full
  EXPECT_NE(events.cause().find("write-timeout"), std::string::npos) << events.cause();
  EXPECT_TRUE(peer.bytes().is_closed());
}

// -- signs of life ---------------------------------------------------------------------------------

TEST_F(WebSocketWire, WS7_APingIsAnswered) {
  const auto peer = connect();
  peer.write(masked(ping, from_hex("010203")));
  const auto answer = peer.read();
  EXPECT_EQ(answer.opcode, pong);
  EXPECT_EQ(to_hex(answer.payload), "010203");
}

TEST_F(WebSocketWire, WS7_ASilentPeerIsPingedAndGivenUp) {
  place = listen({.keepalive = {.idle = 50ms, .answer = 100ms}});
  const auto peer = connect();
  EXPECT_EQ(peer.read().opcode, ping);
  EXPECT_TRUE(peer.bytes().is_closed());
  EXPECT_NE(events.cause().find("keepalive"), std::string::npos) << events.cause();
}

TEST_F(WebSocketWire, WS7_APeerThatAnswersPingsStays) {
  place = listen({.keepalive = {.idle = 50ms, .answer = 2'000ms}});
  reach_echoer_from(place);
  const auto peer = connect();
  for (int i = 0; i < 5; ++i) {
    const auto asked = peer.read();
    EXPECT_EQ(asked.opcode, ping);
    peer.write(masked(pong, asked.payload));
  }
  EXPECT_EQ(events.count(connection_state::closed), 0u);
}

TEST_F(WebSocketWire, WS7_ORD5_AConnectionThatDoesNotReadShowsThatItLives) {
  place = listen(
    {.keepalive = {.idle = 50ms, .answer = 100ms}, .limits = {.max_unhandled_messages = 1}});
  auto reader = node.node.detached("reader"); // takes nothing until it is asked
  node.flow_controls().add_consumer("reader", place.flow_control_id());
  const auto peer = connect();
  const auto body = encode_bare_message(
    message{route{"reader"}, route{"app"}, encode_payload(std::string{"x"}).value()});
  peer.write(masked(binary, body));
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(peer.read().opcode, pong);
  EXPECT_TRUE(reader.receive<std::string>({long_timeout}));
  EXPECT_EQ(peer.read().opcode, ping)
    << "it reads again, and pings peers that were silent meanwhile";
}

// -- the end ---------------------------------------------------------------------------------------

TEST_F(WebSocketWire, WS8_DisconnectIsAnOrderlyClose) {
  const auto peer = connect();
  ASSERT_TRUE(node.accepted().try_close());
  EXPECT_EQ(peer.read().close_code(), 1000);
  EXPECT_EQ(events.cause(), "closed");
  peer.write(masked(close, close_payload(1000)));
  EXPECT_TRUE(peer.bytes().is_closed());
}

TEST_F(WebSocketWire, WS8_ANodeThatStopsGoesAway) {
  const auto peer = connect();
  static_cast<void>(node.accepted());
  node.node.stop();
  EXPECT_EQ(peer.read().close_code(), 1001);
  EXPECT_TRUE(peer.bytes().is_closed());
}

TEST_F(WebSocketWire, WS8_APeersCloseIsAnswered) {
  const auto peer = connect();
  static_cast<void>(node.accepted());
  peer.write(masked(close, close_payload(1000)));
  EXPECT_EQ(peer.read().close_code(), 1000);
  EXPECT_TRUE(peer.bytes().is_closed());
  EXPECT_EQ(events.cause().substr(0, 14), "closed_by_peer");
}

TEST_F(WebSocketWire, WS8_WhatThePeerGivesAsItsReasonIsPartOfTheCause) {
  const auto peer = connect();
  auto payload = close_payload(4'000);
  payload.insert(payload.end(), {'n', 'o', '\n'});
  peer.write(masked(close, payload));
  EXPECT_NE(events.cause().find("4000, no\\x0a"), std::string::npos) << events.cause();
}

TEST_F(WebSocketWire, WS8_APeerThatDoesNotAnswerACloseIsNotWaitedForLong) {
  place = listen({.limits = {.write_timeout = 100ms}});
  const auto peer = connect();
  ASSERT_TRUE(node.accepted().try_close());
  EXPECT_EQ(peer.read().close_code(), 1000);
  EXPECT_TRUE(peer.bytes().is_closed());
}

TEST_F(WebSocketWire, WS8_TCP37_APeerThatVanishesIsNoticed) {
  auto peer = connect();
  static_cast<void>(node.accepted());
  peer.bytes().close_at_once();
  EXPECT_NE(events.cause(), "open");
  EXPECT_TRUE(eventually([&] { return node.websocket.connections().empty(); }));
}

// -- HTTP ------------------------------------------------------------------------------------------

TEST_F(WebSocketWire, WS9_ARequestThatIsNoUpgradeIsTold) {
  const auto peer = raw_peer::connect_to(port_of(place));
  write_text(peer, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  const auto answer = read_head(peer);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 426 Upgrade Required\r\n")) << answer;
  EXPECT_NE(answer.find("Upgrade: websocket\r\n"), std::string::npos) << answer;
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos) << answer;
  EXPECT_TRUE(peer.is_closed());
  EXPECT_TRUE(node.websocket.connections().empty());
}

TEST_F(WebSocketWire, WS9_AnotherVersionOfWebSocketIsTold) {
  const auto peer = raw_peer::connect_to(port_of(place));
  auto request = upgrade_request();
  request.replace(request.find("Version: 13"), 11, "Version: 8");
  write_text(peer, request);
  const auto answer = read_head(peer);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 426 ")) << answer;
  EXPECT_NE(answer.find("Sec-WebSocket-Version: 13\r\n"), std::string::npos) << answer;
  EXPECT_TRUE(peer.is_closed());
}

TEST_F(WebSocketWire, WS9_GarbageIsABadRequest) {
  const auto peer = raw_peer::connect_to(port_of(place));
  write_text(peer, "\x01\x02 is not HTTP\r\n\r\n");
  EXPECT_TRUE(read_head(peer).starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(peer.is_closed());
}

TEST_F(WebSocketWire, WS9_ARequestThatIsTooLongIsRefused) {
  const auto peer = raw_peer::connect_to(port_of(place));
  write_text(peer, upgrade_request("/", "Cookie: " + std::string(10'000, 'x') + "\r\n"));
  EXPECT_TRUE(read_head(peer).starts_with("HTTP/1.1 431 "));
  EXPECT_TRUE(peer.is_closed());
}

TEST_F(WebSocketWire, WS9_AnyPathIsAcceptedOrOne) {
  static_cast<void>(raw_websocket::connect_to(port_of(place), "/any?query"));
  const auto choosy = node.websocket.listen("ws://127.0.0.1:0/ockam");
  EXPECT_EQ(choosy.socket_address(),
            "ws://127.0.0.1:" + std::to_string(port_of(choosy)) + "/ockam");
  static_cast<void>(raw_websocket::connect_to(port_of(choosy), "/ockam?query"));
  const auto peer = raw_peer::connect_to(port_of(choosy));
  write_text(peer, upgrade_request("/other"));
  EXPECT_TRUE(read_head(peer).starts_with("HTTP/1.1 404 "));
  EXPECT_TRUE(peer.is_closed());
}

TEST_F(WebSocketWire, WS9_ATargetMayBeAWholeUrl) {
  const auto choosy = node.websocket.listen("ws://127.0.0.1:0/ockam");
  const auto any = node.websocket.listen("ws://127.0.0.1:0");
  const auto answer_to = [](const ockam::listener& at, const std::string& target) {
    const auto peer = raw_peer::connect_to(port_of(at));
    write_text(peer, upgrade_request(target)); // whose field Host says 127.0.0.1
    const auto answer = read_head(peer).substr(0, 13);
    return answer.starts_with("HTTP/1.1 ") ? answer.substr(9, 3) : answer;
  };
  for (const auto* target :
       {"http://127.0.0.1/ockam", "http://127.0.0.1:4000/ockam?query", "https://example.com/ockam",
        "ws://[::1]:80/ockam", "wss://example.com/ockam", "HTTP://Example.COM/ockam"})
    EXPECT_EQ(answer_to(choosy, target), "101") << target;
  for (const auto* target : {"http://127.0.0.1/other", "http://127.0.0.1",
                             "http://127.0.0.1?/ockam", "http://127.0.0.1/ockam/", "http://ockam/"})
    EXPECT_EQ(answer_to(choosy, target), "404") << target;
  for (const auto* target : {"http://127.0.0.1", "http://127.0.0.1/any", "http://127.0.0.1?query"})
    EXPECT_EQ(answer_to(any, target), "101") << target;
  for (const auto* target : {"ftp://127.0.0.1/ockam", "http:///ockam", "http://", "ockam", "*",
                             "http:/ockam", "127.0.0.1:80", "http://user@127.0.0.1/ockam"}) {
    EXPECT_EQ(answer_to(choosy, target), "400") << target;
    EXPECT_EQ(answer_to(any, target), "400") << target;
  }
}

TEST_F(WebSocketWire, WS9_PagesInBrowsersConnectOnlyFromOriginsThatAreAllowed) {
  const auto answer_to = [](const ockam::listener& at, const std::string& origin) {
    const auto peer = raw_peer::connect_to(port_of(at));
    write_text(peer, upgrade_request("/", "Origin: " + origin + "\r\n"));
    return read_head(peer).substr(0, 13);
  };
  EXPECT_EQ(answer_to(place, "https://example.com"), "HTTP/1.1 403 ");
  const auto choosy = listen({.allowed_origins = {"https://example.com"}});
  EXPECT_EQ(answer_to(choosy, "https://example.com"), "HTTP/1.1 101 ");
  EXPECT_EQ(answer_to(choosy, "https://example.com.evil.net"), "HTTP/1.1 403 ");
  EXPECT_EQ(answer_to(choosy, "null"), "HTTP/1.1 403 ");
  static_cast<void>(raw_websocket::connect_to(port_of(choosy))); // a node
  EXPECT_EQ(answer_to(listen({.allowed_origins = {"*"}}), "null"), "HTTP/1.1 101 ");
}

TEST_F(WebSocketWire, WS10_ASlowRequestIsNotWaitedFor) {
  place = listen({.limits = {.handshake_timeout = 50ms}});
  for (const std::string begun : {"", "GET / HTTP/1.1\r\nHost"}) {
    const auto peer = raw_peer::connect_to(port_of(place));
    write_text(peer, begun);
    EXPECT_TRUE(peer.is_closed());
  }
  EXPECT_TRUE(logged({"info", "handshake-timeout"}));
}

TEST_F(WebSocketWire, WS10_SocketsThatNeverAskCountAsConnectionsUntilTheyAreClosed) {
  place = listen({.max_connections = 2, .limits = {.handshake_timeout = 300ms}});
  reach_echoer_from(place);
  const auto first = raw_peer::connect_to(port_of(place));
  const auto second = raw_peer::connect_to(port_of(place));
  EXPECT_TRUE(logged({"warning", "max-connections"}));
  expect_answered(connect()); // as soon as the others have been given up
  EXPECT_TRUE(first.is_closed());
  EXPECT_TRUE(second.is_closed());
}

// -- clients ---------------------------------------------------------------------------------------

/// A server that answers every request with the same text.
class plain_server {
public:
  explicit plain_server(std::string answer)
    : thread_{[this, answer = std::move(answer)] {
        const auto peer = listener_.accept();
        read_head(peer);
        write_text(peer, answer);
        static_cast<void>(peer.is_closed());
      }} {}
  ~plain_server() { thread_.join(); }
  [[nodiscard]] std::string address() const { return listener_.address(); }

private:
  const raw_listener listener_;
  std::thread thread_;
};

TEST_F(WebSocketWire, WS10_AServerThatDeclinesIsQuoted) {
  const plain_server server{"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"};
  const auto made = node.websocket.try_connect("ws://" + server.address() + "/nowhere");
  ASSERT_FALSE(made);
  EXPECT_EQ(error_of(made), errc::closed_by_peer);
  EXPECT_NE(to_string(error_of(made)).find("404 Not Found"), std::string::npos)
    << to_string(made.error());
}

TEST_F(WebSocketWire, WS10_AServerThatIsNoneIsAnError) {
  const plain_server server{"SSH-2.0-OpenSSH_9.2\r\n\r\n"};
  EXPECT_FALSE(node.websocket.try_connect(server.address()));
}

TEST_F(WebSocketWire, WS10_AServerThatDoesNotKnowTheKeyIsAnError) {
  const plain_server server{
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"};
  EXPECT_FALSE(node.websocket.try_connect(server.address()));
}

TEST_F(WebSocketWire, WS10_TCP14_AServerThatSaysNothingIsNotWaitedFor) {
  const raw_listener silent;
  const auto made = node.websocket.try_connect(silent.address(), {.connect_timeout = 100ms});
  ASSERT_FALSE(made);
  EXPECT_EQ(error_of(made).code(), std::errc::timed_out);
  EXPECT_NE(to_string(error_of(made)).find("connect-timeout"), std::string::npos);
}

TEST_F(WebSocketWire, WS13_PathAndHostAreWhatTheOptionsSay) {
  const raw_listener elsewhere;
  node.websocket.async_connect("ws://" + elsewhere.address() + "/a/b?c=d",
                               {.host = "ockam.example"}, [](const auto&) {});
  const auto peer = raw_websocket::accept_from(elsewhere);
  const auto& request = peer.request();
  EXPECT_TRUE(request.starts_with("GET /a/b?c=d HTTP/1.1\r\n")) << request;
  EXPECT_NE(request.find("\r\nHost: ockam.example\r\n"), std::string::npos) << request;
  EXPECT_EQ(request.find("Sec-WebSocket-Extensions"), std::string::npos) << "no compression";
}

TEST_F(WebSocketWire, WS13_AHostThatWouldAddFieldsIsRefused) {
  EXPECT_EQ(error_of(node.websocket.try_connect("ws://127.0.0.1:1/", {.host = "x\r\nCookie: y"})),
            errc::invalid_value);
}

TEST_F(WebSocketWire, WS13_NamesAreResolved) {
  const auto c = node.websocket.connect("ws://localhost:" + std::to_string(port_of(place)));
  EXPECT_EQ(ask(node.node, {c, "echoer"}), "Hello Ockam!");
}

TEST_F(WebSocketWire, WS14_AnAddressOfTypeThreeIsResolved) {
  const address remote{transport_type::websocket, "127.0.0.1:" + std::to_string(port_of(place))};
  const auto way = node.node.root().resolve_transport_route({remote, "echoer"});
  ASSERT_TRUE(way) << to_string(way.error());
  EXPECT_EQ(ask(node.node, *way), "Hello Ockam!");
}

TEST_F(WebSocketWire, WS10_ANodeThatStopsWhileItConnectsGivesUp) {
  const raw_listener silent;
  journal outcome;
  node.websocket.async_connect(silent.address(), {.connect_timeout = 10s},
                               [outcome](const result<connection>& made) {
                                 outcome.write(made ? "connected" : to_string(made.error()));
                               });
  const auto peer = silent.accept(); // the request is under way
  node.node.stop();
  ASSERT_EQ(outcome.size(), 1u);
  EXPECT_EQ(outcome.entries().front().substr(0, 13), "shutting_down");
}

} // namespace
} // namespace ockam::test
