#include "error_of.hpp"
#include "raw_peer.hpp"
#include "test_nodes.hpp"

#include "ockam/actors/workers.hpp"

#include <atomic>
#include <cerrno>
#include <dlfcn.h>
#include <netdb.h>
#include <sys/socket.h>

// What the system around a transport answers: the resolver, and what accepts connections.

namespace ockam::test {
namespace {

using resolver = int (*)(const char*, const char*, const addrinfo*, addrinfo**);

/// The system's own.
resolver real_resolver() {
  static const auto found = reinterpret_cast<resolver>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  return found;
}

/// As long as it is set, no connection can be accepted. Nothing is really used up: sanitizers need
/// descriptors, too.
std::atomic<bool> no_descriptors_left{false};

/// Names of these tests, and their addresses in the resolver's order.
std::vector<const char*> addresses_of(std::string_view name) {
  if (name == "second-one.test")
    return {"127.0.0.2", "127.0.0.1"};
  if (name == "both.test")
    return {"127.0.0.1", "::1"};
  if (name == "nowhere.test")
    return {"127.0.0.2", "127.0.0.3"};
  return {};
}

} // namespace
} // namespace ockam::test

/// Stands in front of the system's resolver in this program: no test needs a network.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* wanted,
                           addrinfo** found) {
  using namespace ockam::test;
  if (const std::string_view asked = name != nullptr ? name : "";
      asked.ends_with("localhost") && asked != "localhost")
    return EAI_NONAME; // as in a container without /etc/hosts
  const auto known = addresses_of(name != nullptr ? name : "");
  if (known.empty())
    return real_resolver()(name, service, wanted, found);
  addrinfo** end = found;
  for (const auto* each : known) {
    if (const int failed = real_resolver()(each, service, wanted, end); failed != 0)
      return failed;
    while (*end != nullptr)
      end = &(*end)->ai_next;
  }
  return 0;
}

/// Stands in front of the system's.
extern "C" int accept4(int socket, sockaddr* peer, socklen_t* size, int flags) {
  static const auto real = reinterpret_cast<decltype(&accept4)>(::dlsym(RTLD_NEXT, "accept4"));
  if (!ockam::test::no_descriptors_left)
    return real(socket, peer, size, flags);
  errno = EMFILE;
  return -1;
}

namespace ockam::test {
namespace {

class TcpSurroundings : public nodes_test {
protected:
  tcp_node a{start_node()};
  tcp_node b{start_node()};
  tcp::listener listener = b.listen();

  [[nodiscard]] std::string at_port_of_listener(const std::string& name) const {
    return name + ':' + std::to_string(listener.port());
  }
};

TEST_F(TcpSurroundings, TCP13_DEC11_EveryAddressOfANameIsTriedInOrder) {
  const auto made = a.tcp.connect(at_port_of_listener("second-one.test"));
  EXPECT_EQ(made.peer(), listener.socket_address());
}

TEST_F(TcpSurroundings, TCP13_TCP15_DEC19_TheErrorIsThatOfTheLastAddress) {
  const auto refused = a.tcp.try_connect(at_port_of_listener("nowhere.test"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(error_of(refused).code(), std::errc::connection_refused);
  EXPECT_NE(to_string(error_of(refused)).find(at_port_of_listener("127.0.0.3")), std::string::npos)
    << to_string(refused.error());
  EXPECT_NE(to_string(error_of(refused)).find("nowhere.test"), std::string::npos);
}

TEST_F(TcpSurroundings, TCP13_LocalhostIsThisMachineAlsoWhereTheResolverDoesNotKnowIt) {
  const auto made = a.tcp.connect(at_port_of_listener("some.localhost"));
  EXPECT_EQ(made.peer(), listener.socket_address());
  EXPECT_FALSE(a.tcp.try_connect(at_port_of_listener("notlocalhost")));
}

TEST_F(TcpSurroundings, TCP13_DEC11_AFamilyMayBePreferred) {
  const auto v6 = b.tcp.try_listen(at_port_of_listener("[::1]"));
  if (!v6)
    GTEST_SKIP() << "no IPv6 here: " << to_string(v6.error());
  const auto name = at_port_of_listener("both.test");
  EXPECT_EQ(a.tcp.connect(name).peer(), listener.socket_address());
  EXPECT_EQ(a.tcp.connect(name, {.prefer = tcp::family::ipv4_first}).peer(),
            listener.socket_address());
  EXPECT_EQ(a.tcp.connect(name, {.prefer = tcp::family::ipv6_first}).peer(), v6->socket_address());
}

TEST_F(TcpSurroundings, TCP10_AcceptingGoesOnWhenThereAreDescriptorsAgain) {
  no_descriptors_left = true;
  const auto peer = raw_peer::connect_to(listener.port());
  EXPECT_TRUE(logged({"warning", listener.socket_address(), "could not accept"}));
  no_descriptors_left = false;
  EXPECT_EQ(to_hex(peer.read(1)), "01");
}

} // namespace
} // namespace ockam::test
