#include "net_error.hpp"

#include <boost/asio/ssl/error.hpp>

namespace ockam::websocket::detail {

std::error_code to_std(const error_code& code) {
  return code; // system errors become those of the standard library
}

bool is_tls_error(const error_code& code) noexcept {
  return code.category() == net::error::get_ssl_category()
         || code.category() == net::ssl::error::get_stream_category();
}

} // namespace ockam::websocket::detail
