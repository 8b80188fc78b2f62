// host:port text: prints to text that parses to the same value; numeric addresses are those of
// the C library.

#include "check.hpp"

#include "ockam/protocol/host_port.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

#include <arpa/inet.h>

using namespace ockam;
using fuzz::require;

namespace {

bool system_accepts(int family, const std::string& host) {
  std::uint8_t address[16];
  return host.find('\0') == std::string::npos && inet_pton(family, host.c_str(), address) == 1;
}

void check_host(const host_port& value) {
  const auto without_zone = value.host.substr(0, value.host.find('%'));
  require((value.host_kind == host_port::kind::ipv4) == system_accepts(AF_INET, value.host),
          "IPv4 is what the C library takes for it");
  require((value.host_kind == host_port::kind::ipv6) == system_accepts(AF_INET6, without_zone),
          "IPv6 is what the C library takes for it");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{fuzz::text_of(data, size)};
  const auto peer = parse_peer(text);
  const auto listen = parse_listen(text);
  require(!listen || (peer && *peer == *listen && listen->numeric()),
          "a place to listen at is a place to connect to");
  require(!system_accepts(AF_INET, text) || parse_peer(text + ":1").has_value(),
          "every IPv4 address is accepted");
  require(!system_accepts(AF_INET6, text) || parse_listen("[" + text + "]:1").has_value(),
          "every IPv6 address is accepted");
  if (!peer)
    return 0;
  check_host(*peer);
  require(parse_peer(to_string(*peer)) == *peer, "printed text parses back");
  require(!peer->numeric() || parse_listen(to_string(*peer)) == *peer,
          "every numeric address can be listened at");
  return 0;
}
