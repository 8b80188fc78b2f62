#include "temporary_directory.hpp"
#include "test_nodes.hpp"

#include "ockam/transports/config.hpp"

#include <caf/config_value.hpp>
#include <caf/settings.hpp>

#include <sstream>

namespace ockam::test {
namespace {

using configuration = config_mixin<caf::actor_system_config>;

/// What a file and a command line give; nothing when CAF refuses them.
std::unique_ptr<configuration> parsed(const std::string& file,
                                      std::vector<std::string> arguments = {}) {
  auto made = std::make_unique<configuration>();
  std::istringstream text{file};
  if (made->parse(std::move(arguments), text))
    return nullptr;
  return made;
}

TEST(Config, WithoutTheGroupEverythingIsAsInTheStructs) {
  const auto config = parsed("");
  ASSERT_TRUE(config);
  EXPECT_EQ(node_options_from(*config).max_local_steps, node_options{}.max_local_steps);
  const auto tcp = tcp::transport_options_from(*config);
  EXPECT_EQ(tcp.connect.limits.max_frame_size, connection_limits{}.max_frame_size);
  EXPECT_EQ(tcp.listen.max_connections, tcp::listen_options{}.max_connections);
  EXPECT_EQ(tcp.io_threads, 1u);
}

TEST(Config, AFileAndACommandLineSetOptionsOfNodesAndConnections) {
  const auto config = parsed("ockam {\n"
                             "  max-local-steps = 100\n"
                             "  implicit-connections = true\n"
                             "  connect-timeout = 250ms\n"
                             "  keepalive-idle = 1min\n"
                             "}\n",
                             {"--ockam.max-pending-bytes=5000", "--ockam.max-connections=7",
                              "--ockam.poll-before-sleeping=30us"});
  ASSERT_TRUE(config);
  const auto node = node_options_from(*config);
  EXPECT_EQ(node.max_local_steps, 100u);
  EXPECT_TRUE(node.implicit_connections);
  const auto tcp = tcp::transport_options_from(*config);
  EXPECT_EQ(tcp.connect.connect_timeout, 250ms);
  EXPECT_EQ(tcp.connect.limits.max_pending_bytes, 5'000u);
  EXPECT_EQ(tcp.listen.limits.max_pending_bytes, 5'000u);
  EXPECT_EQ(tcp.listen.keepalive.idle, 60s);
  EXPECT_EQ(tcp.listen.max_connections, 7u);
  EXPECT_EQ(tcp.poll_before_sleeping, 30us);
}

TEST(Config, ANameThatSeveralTransportsHaveIsForAllOfThem) {
  const auto config = parsed("", {"--ockam.max-frame-size=1000", "--ockam.io-threads=3",
                                  "--ockam.connect-timeout=1s", "--ockam.max-connections=7",
                                  "--ockam.poll-before-sleeping=30us"});
  ASSERT_TRUE(config);
  const auto uds = uds::transport_options_from(*config);
  EXPECT_EQ(uds.connect.limits.max_frame_size, 1'000u);
  EXPECT_EQ(uds.listen.limits.max_frame_size, 1'000u);
  EXPECT_EQ(uds.connect.connect_timeout, 1s);
  EXPECT_EQ(uds.listen.max_connections, 7u);
  EXPECT_EQ(uds.io_threads, 3u);
  EXPECT_EQ(uds.poll_before_sleeping, 30us);
  const auto udp = udp::transport_options_from(*config);
  EXPECT_EQ(udp.bind.limits.max_frame_size, 1'000u);
  EXPECT_EQ(udp.io_threads, 3u);
}

TEST(Config, UdpHasOptionsOfItsOwn) {
  const auto config = parsed("ockam { datagram-size = 1400, peer-timeout = 1s, max-peers = 5 }",
                             {"--ockam.max-reassembly-bytes=10000", "--ockam.reassembly-timeout=1s",
                              "--ockam.reassembly-bytes=5000", "--ockam.max-amplification=0",
                              "--ockam.resolve-timeout=2s"});
  ASSERT_TRUE(config);
  const auto udp = udp::transport_options_from(*config);
  EXPECT_EQ(udp.bind.datagram_size, 1'400u);
  EXPECT_EQ(udp.bind.peer_timeout, 1s);
  EXPECT_EQ(udp.bind.max_peers, 5u);
  EXPECT_EQ(udp.bind.max_amplification, 0u);
  EXPECT_EQ(udp.bind.resolve_timeout, 2s);
  EXPECT_EQ(udp.bind.reassembly.timeout, 1s);
  EXPECT_EQ(udp.bind.reassembly.max_bytes, 5'000u);
  EXPECT_EQ(udp.max_reassembly_bytes, 10'000u);
}

TEST(Config, CafRefusesAnUnknownOptionAndAValueOfAnotherType) {
  EXPECT_FALSE(parsed("", {"--ockam.no-such-option=1"}));
  EXPECT_FALSE(parsed("", {"--ockam.max-pending-bytes=many"}));
}

TEST(Config, ANumberOutOfRangeIsNamed) {
  const auto config = parsed("", {"--ockam.max-frame-size=-1"});
  ASSERT_TRUE(config);
  try {
    static_cast<void>(tcp::transport_options_from(*config));
    ADD_FAILURE() << "-1 bytes were accepted";
  } catch (const failure& refused) {
    EXPECT_EQ(refused.error(), errc::invalid_value);
    EXPECT_NE(std::string{refused.what()}.find("ockam.max-frame-size is -1"), std::string::npos)
      << refused.what();
  }
}

TEST(Config, WhatCafShowsHasEveryOption) {
  const auto config = parsed("", {"--ockam.credit-messages=3"});
  ASSERT_TRUE(config);
  const auto shown = config->dump_content();
  const auto number = [&](const char* name) {
    const auto found = caf::get_if<caf::config_value::integer>(&shown, name);
    return found ? *found : -1;
  };
  EXPECT_EQ(number("ockam.credit-messages"), 3);
  EXPECT_EQ(number("ockam.max-frame-size"), 16 << 20);
  EXPECT_EQ(number("ockam.max-local-steps"), 65'536);
  const auto timeout = caf::get_if<caf::timespan>(&shown, "ockam.connect-timeout");
  ASSERT_TRUE(timeout);
  EXPECT_EQ(*timeout, caf::timespan{5s});
}

udp::binding udp_tied_with_defaults(node& on) {
  auto udp = udp::transport::create(on);
  auto options = udp.default_bind_options();
  options.peer = "127.0.0.1:1"; // nobody
  return udp.bind("127.0.0.1:0", std::move(options));
}

TEST(Config, NodesAndTransportsMadeWithoutOptionsTakeThem) {
  const auto config = parsed("", {"--ockam.max-frame-size=1000", "--ockam.max-endpoint-queue=2"});
  ASSERT_TRUE(config);
  caf::actor_system system{*config};
  node a{system};
  node b{system};
  auto tcp_of_a = tcp::transport::create(a);
  auto tcp_of_b = tcp::transport::create(b);
  const auto c = tcp_of_a.connect(tcp_of_b.listen("127.0.0.1:0").socket_address());
  const temporary_directory directory;
  auto uds_of_a = uds::transport::create(a);
  const auto d
    = uds_of_a.connect(uds_of_a.listen((directory / "socket").string()).socket_address());
  const auto e = udp_tied_with_defaults(a);
  for (const address& way : {c.sender_address(), d.sender_address(), e.sender_address()}) {
    const auto large = a.root().send({way, "nobody"}, std::string(2'000, 'x'));
    ASSERT_FALSE(large);
    EXPECT_EQ(large.error(), errc::message_too_large);
  }
  EXPECT_TRUE(a.root().send("app", "1"));
  EXPECT_TRUE(a.root().send("app", "2"));
  EXPECT_EQ(a.root().send("app", "3").error(), errc::resource_exhausted);
}

TEST(Config, TwoConnectionsMadeWithDefaultsHaveTwoFlowControlIds) {
  caf::actor_system_config config;
  caf::actor_system system{config};
  node a{system};
  auto tcp = tcp::transport::create(a);
  EXPECT_NE(tcp.default_connect_options().flow_control_id,
            tcp.default_connect_options().flow_control_id);
  EXPECT_NE(tcp.listen("127.0.0.1:0").flow_control_id(),
            tcp.listen("127.0.0.1:0").flow_control_id());
}

} // namespace
} // namespace ockam::test
