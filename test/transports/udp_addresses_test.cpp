// UDP on a machine with several addresses: all of 127.0.0.0/8 are of this one.

#include "udp_node.hpp"

#include "udp/datagram_socket.hpp"

#include <string>
#include <vector>

#include <asio/io_context.hpp>

namespace ockam::test {
namespace {

using udp::detail::datagram_socket;
using socket_place = udp::detail::endpoint;

bool has_ipv6() {
  asio::io_context loop;
  return datagram_socket{loop.get_executor(), 508}
    .open({asio::ip::address_v6::loopback(), 0})
    .has_value();
}

/// Where a node listens, and at which address it is asked.
struct asked_at {
  std::string bound;
  std::string asked;
};

std::string name_of(const testing::TestParamInfo<asked_at>& info) {
  auto name = info.param.bound + "_at_" + info.param.asked;
  for (auto& each : name)
    if (std::isalnum(static_cast<unsigned char>(each)) == 0)
      each = '_';
  return name;
}

class UdpAddresses : public nodes_test, public testing::WithParamInterface<asked_at> {
protected:
  void SetUp() override {
    if (GetParam().bound.front() == '[' && !has_ipv6())
      GTEST_SKIP() << "there is no IPv6 here";
  }

  /// A binding at all addresses, as its peers write the one that they ask.
  [[nodiscard]] static std::string place_of(const udp::binding& bound) {
    return GetParam().asked + ':' + std::to_string(bound.port());
  }
  [[nodiscard]] static std::string any_port() { return GetParam().asked + ":0"; }

