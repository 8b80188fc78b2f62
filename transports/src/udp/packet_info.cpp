#include "packet_info.hpp"

#include <cerrno>

#include <asio/ip/udp.hpp>
#include <unistd.h>

namespace ockam::udp::detail {

void ask_for_packet_info(int socket, bool is_v6) noexcept {
  constexpr int on = 1;
  // an IPv6 socket gets IPv4 too; a system that does not know these sends as it did before
  static_cast<void>(::setsockopt(socket, SOL_IP, IP_PKTINFO, &on, sizeof on));
  if (is_v6)
    static_cast<void>(::setsockopt(socket, SOL_IPV6, IPV6_RECVPKTINFO, &on, sizeof on));
}

asio::ip::address packet_info_of(msghdr& header) noexcept {
  asio::ip::address host;
  for (auto* each = CMSG_FIRSTHDR(&header); each != nullptr; each = CMSG_NXTHDR(&header, each)) {
    if (each->cmsg_level == SOL_IP && each->cmsg_type == IP_PKTINFO) {
      in_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(each), sizeof info);
      return asio::ip::address_v4{ntohl(info.ipi_spec_dst.s_addr)};
    }
    if (each->cmsg_level == SOL_IPV6 && each->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(each), sizeof info);
      asio::ip::address_v6::bytes_type raw;
      std::memcpy(raw.data(), &info.ipi6_addr, raw.size());
      const asio::ip::address_v6 told{raw};
      if (!told.is_v4_mapped() && !told.is_multicast()) // nothing is sent from a group
        host = told;
    }
  }
  return host;
}

void add_packet_info(control_list& controls, const asio::ip::address& from) noexcept {
  if (from.is_v4()) {
    in_pktinfo info{};
    info.ipi_spec_dst.s_addr = htonl(from.to_v4().to_uint());
    return controls.add(SOL_IP, IP_PKTINFO, info);
  }
  in6_pktinfo info{}; // the interface of a link-local address is that of the destination
  const auto raw = from.to_v6().to_bytes();
  std::memcpy(&info.ipi6_addr, raw.data(), raw.size());
  controls.add(SOL_IPV6, IPV6_PKTINFO, info);
}

bool is_of_this_machine(const asio::ip::address& host) noexcept {
  const asio::ip::udp::endpoint any_port{host, 0};
  const auto probe = ::socket(any_port.protocol().family(), SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (probe < 0)
    return true;
  const bool gone = ::bind(probe, any_port.data(), static_cast<socklen_t>(any_port.size())) < 0
                    && errno == EADDRNOTAVAIL;
  ::close(probe);
  return !gone;
}

} // namespace ockam::udp::detail
