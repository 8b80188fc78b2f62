#include "datagram_peer.hpp"
#include "slow_names.hpp"
#include "udp_node.hpp"

#include "protocol/cut.hpp"

#include "ockam/protocol/codec.hpp"
#include "ockam/protocol/wire/frame.hpp"

#include <future>
#include <thread>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>

namespace ockam::test {
namespace {

/// Transports whose only I/O thread can be kept from running, as a stopped process is.
class Paused : public nodes_test {
protected:
  void TearDown() override {
    nodes_test::TearDown();
    work_.reset();
    thread_.join();
  }

  /// The thread does not run for twice the limit that the tests set, and then goes on.
  void pause() {
    std::promise<void> over;
    asio::post(loop, [&] {
      std::this_thread::sleep_for(2 * limit);
      over.set_value();
    });
    over.get_future().get();
  }

  static bytes encoded(const route& to) {
    return encode_message(message{to, route{"app"}, encode_payload(std::string(600, 'x')).value()});
  }

  static constexpr auto limit = 1s;
  static constexpr auto several_ticks = 200ms;
  asio::io_context loop;

private:
  asio::executor_work_guard<asio::io_context::executor_type> work_{loop.get_executor()};
  std::thread thread_{[this] { loop.run(); }};
};

/// A peer over TCP that has sent a message and half of the next one.
class PausedInAFrame : public Paused {
protected:
  PausedInAFrame() {
    node.flow_controls().add_consumer("reader", place.flow_control_id());
    const auto body = encoded({"reader"});
    frame.resize(frame_header_size);
    put_frame_header(frame.data(), body.size());
    frame.insert(frame.end(), body.begin(), body.end());
    peer.write(from_hex("01"));
    peer.write(frame);
    peer.write(bytes_view{frame}.first(half));
    EXPECT_TRUE(reader.receive<std::string>({long_timeout}));
    EXPECT_EQ(to_hex(peer.read(1)), "01");
  }

  static constexpr std::size_t half = 300;
  tcp_node node{start_node(), {.io_context = &loop}};
  const connection_journal events;
  const tcp::listener place = node.listen(
    {.limits = {.frame_timeout = limit, .idle_timeout = limit}, .observer = events.observer()});
  endpoint reader = node.node.detached("reader");
  const raw_peer peer = raw_peer::connect_to(place.port());
  bytes frame;
};

TEST_F(PausedInAFrame, TCP37_TimeInWhichWeDoNotRunIsNotHeldAgainstThePeer) {
  pause();
  EXPECT_TRUE(peer.is_silent(several_ticks)) << events.cause();
  peer.write(bytes_view{frame}.subspan(half));
  EXPECT_TRUE(reader.receive<std::string>({long_timeout})) << events.cause();
}

TEST_F(PausedInAFrame, TCP37_AfterwardsThePeerHasTheRestOfItsTimeAndNoMore) {
  pause();
  EXPECT_TRUE(peer.is_silent(several_ticks)) << events.cause();
  EXPECT_TRUE(peer.is_closed());
  EXPECT_NE(events.cause().find("frame-timeout"), std::string::npos) << events.cause();
}

TEST_F(Paused, TCP20_TheVersionByteMayComeAfterAPause) {
  tcp_node node{start_node(), {.io_context = &loop}};
  const connection_journal events;
  const auto place
    = node.listen({.limits = {.handshake_timeout = limit}, .observer = events.observer()});
  const auto peer = raw_peer::connect_to(place.port());
  EXPECT_EQ(to_hex(peer.read(1)), "01");
  pause();
  EXPECT_TRUE(peer.is_silent(several_ticks)) << events.cause();
  peer.write(from_hex("01"));
  EXPECT_TRUE(peer.is_silent(2 * limit)) << events.cause();
}

TEST_F(Paused, TCP14_TCP37_ConnectingHasItsTimeAfterAPause) {
  const slow_names names;
  tcp_node node{start_node(), {.io_context = &loop}};
  const journal book;
  node.tcp.async_connect("slow.test:4000", {.connect_timeout = limit},
                         [=](const result<connection>& made) {
                           book.write(made ? "connected" : made.error().code().message());
                         });
  ASSERT_TRUE(eventually([&] { return names.calls() == 1; }));
  pause();
  names.let_go();
  EXPECT_EQ(book.wait_for(1), lines{"not_found"});
}

TEST_F(Paused, UDP6_PartsMayComeAfterAPause) {
  udp_node node{start_node(), {.io_context = &loop}};
  const datagram_peer peer;
  const auto at = node.bind(
    {.peer_timeout = limit, .reassembly = {.timeout = limit}, .limits = {.idle_timeout = limit}});
  auto reader = node.start_reader(at);
  const auto message = encoded({"reader"});
  const auto whole = cut(message, {datagram_format::b, routing_number{1}, message.size()});
  const auto halves = cut(message, {datagram_format::b, routing_number{2}, message.size()});
  ASSERT_EQ(halves.size(), 2u);
  peer.send(halves[0], at.port());
  for (const auto& part : whole)
    peer.send(part, at.port());
  EXPECT_TRUE(reader.receive<std::string>({long_timeout}));
  pause();
  EXPECT_FALSE(peer.receive(several_ticks));
  EXPECT_EQ(node.dropped(drop_reason::incomplete), 0u);
  EXPECT_TRUE(at.is_open());
  peer.send(halves[1], at.port());
  EXPECT_TRUE(reader.receive<std::string>({long_timeout}));
}

} // namespace
} // namespace ockam::test
