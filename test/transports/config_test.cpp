#include "temporary_directory.hpp"
#include "test_nodes.hpp"

#include "error_of.hpp"
#include "node/option_names.hpp"

#include "ockam/transports/config.hpp"

#include <gmock/gmock.h>

#include <caf/config_value.hpp>
#include <caf/settings.hpp>

#include <fstream>
#include <set>
#include <sstream>

namespace ockam::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

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
                              "--ockam.resolve-timeout=2s", "--ockam.unproven-allowance=1",
                              "--ockam.unproven-window=3s", "--ockam.unproven-bytes-per-second=2"});
  ASSERT_TRUE(config);
  const auto udp = udp::transport_options_from(*config);
  EXPECT_EQ(udp.bind.datagram_size, 1'400u);
  EXPECT_EQ(udp.bind.peer_timeout, 1s);
  EXPECT_EQ(udp.bind.max_peers, 5u);
  EXPECT_EQ(udp.bind.max_amplification, 0u);
  EXPECT_EQ(udp.bind.unproven_allowance, 1u);
  EXPECT_EQ(udp.bind.unproven_window, 3s);
  EXPECT_EQ(udp.bind.unproven_bytes_per_second, 2u);
  EXPECT_EQ(udp.bind.resolve_timeout, 2s);
  EXPECT_EQ(udp.bind.reassembly.timeout, 1s);
  EXPECT_EQ(udp.bind.reassembly.max_bytes, 5'000u);
  EXPECT_EQ(udp.max_reassembly_bytes, 10'000u);
}

TEST(Config, CafRefusesAnUnknownOptionAndAValueOfAnotherType) {
  EXPECT_FALSE(parsed("", {"--ockam.no-such-option=1"}));
  EXPECT_FALSE(parsed("", {"--ockam.max-pending-bytes=many"}));
}

/// What is refused of a file; CAF 1 tells nothing of values of another type that are not in a file.
std::string refusal(const std::string& text) {
  const temporary_directory directory;
  const auto file = (directory / "host.conf").string();
  std::ofstream{file} << text;
  configuration config;
  if (config.parse(std::vector<std::string>{"--config-file=" + file}))
    return "CAF refused it";
  try {
    static_cast<void>(node_options_from(config));
    static_cast<void>(tcp::transport_options_from(config));
    static_cast<void>(udp::transport_options_from(config));
    return "nothing was refused";
  } catch (const failure& refused) {
    EXPECT_EQ(refused.error(), errc::invalid_value);
    return refused.what();
  }
}

TEST(Config, CFG1_AnUnknownOptionInAFileIsNamedWithTheNearestOne) {
  EXPECT_THAT(refusal("ockam { max-pendin-byte = 1 }"),
              HasSubstr("ockam.max-pendin-byte is no option; the nearest one is "
                        "ockam.max-pending-bytes"));
  EXPECT_THAT(refusal("ockam { connecttimeout = 1s }"), HasSubstr("ockam.connect-timeout"));
  EXPECT_THAT(refusal("ockam { tcp { io-threads = 1 } }"), HasSubstr("ockam.tcp is no option"));
  EXPECT_THAT(refusal("other { max-pendin-byte = 1 }"), "nothing was refused");
}

TEST(Config, CFG2_AValueOfAnotherTypeInAFileIsNamedWithWhatTheOptionTakes) {
  EXPECT_THAT(refusal("ockam { max-pending-bytes = \"many\" }"),
              AllOf(HasSubstr("ockam.max-pending-bytes is "), HasSubstr("many"),
                    HasSubstr(", a text; it takes a whole number, 0 to ")));
  EXPECT_THAT(refusal("ockam { connect-timeout = 5 }"),
              HasSubstr("ockam.connect-timeout is 5, a whole number; it takes a duration of 0 or "
                        "more, such as 250ms"));
  EXPECT_THAT(refusal("ockam { io-threads = 1.5 }"), HasSubstr(", a number with a fraction; it"));
  EXPECT_THAT(refusal("ockam { implicit-connections = 1 }"),
              HasSubstr("ockam.implicit-connections is 1, a whole number; it takes true or false"));
  EXPECT_THAT(refusal("ockam { max-peers = 2s }"), HasSubstr("2s, a duration; it takes a whole"));
  EXPECT_THAT(refusal("ockam { stop-timeout = -1s }"), HasSubstr("ockam.stop-timeout is -1s, "));
  EXPECT_THAT(refusal("ockam = 5"), HasSubstr("ockam is 5; it is a group"));
}

TEST(Config, CFG1_ARefusalNamesTheFile) {
  const temporary_directory directory;
  const auto file = (directory / "host.conf").string();
  std::ofstream{file} << "ockam { io-thread = 2 }\n";
  configuration config;
  EXPECT_FALSE(config.parse(std::vector<std::string>{"--config-file=" + file}));
  try {
    caf::actor_system system{config};
    const node refused{system};
    ADD_FAILURE() << "io-thread was accepted";
  } catch (const failure& refused) {
    EXPECT_THAT(refused.what(), AllOf(HasSubstr("ockam.io-thread is no option"), HasSubstr(file)));
  }
}

TEST(Config, CFG1_EveryOptionIsInTheListOfNames) {
  const auto config = parsed("");
  ASSERT_TRUE(config);
  const auto all = config->dump_content();
  const auto group = caf::get_if<caf::config_value::dictionary>(&all, "ockam");
  ASSERT_TRUE(group);
  std::set<std::string> shown;
  for (const auto& [name, value] : *group)
    shown.insert(name);
  EXPECT_EQ(shown,
            std::set<std::string>(internal::option_names.begin(), internal::option_names.end()));
}

TEST(Config, CFG2_ANumberOutOfRangeIsNamed) {
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
  const auto config = parsed("", {"--ockam.max-unhandled-messages=3"});
  ASSERT_TRUE(config);
  const auto shown = config->dump_content();
  const auto number = [&](const std::string& name) {
    const auto found = caf::get_if<caf::config_value::integer>(&shown, name);
    return found ? *found : -1;
  };
  EXPECT_EQ(number("ockam.max-unhandled-messages"), 3);
  EXPECT_EQ(number("ockam.max-frame-size"), 16 << 20);
  EXPECT_EQ(number("ockam.max-local-steps"), 65'536);
  const auto timeout = caf::get_if<caf::timespan>(&shown, "ockam.connect-timeout");
  ASSERT_TRUE(timeout);
  EXPECT_EQ(*timeout, caf::timespan{5s});
}

udp::binding udp_tied_with_defaults(node& on) {
  auto udp = udp::transport::create(on);
  auto options = udp.default_bind_options();
  options.peer = "127.0.0.1:1"; // no listener
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
    const auto large = a.root().send({way, "missing"}, std::string(2'000, 'x'));
    ASSERT_FALSE(large);
    EXPECT_EQ(error_of(large), errc::message_too_large);
  }
  EXPECT_TRUE(a.root().send("app", "1"));
  EXPECT_TRUE(a.root().send("app", "2"));
  EXPECT_EQ(error_of(a.root().send("app", "3")), errc::resource_exhausted);
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
