// How messages become fragments and whole again, with sockets and without a node.

#include "datagram_peer.hpp"

#include "actors/test_node.hpp"
#include "protocol/cut.hpp"
#include "udp/destination.hpp"
#include "udp/endpoints.hpp"
#include "udp/fragment_reader.hpp"
#include "udp/fragment_writer.hpp"

#include "ockam/protocol/codec.hpp"
#include "ockam/transports/engine/outbox.hpp"

#include <map>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

namespace ockam::udp::detail {
namespace {

using namespace std::chrono_literals;
using test::datagram_peer;

endpoint place_of(const datagram_peer& peer) {
  return {asio::ip::address_v4::loopback(), peer.port()};
}

bytes encoded(const route& to, const std::string& body) {
  return encode_message(message{to, route{"app"}, shared_bytes{as_bytes(body)}});
}

std::string body_of(const message& content) {
  const auto body = content.payload().view();
  return {body.begin(), body.end()};
}

/// No two fragments of it are equal.
std::string text_of(std::size_t size) {
  std::string text;
  while (text.size() < size)
    text += std::to_string(text.size()) + ' ';
  text.resize(size);
  return text;
}

// -- writer ----------------------------------------------------------------------------------------

/// A writer, the outbox that it empties, and a peer. The next number is the last before they wrap.
class FragmentWriter : public testing::Test {
protected:
  FragmentWriter() { EXPECT_TRUE(socket.open({asio::ip::address_v4::loopback(), 0})); }

  void push(const std::string& body, ref_ptr<destination> to) {
    message content{route{"binding", "2#peer:1", "worker"}, route{"app"},
                    shared_bytes{as_bytes(body)}};
    EXPECT_TRUE(output.push(content, nullptr, std::move(to)));
  }
  void push(const std::string& body, const endpoint& to) {
    push(body, make_ref<destination>(asio::ip::address{}, to));
  }

  /// Writes what was pushed and reads what comes to `peer`: all bytes but those of `elsewhere`.
  /// @returns the messages that the system refused
  std::size_t write(const bytes& elsewhere = {}) {
    std::size_t refused = 0;
    EXPECT_TRUE(output.next_batch(batch));
    while (!batch.empty()) {
      const auto moved = writer.fill(batch);
      const auto sent = socket.send();
      EXPECT_FALSE(sent.blocked);
      refused += sent.messages_lost;
      output.written(moved);
      read(moved - elsewhere.size());
      ++fills;
    }
    return refused;
  }

  void read(std::size_t count) {
    while (count > 0) {
      auto received = peer.receive(test::long_timeout);
      ASSERT_TRUE(received);
      const auto fragment = decode_datagram(shared_bytes{std::move(received->data)});
      ASSERT_TRUE(fragment);
      auto& message = arrived[fragment->number.value()];
      const auto content = fragment->part.view();
      message.insert(message.end(), content.begin(), content.end());
      count -= content.size();
    }
  }

