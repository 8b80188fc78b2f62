// Link-local IPv6: an address that says nothing without its interface.

#include "udp_node.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

namespace ockam::test {
namespace {

struct link_local {
  std::string address; ///< without a zone
  std::string name;    ///< of its interface
  std::string number;
};

/// One of this machine.
std::optional<link_local> any_link_local() {
  ::ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0)
    return std::nullopt;
  std::optional<link_local> found;
  for (const auto* each = all; each != nullptr && !found; each = each->ifa_next) {
    if (each->ifa_addr == nullptr || each->ifa_addr->sa_family != AF_INET6
        || (each->ifa_flags & IFF_UP) == 0)
      continue;
    ::sockaddr_in6 place{};
    std::memcpy(&place, each->ifa_addr, sizeof place);
    if (!IN6_IS_ADDR_LINKLOCAL(&place.sin6_addr))
      continue;
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET6, &place.sin6_addr, text.data(), text.size());
    found = link_local{text.data(), each->ifa_name,
                       std::to_string(::if_nametoindex(each->ifa_name))};
  }
  ::freeifaddrs(all);
  return found;
}

class Zone : public nodes_test {
protected:
  void SetUp() override {
    if (!own)
      GTEST_SKIP() << "no interface here has a link-local IPv6 address";
  }
  [[nodiscard]] std::string place(const std::string& zone, std::uint16_t port = 0) const {
    return "[" + own->address + "%" + zone + "]:" + std::to_string(port);
  }

  const std::optional<link_local> own = any_link_local();
};

TEST_F(Zone, TCP12_TCP7_AnInterfaceIsNamedOrNumbered) {
  tcp_node a{start_node()};
  tcp_node b{start_node()};
  b.node.start_worker("echoer", echoer{});
  for (const auto& zone : {own->name, own->number}) {
    const auto l = b.tcp.listen(place(zone));
    EXPECT_EQ(l.socket_address(), place(own->name, l.port())) << "as every tool prints it";
    b.flow_controls().add_consumer("echoer", l.flow_control_id());
    for (const auto& there :
         {l.socket_address(), place(own->name, l.port()), place(own->number, l.port())}) {
      const auto c = a.tcp.connect(there);
      EXPECT_EQ(c.peer(), l.socket_address());
      EXPECT_EQ(ask(a.node, {c, "echoer"}), "Hello Ockam!") << there;
    }
  }
}

TEST_F(Zone, UDP7_TheReturnRouteLeadsBackToAPeerWithAZone) {
  udp_node a{start_node()};
  udp_node b{start_node()};
  for (const auto& zone : {own->name, own->number}) {
    const auto at_b = b.udp.bind(place(zone));
    b.node.flow_controls().add_consumer("echoer", at_b.flow_control_id());
    if (zone == own->name)
      b.node.start_worker("echoer", echoer{});
    const auto at_a = a.udp.bind(place(zone));
    const auto told = a.node.root().send_and_receive_extended<std::string>(
      {at_a, udp_address(place(zone, at_b.port())), "echoer"}, "x", {long_timeout});
    ASSERT_TRUE(told) << to_string(told.error());
    EXPECT_EQ(told->return_route(), (route{at_a, udp_address(at_b), "echoer"}));
    EXPECT_EQ(ask(a.node, told->return_route()), "Hello Ockam!");
    const auto tied = a.udp.bind(place(zone), {.peer = place(zone, at_b.port())});
    EXPECT_EQ(ask(a.node, {tied, "echoer"}), "Hello Ockam!");
  }
}

TEST_F(Zone, UDP9_ABindingAtAllAddressesAnswersFromALinkLocalOne) {
  udp_node a{start_node()};
  udp_node b{start_node()};
  const auto at_b = b.udp.bind("[::]:0");
  b.start_echoer(at_b);
  const auto tied = a.udp.bind("[::]:0", {.peer = place(own->name, at_b.port())});
  EXPECT_EQ(ask(a.node, {tied, "echoer"}), "Hello Ockam!");
}

TEST_F(Zone, DEC19_WhatIsMissingOrUnknownIsNamed) {
  tcp_node a{start_node()};
  udp_node u{start_node()};
  const std::string unknown = "[fe80::1%nosuch0]:4000";
  const std::string none = "[fe80::1]:4000";
  for (const auto& refused : {a.tcp.try_connect(unknown).error(), a.tcp.try_listen(unknown).error(),
                              u.udp.try_bind(unknown).error()}) {
    EXPECT_EQ(refused, errc::invalid_value);
    EXPECT_NE(to_string(refused).find("no network interface \"nosuch0\""), std::string::npos)
      << to_string(refused);
  }
  for (const auto& refused : {a.tcp.try_connect(none).error(), a.tcp.try_listen(none).error(),
                              u.udp.try_bind(none).error()}) {
    EXPECT_EQ(refused, errc::invalid_value);
    EXPECT_NE(to_string(refused).find("[fe80::1%eth0]:4000"), std::string::npos)
      << to_string(refused);
  }
}

} // namespace
} // namespace ockam::test
