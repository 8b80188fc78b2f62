#include "ockam/transports/io/error_hint.hpp"

#include "ockam/protocol/text.hpp"

#include <asio/error.hpp>

namespace ockam::sdk {

namespace {

std::string_view advice_for_connect(const std::error_code& code) {
  if (code == std::errc::connection_refused)
    return "nothing listens there; start the other node first, or check host and port";
  if (code == std::errc::address_in_use || code == std::errc::address_not_available)
    return "this machine has no free port for that peer; close connections, or try again later";
  if (code == std::errc::permission_denied || code == std::errc::operation_not_permitted)
    return "a rule of this machine forbids it; check the firewall, and that the address is no "
           "broadcast address";
  return "check the address and the network";
}

std::string_view advice_for_listen(const std::error_code& code) {
  if (code == std::errc::address_in_use)
    return "stop the other program, or choose another port (0 takes a free one)";
  if (code == std::errc::permission_denied)
    return "use a port above 1023";
  if (code == std::errc::address_not_available)
    return "this host has no such address";
  return "check the address";
}

std::string_view advice_for_transfer(const std::error_code& code) {
  if (code == std::errc::connection_reset || code == std::errc::broken_pipe
      || code == std::errc::connection_aborted)
    return "the other side ended the connection; its log may say why";
  if (code == std::errc::connection_refused)
    return "nothing listens there any more";
  if (code == std::errc::timed_out)
    return "the other side does not answer; check it, and the network";
  return "check the network";
}

} // namespace

std::string_view error_hint(const std::error_code& code, socket_use use) {
  if (code == std::errc::too_many_files_open || code == std::errc::too_many_files_open_in_system)
    return "raise the limit of open files (ulimit -n)";
  if (code == std::errc::host_unreachable || code == std::errc::network_unreachable)
    return "there is no way to that host; check the address and the network";
  switch (use) {
    case socket_use::create:
      return "check the limits of this process";
    case socket_use::connect:
      return advice_for_connect(code);
    case socket_use::listen:
      return advice_for_listen(code);
    case socket_use::transfer:
      break;
  }
  return advice_for_transfer(code);
}

error socket_error(std::error_code code, socket_use use, const std::string& what,
                   hint_for_code hint) {
  // Asio's category says the same as the standard one, but compares with nothing
  if (code.category() == asio::error::get_system_category())
    code = {code.value(), std::system_category()};
  return {code, escaped(what, 1024) + "; " + std::string{hint(code, use)}};
}

} // namespace ockam::sdk