  asio::io_context loop;
  datagram_socket socket{loop.get_executor(), default_datagram_size};
  connection_limits limits{.max_pending_bytes = 1u << 20};
  sdk::outbox output{limits, sdk::udp_format, nullptr};
  sdk::write_batch batch;
  fragment_writer writer{socket, datagram_format::b, default_datagram_size, routing_number{65'535}};
  datagram_peer peer;
  std::map<std::uint16_t, bytes> arrived; // the fragments of each message, as they came
  int fills = 0;
};

TEST_F(FragmentWriter, UDP4_UDP5_TheFragmentsOfAMessageHaveItsNumberAndNumbersWrap) {
  const auto large = text_of(2'000);
  push(large, place_of(peer));
  push("small", place_of(peer));
  EXPECT_EQ(write(), 0u);
  EXPECT_EQ(arrived, (std::map<std::uint16_t, bytes>{{65'535, encoded({"worker"}, large)},
                                                     {0, encoded({"worker"}, "small")}}));
}

TEST_F(FragmentWriter, UDP4_AMessageThatFillsTheSocketGoesOnWhereItStopped) {
  const auto large = text_of(200'000);
  push(large, place_of(peer));
  EXPECT_EQ(write(), 0u);
  EXPECT_GT(fills, 1);
  EXPECT_EQ(arrived[65'535], encoded({"worker"}, large));
}

TEST_F(FragmentWriter, UDP9_EachMessageGoesToItsOwnPeer) {
  const datagram_peer other;
  push("first", place_of(peer));
  push("second", place_of(other));
  push("third", place_of(peer));
  EXPECT_EQ(write(encoded({"worker"}, "second")), 0u);
  EXPECT_TRUE(arrived.contains(65'535));
  EXPECT_FALSE(arrived.contains(0));
  EXPECT_TRUE(arrived.contains(1));
  EXPECT_TRUE(other.receive(test::long_timeout));
}

TEST_F(FragmentWriter, UDP2_WithAPeerAllMessagesGoThere) {
  writer.set_peer(place_of(peer));
  push("x", nullptr);
  EXPECT_EQ(write(), 0u);
  EXPECT_EQ(arrived[65'535], encoded({"2#peer:1", "worker"}, "x"));
}

TEST_F(FragmentWriter, UDP6_AMessageThatTheSystemRefusesIsLostAlone) {
  push("first", place_of(peer));
  push("lost", {asio::ip::address_v4::loopback(), 0});
  push("third", place_of(peer));
  EXPECT_EQ(write(encoded({"worker"}, "lost")), 1u);
  EXPECT_EQ(socket.send().messages_lost, 0u) << "it is told once";
  EXPECT_EQ(arrived.size(), 2u);
}

// -- reader ----------------------------------------------------------------------------------------

/// A reader, which knows one peer at a time, and peers that send to it.
class FragmentReader : public testing::Test {
protected:
  using outcome = fragment_reader::outcome;

  FragmentReader() {
    EXPECT_TRUE(socket.open({asio::ip::address_v4::any(), 0}));
    read_from({});
  }

  static std::vector<bytes> datagrams_of(const bytes& content, std::uint16_t number) {
    return test::cut(content, {datagram_format::b, routing_number{number}, content.size()});
  }
  static std::vector<bytes> datagrams_of(const std::string& body, std::uint16_t number) {
    return datagrams_of(encoded({"worker"}, body), number);
  }

  /// What becomes of a datagram that `from` sends.
  outcome take(const datagram_peer& from, const bytes& datagram) {
    from.send(datagram, socket.local().port());
    EXPECT_TRUE(test::eventually([&] {
      EXPECT_TRUE(reader->receive());
      return reader->has_datagrams();
    }));
    auto taken = reader->take_next(now);
    EXPECT_FALSE(reader->has_datagrams());
    return taken;
  }

  void read_from(std::optional<endpoint> tied_to) {
    reader.emplace(socket, peers, options, std::move(tied_to));
    reader->set_pool(make_ref<buffer_pool>(datagram_socket::chunk_size, 16));
  }

  asio::io_context loop;
  datagram_socket socket{loop.get_executor(), default_datagram_size};
  const bind_options options{.max_peers = 1};
  peer_table peers{options, nullptr};
  std::optional<fragment_reader> reader;
  const datagram_peer peer;
  const datagram_peer other;
  fragment_reader::clock::time_point now{1h};
};

/// Whether the datagram belongs to a message that waits for more.
bool waits(const fragment_reader::outcome& taken) {
  return !taken.whole && !taken.dropped && !taken.undecodable;
}

TEST_F(FragmentReader, UDP6_UDP7_TheLastFragmentHandsTheMessageOut) {
  const auto body = text_of(1'200);
  const auto fragments = datagrams_of(body, 7);
  ASSERT_EQ(fragments.size(), 3u);
  EXPECT_TRUE(waits(take(peer, fragments[2])));
  EXPECT_TRUE(waits(take(peer, fragments[0])));
  const auto last = take(peer, fragments[1]);
  ASSERT_TRUE(last.whole);
  EXPECT_EQ(last.size, encoded({"worker"}, body).size());
  EXPECT_EQ(body_of(*last.whole), body);
  EXPECT_EQ(last.whole->onward_route(), route{"worker"});
  EXPECT_EQ(last.whole->return_route(), (route{address_of(place_of(peer)), "app"}));
}

TEST_F(FragmentReader, UDP7_UDP9_TheMessageOfATiedBindingKeepsItsReturnRoute) {
  read_from(place_of(peer));
  const auto taken = take(peer, datagrams_of("x", 7).front());
  ASSERT_TRUE(taken.whole);
  EXPECT_EQ(taken.whole->return_route(), route{"app"});
  EXPECT_EQ(reader->asked_at(), asio::ip::address{asio::ip::address_v4::loopback()});
}

TEST_F(FragmentReader, UDP8_AStrangerIsNamedAndLeavesNoTrace) {
  read_from(place_of(peer));
  const auto taken = take(other, datagrams_of("x", 7).front());
  EXPECT_FALSE(taken.whole);
  EXPECT_EQ(taken.dropped, drop_reason::foreign_source);
  EXPECT_EQ(taken.stranger, place_of(other));
  EXPECT_EQ(peers.size(), 0u);
  EXPECT_TRUE(reader->asked_at().is_unspecified());
}

TEST_F(FragmentReader, UDP6_AFragmentThatComesAgainIsADuplicate) {
  const auto fragments = datagrams_of(text_of(600), 7);
  EXPECT_TRUE(waits(take(peer, fragments[0])));
  EXPECT_EQ(take(peer, fragments[0]).dropped, drop_reason::duplicate);
  EXPECT_TRUE(take(peer, fragments[1]).whole);
  EXPECT_EQ(take(peer, fragments[1]).dropped, drop_reason::duplicate);
}

TEST_F(FragmentReader, UDP4_WhatIsNoDatagramIsToldWithTheReason) {
  EXPECT_TRUE(take(peer, {0xff, 0xff}).undecodable);
  EXPECT_EQ(peers.size(), 0u);
}

TEST_F(FragmentReader, UDP6_WhatIsNoMessageIsToldWithTheReason) {
  const auto taken = take(peer, datagrams_of(bytes{0xff, 0xff}, 7).front());
  EXPECT_TRUE(taken.undecodable);
  EXPECT_FALSE(taken.whole);
}

TEST_F(FragmentReader, UDP6_UnfinishedMessagesOfAForgottenPeerAreCounted) {
  EXPECT_TRUE(waits(take(peer, datagrams_of(text_of(600), 7)[0])));
  const auto taken = take(other, datagrams_of("x", 7).front());
  EXPECT_TRUE(taken.whole);
  EXPECT_EQ(taken.given_up, 1u);
}

} // namespace
} // namespace ockam::udp::detail
