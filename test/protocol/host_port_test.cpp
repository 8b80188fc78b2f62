#include "error_of.hpp"

#include "ockam/protocol/host_port.hpp"

#include <string>

#include <gtest/gtest.h>

namespace ockam {
namespace {

using kind = host_port::kind;

host_port parsed(std::string_view text) {
  auto value = parse_peer(text);
  EXPECT_TRUE(value) << text;
  return value.value_or(host_port{});
}

TEST(HostPort, TCP12_APortAloneMeansThisMachine) {
  for (const auto* text : {"4000", ":4000", "04000", ":0004000"})
    EXPECT_EQ(parsed(text), (host_port{"127.0.0.1", 4000, kind::ipv4})) << text;
  EXPECT_EQ(parsed("0").port, 0);
  EXPECT_EQ(parsed("65535").port, 65535);
}

TEST(HostPort, TCP12_Ipv4) {
  EXPECT_EQ(parsed("10.0.0.7:4000"), (host_port{"10.0.0.7", 4000, kind::ipv4}));
  EXPECT_EQ(parsed("255.255.255.255:65535").host_kind, kind::ipv4);
  EXPECT_EQ(parsed("0.0.0.0:0").host_kind, kind::ipv4);
}

TEST(HostPort, TCP12_Ipv6InBrackets) {
  EXPECT_EQ(parsed("[::1]:4000"), (host_port{"::1", 4000, kind::ipv6}));
  for (const auto* text : {"[::]:1", "[1:2:3:4:5:6:7:8]:1", "[1::8]:1", "[1::]:1", "[::8]:1",
                           "[1:2:3:4:5:6:7::]:1", "[::2:3:4:5:6:7:8]:1", "[::ffff:1.2.3.4]:1",
                           "[1:2:3:4:5:6:1.2.3.4]:1", "[FE80::abcd%2]:1", "[::1.2.3.4]:1"})
    EXPECT_EQ(parsed(text).host_kind, kind::ipv6) << text;
}

TEST(HostPort, TCP12_AZoneIsTheNameOrTheNumberOfAnInterface) {
  EXPECT_EQ(parsed("[fe80::1%lo]:4000"), (host_port{"fe80::1%lo", 4000, kind::ipv6}));
  for (const auto* text :
       {"[fe80::1%2]:1", "[fe80::1%4294967295]:1", "[fe80::1%eth0]:1", "[fe80::1%eth0.100]:1",
        "[fe80::1%br-1a_b]:1", "[fe80::1%0x]:1", "[fe80::1%a_name_of_15_ch]:1"}) {
    EXPECT_EQ(parsed(text).host_kind, kind::ipv6) << text;
    EXPECT_EQ(to_string(parsed(text)), text);
    EXPECT_TRUE(parse_listen(text)) << text;
  }
}

TEST(HostPort, TCP12_Names) {
  EXPECT_EQ(parsed("localhost:4000"), (host_port{"localhost", 4000, kind::name}));
  for (const auto* text : {"node-1.example.com:1", "a_b:1", "A.b-c.d:1", "1.2.3:1", "1.2.3.256:1",
                           "1.2.3.04:1", "x:00065535"})
    EXPECT_EQ(parsed(text).host_kind, kind::name) << text;
}

TEST(HostPort, TCP12_LabelsAndNamesHaveALargestSize) {
  const std::string label(63, 'a');
  EXPECT_TRUE(parse_peer(label + ":1"));
  EXPECT_FALSE(parse_peer(label + "a:1"));
  const auto longest = label + "." + label + "." + label + "." + std::string(61, 'a');
  ASSERT_EQ(longest.size(), 253u);
  EXPECT_TRUE(parse_peer(longest + ":1"));
  EXPECT_FALSE(parse_peer(longest + "a:1"));
}

TEST(HostPort, TCP12_MalformedTextIsRefused) {
  for (const auto* text : {"",
                           ":",
                           "host",
                           "host:",
                           "65536",
                           ":65536",
                           "host:65536",
                           "host:-1",
                           "host:+1",
                           "host:1 ",
                           " host:1",
                           "host: 1",
                           "ho st:1",
                           "h\xc3\xb6st:1",
                           "-host:1",
                           "host-:1",
                           ".host:1",
                           "host.:1",
                           "a..b:1",
                           "host:1:2",
                           "::1:4000",
                           "1:2:3:4:5:6:7:8:1",
                           "[::1]",
                           "[::1]:",
                           "[]:1",
                           "[:]:1",
                           "[:::]:1",
                           "[1::2::3]:1",
                           "[1:2:3:4:5:6:7]:1",
                           "[1:2:3:4:5:6:7:8:9]:1",
                           "[1:2:3:4:5:6:7::8]:1",
                           "[12345::]:1",
                           "[g::]:1",
                           "[::1.2.3]:1",
                           "[1.2.3.4::]:1",
                           "[::1%]:1",
                           "[::1%eth0%1]:1",
                           "[::1%a/b]:1",
                           "[::1%a b]:1",
                           "[::1%a]b]:1",
                           "[::1%a#b]:1",
                           "[::1%a_name_of_16_chr]:1",
                           "[::1%4294967296]:1",
                           "[1.2.3.4]:1",
                           "[::1:1",
                           "::1]:1",
                           "[host]:1",
                           "host/x:1",
                           "1#host:1"}) {
    const auto value = parse_peer(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(error_of(value), errc::invalid_value) << text;
  }
}

TEST(HostPort, TCP12_PrintedTextParsesToTheSameValue) {
  for (const auto* text :
       {"4000", "10.0.0.7:1", "[::1]:4000", "[fe80::1%2]:9", "node.example:80"}) {
    const auto value = parsed(text);
    EXPECT_EQ(parsed(to_string(value)), value) << text;
  }
  EXPECT_EQ(to_string(parsed("[::1]:4000")), "[::1]:4000");
  EXPECT_EQ(to_string(parsed("4000")), "127.0.0.1:4000");
}

TEST(HostPort, TCP7_ListeningTakesNumericAddresses) {
  EXPECT_EQ(parse_listen("127.0.0.1:0").value(), (host_port{"127.0.0.1", 0, kind::ipv4}));
  EXPECT_EQ(parse_listen("[::]:4000").value(), (host_port{"::", 4000, kind::ipv6}));
}

TEST(HostPort, TCP7_ListeningRefusesNames) {
  for (const auto* text : {"localhost:4000", "1.2.3.256:4000", "", "::1:4000", "127.0.0.1"})
    EXPECT_EQ(error_of(parse_listen(text)), errc::invalid_value) << text;
}

TEST(HostPort, TCP7_ListeningRefusesAPortAloneWithARemedy) {
  for (const auto* text : {"4000", ":4000"}) {
    const auto problem = parse_listen(text).error();
    EXPECT_EQ(problem, errc::invalid_value);
    EXPECT_NE(problem.detail().find("127.0.0.1:4000"), std::string::npos) << problem.detail();
  }
}

TEST(HostPort, ErrorsShowTheTextEscaped) {
  EXPECT_EQ(parse_peer("\x1b[2J").error().detail().find('\x1b'), std::string::npos);
}

} // namespace
} // namespace ockam
