#include "socket_advice.hpp"

namespace ockam::internal {

std::string_view socket_advice(const std::error_code& code) {
  if (code == std::errc::connection_refused)
    return "nothing listens there; start the other node first, or check host and port";
  if (code == std::errc::address_in_use)
    return "stop the other program, or choose another port (0 takes a free one)";
  if (code == std::errc::permission_denied)
    return "use a port above 1023";
  if (code == std::errc::address_not_available)
    return "this host has no such address";
  if (code == std::errc::host_unreachable || code == std::errc::network_unreachable)
    return "there is no way to that host; check the address and the network";
  if (code == std::errc::too_many_files_open)
    return "raise the limit of open files (ulimit -n)";
  return "check the address and the network";
}

} // namespace ockam::internal
