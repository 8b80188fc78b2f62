#include "raw_peer.hpp"
#include "test_nodes.hpp"

#include "ockam/actors/workers.hpp"
#include "ockam/protocol/codec.hpp"
#include "ockam/protocol/wire/frame.hpp"

#include <thread>

namespace ockam::test {
namespace {

constexpr std::string_view version = "01";

bytes operator+(bytes left, const bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

/// A node whose peers are plain sockets: every byte is looked at.
class TcpWire : public nodes_test {
protected:
  tcp_node node{start_node()};
  connection_journal events;
  tcp::listener listener = node.listen({.observer = events.observer()});
  const bytes hello = wire_vector("tcp-stream-hello");
  const bytes hello_frame{hello.begin() + 1, hello.end()};
  const bytes reply = wire_vector("tcp-stream-reply");
  const bytes reply_frame{reply.begin() + 1, reply.end()};

  TcpWire() {
    node.node.start_worker("echoer", echoer{});
    node.flow_controls().add_consumer("echoer", listener.flow_control_id());
  }

  raw_peer connect() const { return raw_peer::connect_to(listener.port()); }

  /// A client that has got its reply: the connection works.
  void expect_answered(const raw_peer& peer, const bytes& request, const bytes& answer) {
    peer.write(request);
    EXPECT_EQ(to_hex(peer.read(answer.size())), to_hex(answer));
  }

  /// The node closes on these bytes, without an answer, and says why.
  void expect_closed(const bytes& data, std::string_view why) {
    const auto peer = connect();
    peer.write(data);
    EXPECT_EQ(to_hex(peer.read(2)), version) << "nothing but the version byte is answered";
    EXPECT_TRUE(peer.is_closed());
    EXPECT_NE(events.cause().find(why), std::string::npos) << events.cause();
    EXPECT_TRUE(logged({"warning", why, "127.0.0.1:" + std::to_string(peer.local_port())}));
    EXPECT_TRUE(eventually([&] { return node.tcp.connections().empty(); }));
  }
};

// -- the version byte ------------------------------------------------------------------------------

TEST_F(TcpWire, TCP20_TheVersionByteIsSentAtOnceByTheAcceptingSide) {
  const auto peer = connect();
  EXPECT_EQ(to_hex(peer.read(1)), version);
  EXPECT_TRUE(peer.is_silent(20ms));
}

TEST_F(TcpWire, TCP20_TCP18_TheVersionByteIsSentAtOnceByTheConnectingSide) {
  const raw_listener elsewhere;
  const auto made = node.tcp.connect(elsewhere.address()); // the peer has not even accepted
  const auto peer = elsewhere.accept();
  EXPECT_EQ(to_hex(peer.read(1)), version);
  EXPECT_TRUE(peer.is_silent(20ms));
  EXPECT_TRUE(made.is_open());
}

TEST_F(TcpWire, TCP20_APeerWithoutAVersionByteIsClosedAfterTheHandshakeTimeout) {
  connection_journal seen;
  const auto impatient
    = node.listen({.limits = {.handshake_timeout = 50ms}, .observer = seen.observer()});
  const auto peer = raw_peer::connect_to(impatient.port());
  EXPECT_TRUE(peer.is_closed());
  EXPECT_NE(seen.cause().find("handshake-timeout"), std::string::npos) << seen.cause();
  EXPECT_TRUE(logged({"warning", "handshake-timeout"}));
}

TEST_F(TcpWire, TCP20_TheVersionByteAloneEndsTheHandshake) {
  const auto impatient = node.listen({.limits = {.handshake_timeout = 50ms}});
  const auto peer = raw_peer::connect_to(impatient.port());
  peer.write(from_hex(version));
  EXPECT_EQ(to_hex(peer.read(1)), version);
  EXPECT_TRUE(peer.is_silent(250ms));
}

TEST_F(TcpWire, TCP21_AWrongVersionByteClosesTheConnection) {
  for (const auto* each :
       {"bad-tcp-header-0", "bad-tcp-header-2", "bad-tcp-header-http", "bad-tcp-stream-old-peer"})
    expect_closed(wire_vector(each), "unsupported_protocol_version");
}

// -- frames ----------------------------------------------------------------------------------------

TEST_F(TcpWire, TCP22_TCP26_WhatIsSentIsByteForByteWhatThePeersSend) {
  const raw_listener elsewhere;
  const auto made = node.tcp.connect(elsewhere.address());
  const auto peer = elsewhere.accept();
  node.node.send({made, "echoer"}, "Hello Ockam!");
  EXPECT_EQ(to_hex(peer.read(hello.size())), to_hex(hello));
}

TEST_F(TcpWire, TCP22_TCP27_TCP28_AReplyIsByteForByteWhatThePeersReply) {
  const auto peer = connect();
  expect_answered(peer, hello, reply);
  expect_answered(peer, hello_frame, reply_frame);
}

TEST_F(TcpWire, TCP22_AStreamMayComeByteByByte) {
  const auto peer = connect();
  for (const auto each : hello)
    peer.write({&each, 1});
  EXPECT_EQ(to_hex(peer.read(reply.size())), to_hex(reply));
}

TEST_F(TcpWire, TCP22_AStreamMayBeSplitAnywhere) {
  for (std::size_t split = 1; split < hello.size(); ++split) {
    const auto peer = connect();
    const bytes_view all{hello};
    peer.write(all.first(split));
    EXPECT_EQ(to_hex(peer.read(1)), version); // the node has read, most likely
    peer.write(all.subspan(split));
    EXPECT_EQ(to_hex(peer.read(reply_frame.size())), to_hex(reply_frame)) << "split at " << split;
  }
}

TEST_F(TcpWire, TCP22_SeveralFramesMayComeAtOnceAndWithoutATracingContext) {
  const auto peer = connect();
  expect_answered(peer, wire_vector("tcp-stream-two-frames"), reply + reply_frame);
}

TEST_F(TcpWire, TCP23_AFrameAboveTheLimitClosesBeforeItsBodyComes) {
  expect_closed(from_hex(version) + wire_vector("bad-tcp-frame-too-large"), "frame_too_large");
}

TEST_F(TcpWire, TCP23_AHugeLengthCostsNothingAndCloses) {
  expect_closed(from_hex(version) + wire_vector("bad-tcp-frame-huge"), "frame_too_large");
}

TEST_F(TcpWire, TCP23_AFrameOfTheLimitIsWaitedFor) {
  const auto peer = connect();
  peer.write(from_hex(version) + wire_vector("tcp-frame-length-limit"));
  EXPECT_EQ(to_hex(peer.read(1)), version);
  EXPECT_TRUE(peer.is_silent(50ms));
}

TEST_F(TcpWire, TCP24_AnUndecodableFrameClosesTheConnection) {
  expect_closed(from_hex("01 00000001 ff"), "type_mismatch");
}

TEST_F(TcpWire, TCP24_AMessageBeforeAnUndecodableFrameIsStillAnswered) {
  const auto peer = connect();
  expect_answered(peer, hello, reply);
  peer.write(from_hex("00000001 ff"));
  EXPECT_TRUE(peer.is_closed());
}

TEST_F(TcpWire, TCP24_LMS12_AMessageAboveTheLimitsIsDroppedAndTheConnectionStays) {
  route back;
  for (int i = 0; i < 1'025; ++i)
    back.prepend("h");
  const auto long_route = encode_message(message{route{"echoer"}, back, shared_bytes{}});
  const auto long_address = encode_message(
    message{route{address{transport_type::local, std::string(1'025, 'a')}}, route{}, {}});
  const auto peer = connect();
  peer.write(from_hex(version));
  for (const auto* each : {&long_route, &long_address}) {
    bytes frame(4);
    put_frame_header(frame.data(), each->size());
    peer.write(frame + *each);
  }
  expect_answered(peer, hello_frame, reply);
  EXPECT_EQ(node.dropped(drop_reason::route_too_long), 2u);
  EXPECT_TRUE(logged({"warning", "max-route-hops", "1025"}));
}

TEST_F(TcpWire, TCP24_AnEmptyFrameIsIgnored) {
  const auto peer = connect();
  expect_answered(peer, from_hex("01 00000000 00000000") + hello_frame, reply);
}

TEST_F(TcpWire, TCP25_ERR8_AHeartbeatIsIgnored) {
  const auto peer = connect();
  expect_answered(peer, from_hex(version) + wire_vector("tcp-frame-heartbeat") + hello_frame,
                  reply);
  EXPECT_EQ(node.dropped(drop_reason::heartbeat), 1u);
}

TEST_F(TcpWire, ERR8_AMessageThatEndsAtTheConnectionIsSentAsAHeartbeat) {
  const raw_listener elsewhere;
  const auto made = node.tcp.connect(elsewhere.address());
  const auto peer = elsewhere.accept();
  EXPECT_TRUE(node.node.root().send(made, "to no worker"));
  const auto expected = encode_message(
    message{route{}, route{"app"}, encode_payload(std::string{"to no worker"}).value()});
  bytes frame(4);
  put_frame_header(frame.data(), static_cast<std::uint32_t>(expected.size()));
  EXPECT_EQ(to_hex(peer.read(1 + 4 + expected.size())),
            to_hex(from_hex(version) + frame + expected));
}

TEST_F(TcpWire, TCP29_LMS9_LocalInfoStaysInTheNode) {
  const raw_listener elsewhere;
  const auto made = node.tcp.connect(elsewhere.address());
  const auto peer = elsewhere.accept();
  ASSERT_TRUE(node.node.root().send_with_local_info(route{made, "echoer"}, "Hello Ockam!",
                                                    {{"secret", from_hex("0102")}}));
  EXPECT_EQ(to_hex(peer.read(hello.size())), to_hex(hello));
}

// -- how a stream ends -----------------------------------------------------------------------------

TEST_F(TcpWire, TCP39_AHalfClosedPeerCountsAsClosed) {
  const auto peer = connect();
  expect_answered(peer, hello, reply);
  peer.shut_down_writing();
  EXPECT_TRUE(peer.is_closed());
  EXPECT_NE(events.cause().find("closed_by_peer"), std::string::npos) << events.cause();
}

TEST_F(TcpWire, TCP37_AStreamThatEndsInAFrameIsReportedAsTruncated) {
  for (const auto* each : {"bad-tcp-frame-eof-in-header", "bad-tcp-frame-eof-in-body"}) {
    connection_journal seen;
    const auto place = node.listen({.observer = seen.observer()});
    const auto peer = raw_peer::connect_to(place.port());
    peer.write(from_hex(version) + wire_vector(each));
    peer.shut_down_writing();
    EXPECT_TRUE(peer.is_closed());
    EXPECT_NE(seen.cause().find("truncated"), std::string::npos) << seen.cause();
  }
}

TEST_F(TcpWire, TCP37_DEC16_DEC19_AResetIsReportedWithItsSystemError) {
  auto peer = connect();
  expect_answered(peer, hello, reply);
  peer.close_at_once();
  const auto closed = events.wait_for(connection_state::closed);
  ASSERT_TRUE(closed && closed->cause);
  EXPECT_EQ(closed->cause->code(), std::errc::connection_reset);
  EXPECT_EQ(closed->cause->origin(), error_origin::transport);
  EXPECT_TRUE(eventually([&] { return node.tcp.connections().empty(); }));
}

// -- deadlines -------------------------------------------------------------------------------------

TEST_F(TcpWire, TCP37_AFrameThatDoesNotEndIsClosedAfterTheFrameTimeout) {
  connection_journal seen;
  const auto impatient
    = node.listen({.limits = {.frame_timeout = 50ms}, .observer = seen.observer()});
  const auto peer = raw_peer::connect_to(impatient.port());
  peer.write(from_hex("01 00000020 8381"));
  EXPECT_TRUE(peer.is_closed());
  EXPECT_NE(seen.cause().find("frame-timeout"), std::string::npos) << seen.cause();
}

TEST_F(TcpWire, TCP37_BetweenFramesThereIsNoFrameTimeout) {
  const auto impatient = node.listen({.limits = {.frame_timeout = 50ms}});
  node.flow_controls().add_consumer("echoer", impatient.flow_control_id());
  const auto peer = raw_peer::connect_to(impatient.port());
  expect_answered(peer, hello, reply);
  EXPECT_TRUE(peer.is_silent(250ms));
  expect_answered(peer, hello_frame, reply_frame);
}

TEST_F(TcpWire, ORD5_APauseOfOursIsNotTimeThePeerTakesForItsFrame) {
  auto slow = node.node.detached("slow");
  connection_journal seen;
  const auto place = node.listen(
    {.limits = {.max_unhandled_messages = 1, .frame_timeout = 300ms}, .observer = seen.observer()});
  node.flow_controls().add_consumer("slow", place.flow_control_id());
  const auto to_slow = encode_message(
    message{route{"slow"}, route{"app"}, encode_payload(std::string{"x"}).value()});
  bytes frame(4);
  put_frame_header(frame.data(), static_cast<std::uint32_t>(to_slow.size()));
  frame = frame + to_slow;
  const auto peer = raw_peer::connect_to(place.port());
  const bytes begun{frame.begin(), frame.begin() + 7};
  peer.write(from_hex(version) + frame + frame + begun); // pauses at the second one
  EXPECT_EQ(to_hex(peer.read(1)), version);
  EXPECT_TRUE(peer.is_silent(500ms)); // longer than the time-out: no worker has received anything
  EXPECT_TRUE(slow.receive<std::string>({long_timeout}));
  EXPECT_TRUE(slow.receive<std::string>({long_timeout}));
  EXPECT_TRUE(peer.is_silent(150ms)) << seen.cause();
  peer.write(bytes_view{frame}.subspan(begun.size()));
  EXPECT_TRUE(slow.receive<std::string>({long_timeout}));
}

TEST_F(TcpWire, ORD5_APauseOfOursIsNoSilenceOfThePeer) {
  auto slow = node.node.detached("slow");
  connection_journal seen;
  const auto place = node.listen(
    {.limits = {.max_unhandled_messages = 1, .idle_timeout = 300ms}, .observer = seen.observer()});
  node.flow_controls().add_consumer("slow", place.flow_control_id());
  const auto to_slow = encode_message(
    message{route{"slow"}, route{"app"}, encode_payload(std::string{"x"}).value()});
  bytes frame(4);
  put_frame_header(frame.data(), static_cast<std::uint32_t>(to_slow.size()));
  frame = frame + to_slow;
  const auto peer = raw_peer::connect_to(place.port());
  peer.write(from_hex(version) + frame + frame); // pauses at the second one
  EXPECT_EQ(to_hex(peer.read(1)), version);
  EXPECT_TRUE(peer.is_silent(700ms)) << seen.cause(); // longer than the time-out
  EXPECT_TRUE(slow.receive<std::string>({long_timeout}));
  EXPECT_TRUE(slow.receive<std::string>({long_timeout}));
  EXPECT_TRUE(peer.is_closed()) << "now it is idle";
  EXPECT_NE(seen.cause().find("idle-timeout"), std::string::npos) << seen.cause();
}

TEST_F(TcpWire, TCP37_AnIdlePeerIsClosedAfterTheIdleTimeoutIfThereIsOne) {
  connection_journal seen;
  const auto impatient
    = node.listen({.limits = {.idle_timeout = 100ms}, .observer = seen.observer()});
  const auto peer = raw_peer::connect_to(impatient.port());
  peer.write(from_hex(version));
  EXPECT_TRUE(peer.is_closed());
  EXPECT_NE(seen.cause().find("idle-timeout"), std::string::npos) << seen.cause();
}

TEST_F(TcpWire, TCP37_WhatIsWrittenKeepsAConnectionFromBeingIdle) {
  connection_journal seen;
  const auto place = node.listen({.limits = {.idle_timeout = 1s}, .observer = seen.observer()});
  const auto peer = raw_peer::connect_to(place.port());
  peer.write(from_hex(version));
  EXPECT_EQ(to_hex(peer.read(1)), version);
  ASSERT_TRUE(eventually([&] { return !node.tcp.connections().empty(); }));
  const auto c = node.tcp.connections().front();
  for (int i = 0; i < 5; ++i) { // together longer than the time-out
    ASSERT_TRUE(node.node.root().send({c, "x"}, "x"));
    const auto head = peer.read(frame_header_size);
    ASSERT_EQ(head.size(), frame_header_size) << seen.cause();
    ASSERT_EQ(peer.read(head.back()).size(), head.back());
    EXPECT_TRUE(peer.is_silent(300ms)) << seen.cause();
  }
}

} // namespace
} // namespace ockam::test
