#include "stream_socket.hpp"

#include "ockam/protocol/text.hpp"

#include <asio/error.hpp>

namespace ockam::internal {

error socket_error(std::error_code code, socket_use use, const std::string& what,
                   advice_for_code advice) {
  // Asio's category says the same as the standard one, but compares with nothing
  if (code.category() == asio::error::get_system_category())
    code = {code.value(), std::system_category()};
  return {code, escaped(what, 1024) + "; " + std::string{advice(code, use)}};
}

} // namespace ockam::internal