  udp_node asker{start_node()};
  udp_node answerer{start_node()};
};
INSTANTIATE_TEST_SUITE_P(Loopback, UdpAddresses,
                         testing::Values(asked_at{"0.0.0.0", "127.0.0.1"},
                                         asked_at{"0.0.0.0", "127.0.0.2"},
                                         asked_at{"[::]", "127.0.0.1"},
                                         asked_at{"[::]", "127.0.0.2"}, asked_at{"[::]", "[::1]"},
                                         asked_at{"127.0.0.2", "127.0.0.2"}),
                         name_of);

/// An asker that is tied to the address it asks drops what comes from another one.
TEST_P(UdpAddresses, UDP9_UDP8_AnAnswerLeavesFromTheAddressThatWasAsked) {
  const auto bound = answerer.udp.bind(GetParam().bound + ":0");
  answerer.start_echoer(bound);
  const auto tied = asker.udp.bind(GetParam().asked.front() == '[' ? "[::1]:0" : "127.0.0.1:0",
                                   {.peer = place_of(bound)});
  const std::string large(20'000, 'x'); // many datagrams
  EXPECT_EQ(ask(asker.node, {tied, "echoer"}), "Hello Ockam!");
  EXPECT_EQ(asker.node.root().send_and_receive<std::string>({tied, "echoer"}, large,
                                                            {long_timeout}),
            large);
  EXPECT_EQ(asker.dropped(drop_reason::foreign_source), 0u);
}

TEST_P(UdpAddresses, UDP9_ATiedBindingAnswersFromTheAddressThatWasAskedToo) {
  const auto of_asker = asker.udp.bind(any_port());
  const auto bound = answerer.udp.bind(GetParam().bound + ":0",
                                       {.peer = of_asker.socket_address()});
  answerer.start_echoer(bound);
  auto told = asker.node.root().send_and_receive_extended<std::string>(
    {of_asker, udp_address(place_of(bound)), "echoer"}, "x", {long_timeout});
  ASSERT_TRUE(told) << to_string(told.error());
  EXPECT_EQ(told->return_route(), (route{of_asker, udp_address(place_of(bound)), "echoer"}));
}

TEST_P(UdpAddresses, UDP9_PeersThatAskAtDifferentAddressesAreAllAnswered) {
  const auto bound = answerer.udp.bind(GetParam().bound + ":0");
  answerer.start_echoer(bound);
  const auto own = GetParam().asked.front() == '[' ? "[::1]:0" : "127.0.0.1:0";
  const auto first = asker.udp.bind(own, {.peer = place_of(bound)});
  const auto port = ':' + std::to_string(bound.port());
  const auto other = GetParam().bound == GetParam().asked ? place_of(bound) : "127.0.0.3" + port;
  const auto second = asker.udp.bind("127.0.0.1:0", {.peer = other});
  for (int round = 0; round < 3; ++round)
    for (const auto& each : {first, second})
      EXPECT_EQ(ask(asker.node, {each, "echoer"}), "Hello Ockam!");
}

// -- the socket ------------------------------------------------------------------------------------

using offload = datagram_socket::offload;

class PacketInfo : public testing::TestWithParam<offload> {
protected:
  void open_at(const char* host) { ASSERT_TRUE(from.open({asio::ip::make_address(host), 0})); }
  void SetUp() override { ASSERT_TRUE(to.open({asio::ip::address_v4::loopback(), 0})); }

  void add(const char* own, std::size_t size) {
    ASSERT_NE(from.room_for(size), nullptr);
    from.add(size, asio::ip::make_address(own), *from.as_peer(to.local()), true);
  }

  /// From which addresses the next datagrams come.
  std::vector<std::string> sources(std::size_t count) {
    std::vector<datagram_socket::incoming> arrived;
    EXPECT_TRUE(eventually([&] {
      EXPECT_TRUE(to.receive(*pool, arrived));
      return arrived.size() >= count;
    }));
    std::vector<std::string> hosts;
    for (const auto& each : arrived) {
      EXPECT_TRUE(each.at.is_unspecified()) << "a socket with one address tells none";
      hosts.push_back(each.from.address().to_string());
    }
    return hosts;
  }

  asio::io_context loop;
  datagram_socket from{loop.get_executor(), 508, GetParam()};
  datagram_socket to{loop.get_executor(), 508, GetParam()};
  ref_ptr<buffer_pool> pool = make_ref<buffer_pool>(datagram_socket::chunk_size, 16);
};
INSTANTIATE_TEST_SUITE_P(Offload, PacketInfo, testing::Values(offload::off, offload::if_possible),
                         [](const auto& info) {
                           return std::string{info.param == offload::off ? "off" : "on"};
                         });

using hosts = std::vector<std::string>;

TEST_P(PacketInfo, UDP9_DatagramsLeaveFromTheAddressThatIsGiven) {
  open_at("0.0.0.0");
  for (const auto* own : {"127.0.0.5", "127.0.0.5", "127.0.0.6", "0.0.0.0", "127.0.0.5"})
    add(own, 400);
  const auto outcome = from.send();
  EXPECT_FALSE(outcome.first_failure) << outcome.first_failure.message();
  EXPECT_EQ(sources(5), (hosts{"127.0.0.5", "127.0.0.5", "127.0.0.6", "127.0.0.1", "127.0.0.5"}));
}

TEST_P(PacketInfo, UDP9_AnIPv6SocketSendsFromIPv4AddressesToo) {
  if (!has_ipv6())
    GTEST_SKIP() << "there is no IPv6 here";
  open_at("::");
  add("127.0.0.5", 400);
  add("127.0.0.5", 400);
  EXPECT_FALSE(from.send().first_failure);
  EXPECT_EQ(sources(2), (hosts{"127.0.0.5", "127.0.0.5"}));
}

/// 192.0.2.0/24 is for documentation: no machine has it.
TEST_P(PacketInfo, UDP9_WhenTheAddressIsGoneTheSystemChooses) {
  open_at("0.0.0.0");
  for (const auto* own : {"127.0.0.5", "192.0.2.1", "192.0.2.1", "127.0.0.6"})
    add(own, 400);
  const auto outcome = from.send();
  EXPECT_FALSE(outcome.first_failure) << outcome.first_failure.message();
  EXPECT_EQ(outcome.messages_lost, 0u);
  EXPECT_EQ(sources(4), (hosts{"127.0.0.5", "127.0.0.1", "127.0.0.1", "127.0.0.6"}));
}

TEST_P(PacketInfo, UDP9_ASocketAtAllAddressesTellsWhichOneWasAsked) {
  open_at("0.0.0.0");
  datagram_socket asked{loop.get_executor(), 508, GetParam()};
  ASSERT_TRUE(asked.open({asio::ip::address_v4::any(), 0}));
  for (const auto* host : {"127.0.0.7", "127.0.0.7", "127.0.0.8"}) {
    ASSERT_NE(from.room_for(400), nullptr);
    from.add(400, {}, {asio::ip::make_address(host), asked.local().port()}, true);
  }
  EXPECT_FALSE(from.send().first_failure);
  std::vector<datagram_socket::incoming> arrived;
  EXPECT_TRUE(eventually([&] {
    EXPECT_TRUE(asked.receive(*pool, arrived));
    return arrived.size() >= 3;
  }));
  hosts told;
  for (const auto& each : arrived)
    told.push_back(each.at.to_string());
  EXPECT_EQ(told, (hosts{"127.0.0.7", "127.0.0.7", "127.0.0.8"}));
}

} // namespace
} // namespace ockam::test
