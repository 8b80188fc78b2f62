#include "udp/datagram_socket.hpp"

#include "actors/test_node.hpp"

#include <algorithm>
#include <vector>

#include <asio/io_context.hpp>

namespace ockam::test {
namespace {

using udp::detail::datagram_socket;
using udp::detail::endpoint;

/// With and without the help of the kernel for many datagrams at once, on either side.
struct helped {
  datagram_socket::offload sender;
  datagram_socket::offload receiver;
};

class DatagramSocket : public testing::TestWithParam<helped> {
protected:
  void SetUp() override {
    const endpoint any{asio::ip::address_v4::loopback(), 0};
    ASSERT_TRUE(from.open(any));
    ASSERT_TRUE(to.open(any));
  }

  void add(const bytes& datagram) {
    auto* room = from.room_for(datagram.size());
    if (room == nullptr) {
      EXPECT_FALSE(from.send().blocked);
      room = from.room_for(datagram.size());
    }
    std::ranges::copy(datagram, room);
    from.add(datagram.size(), {}, to.local(), true);
  }

  /// Reads until `count` datagrams are here.
  std::vector<bytes> receive(std::size_t count) {
    std::vector<datagram_socket::incoming> arrived;
    EXPECT_TRUE(eventually([&] {
      const auto state = to.receive(*pool, arrived);
      EXPECT_TRUE(state);
      return arrived.size() >= count;
    }));
    std::vector<bytes> content;
    for (const auto& each : arrived) {
      EXPECT_EQ(each.from, from.local());
      content.emplace_back(each.data.view().begin(), each.data.view().end());
    }
    return content;
  }

  asio::io_context loop;
  datagram_socket from{loop.get_executor(), 508, GetParam().sender};
  datagram_socket to{loop.get_executor(), 508, GetParam().receiver};
  ref_ptr<buffer_pool> pool = make_ref<buffer_pool>(datagram_socket::chunk_size, 16);
};
constexpr auto on = datagram_socket::offload::if_possible;
constexpr auto off = datagram_socket::offload::off;
INSTANTIATE_TEST_SUITE_P(Offload, DatagramSocket,
                         testing::Values(helped{on, on}, helped{on, off}, helped{off, on},
                                         helped{off, off}),
                         [](const auto& info) {
                           return std::string{info.param.sender == on ? "on" : "off"}
                                  + (info.param.receiver == on ? "_on" : "_off");
                         });

TEST_P(DatagramSocket, DatagramsKeepTheirSizeAndOrder) {
  std::vector<bytes> sent;
  for (std::size_t i = 0; i < 150; ++i) // runs of equal ones, each ended by a shorter or longer one
    sent.emplace_back(i % 20 == 19 ? 1 + i : 400, static_cast<std::uint8_t>(i));
  for (const auto& each : sent)
    add(each);
  EXPECT_FALSE(from.send().blocked);
  EXPECT_FALSE(from.has_output());
  EXPECT_EQ(receive(sent.size()), sent);
}

TEST_P(DatagramSocket, AnEmptyDatagramIsOneToo) {
  add({});
  add({1});
  EXPECT_FALSE(from.send().first_failure);
  EXPECT_EQ(receive(2), (std::vector<bytes>{{}, {1}}));
}

TEST_P(DatagramSocket, ALargerOneIsSeenToBeTooLarge) {
  add(bytes(508));
  add(bytes(5'000));
  EXPECT_FALSE(from.send().first_failure);
  const auto received = receive(2);
  EXPECT_EQ(received[0].size(), 508u);
  EXPECT_GT(received[1].size(), 508u);
}

TEST_P(DatagramSocket, WhatTheSystemRefusesCostsNothingElse) {
  add({1});
  *from.room_for(1) = 2;
  from.add(1, {}, {asio::ip::address_v4::loopback(), 0}, true); // port 0 is not reachable
  add({3});
  const auto outcome = from.send();
  EXPECT_EQ(outcome.messages_lost, 1u);
  EXPECT_TRUE(outcome.first_failure);
  EXPECT_EQ(receive(2), (std::vector<bytes>{{1}, {3}}));
}

TEST_P(DatagramSocket, WithoutMemoryNothingIsRead) {
  const auto none = make_ref<buffer_pool>(datagram_socket::chunk_size, 1);
  const auto held = none->take();
  std::vector<datagram_socket::incoming> arrived;
  EXPECT_EQ(to.receive(*none, arrived), datagram_socket::receive_state::no_memory);
}

TEST_P(DatagramSocket, WithLittleMemorySegmentBatchesComeInPieces) {
  const auto little = make_ref<buffer_pool>(datagram_socket::chunk_size, 16, nullptr,
                                            make_ref<memory_budget>(1));
  std::vector<datagram_socket::incoming> arrived;
  ASSERT_EQ(to.receive(*little, arrived), datagram_socket::receive_state::nothing_there);
  for (int i = 0; i < 60; ++i)
    add(bytes(500, 7));
  EXPECT_FALSE(from.send().blocked);
  EXPECT_TRUE(eventually([&] {
    arrived.clear(); // or the chunk is in use
    const auto state = to.receive(*little, arrived);
    return state
           && std::ranges::all_of(arrived, [](const auto& each) { return each.data.size() == 500; })
           && !arrived.empty();
  }));
}

} // namespace
} // namespace ockam::test
