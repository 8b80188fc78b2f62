#pragma once

#include "ockam/protocol/host_port.hpp"
#include "ockam/protocol/text.hpp"

#include <charconv>
#include <cstdint>
#include <cstring>
#include <string>

#include <arpa/inet.h>
#include <net/if.h>

namespace ockam::sdk {

/// The number of a network interface that is named in an address.
/// - errc::invalid_value  this machine has no interface of that name
inline result<std::uint32_t> interface_of(const std::string& zone) {
  std::uint32_t number = 0;
  const auto* const end = zone.data() + zone.size();
  if (const auto [stopped, bad] = std::from_chars(zone.data(), end, number);
      stopped == end && bad == std::errc{})
    return number;
  if (const auto found = ::if_nametoindex(zone.c_str()); found != 0)
    return found;
  return fail(errc::invalid_value, "this machine has no network interface \"" + escaped(zone)
                                     + "\"; `ip link` shows their names");
}

/// The endpoint of a numeric host, of Asio or of Boost. A zone means something for link-local
/// addresses alone, which need one.
/// - errc::invalid_value  no such interface, or none is named
template <class Endpoint>
[[nodiscard]] result<Endpoint> numeric_endpoint(const host_port& where) {
  using address = decltype(Endpoint{}.address());
  using ipv4 = decltype(address{}.to_v4());
  using ipv6 = decltype(address{}.to_v6());
  const auto percent = where.host.find('%');
  const auto host = where.host.substr(0, percent);
  if (where.host_kind == host_port::kind::ipv4) {
    typename ipv4::bytes_type raw{};
    ::inet_pton(AF_INET, host.c_str(), raw.data());
    return Endpoint{address{ipv4{raw}}, where.port};
  }
  typename ipv6::bytes_type raw{};
  if (::inet_pton(AF_INET6, host.c_str(), raw.data()) != 1)
    return fail(errc::invalid_value, "no such address: " + escaped(where.host));
  ipv6 read{raw};
  if (percent != std::string::npos) {
    const auto zone = interface_of(where.host.substr(percent + 1));
    if (!zone)
      return fail(zone.error());
    if (read.is_link_local() || read.is_multicast_link_local())
      read.scope_id(*zone);
  } else if (read.is_link_local()) {
    return fail(errc::invalid_value, escaped(host) + " is link-local: name the interface, like ["
                                       + escaped(host) + "%eth0]:" + std::to_string(where.port));
  }
  return Endpoint{address{read}, where.port};
}

/// `host:port`, IPv6 in brackets.
template <class Endpoint>
std::string to_text(const Endpoint& where) {
  const auto host = where.address().to_string();
  const auto port = std::to_string(where.port());
  return where.address().is_v6() ? '[' + host + "]:" + port : host + ':' + port;
}

} // namespace ockam::sdk
