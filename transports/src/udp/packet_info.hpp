#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include <asio/ip/address.hpp>
#include <netinet/in.h>
#include <sys/socket.h>

namespace ockam::udp::detail {

/// Control messages of a datagram for the system, one after the other. Empty until there is one.
class control_list {
public:
  /// @param room  aligned as a `cmsghdr`; may be uninitialised
  control_list(msghdr& header, std::span<std::uint8_t> room) noexcept
    : header_{header}, room_{room} {}

  template <class Value>
  void add(int level, int type, const Value& value) noexcept {
    auto* const at = room_.data() + header_.msg_controllen;
    header_.msg_control = room_.data();
    header_.msg_controllen += CMSG_SPACE(sizeof value);
    cmsghdr head{};
    head.cmsg_level = level;
    head.cmsg_type = type;
    head.cmsg_len = CMSG_LEN(sizeof value);
    std::memcpy(at, &head, sizeof head);
    std::memcpy(at + CMSG_LEN(0), &value, sizeof value);
  }

private:
  msghdr& header_;
  std::span<std::uint8_t> room_;
};

/// Room for received control messages: of IPv4 in an IPv6 socket they come in both forms.
inline constexpr std::size_t packet_info_room = CMSG_SPACE(sizeof(in_pktinfo))
                                                + CMSG_SPACE(sizeof(in6_pktinfo));

/// Makes the socket report the address of the machine that a datagram was sent to.
void ask_for_packet_info(int socket, bool is_v6) noexcept;

/// That address; of a broadcast, the one of the interface. Unspecified: not known.
asio::ip::address packet_info_of(msghdr& header) noexcept;

/// Sends a datagram from this address.
void add_packet_info(control_list& controls, const asio::ip::address& from) noexcept;

/// Whether the machine has the address now. For a failure: it opens a socket.
bool is_of_this_machine(const asio::ip::address& host) noexcept;

} // namespace ockam::udp::detail
