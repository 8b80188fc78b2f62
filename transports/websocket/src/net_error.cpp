#include "net_error.hpp"

#include "ockam/protocol/text.hpp"

#include <boost/asio/ssl/error.hpp>

namespace ockam::websocket::detail {

std::error_code to_std(const error_code& code) {
  return code; // system errors become those of the standard library
}

bool is_tls_error(const error_code& code) noexcept {
  return code.category() == net::error::get_ssl_category()
         || code.category() == net::ssl::error::get_stream_category();
}

error net_error(const error_code& code, internal::socket_use use, const std::string& what) {
  const auto standard = to_std(code);
  return {standard,
          escaped(what, 1024) + "; " + std::string{internal::socket_advice(standard, use)}};
}

std::string to_text(const net::ip::tcp::endpoint& where) {
  const auto host = where.address().to_string();
  const auto port = std::to_string(where.port());
  return where.address().is_v6() ? '[' + host + "]:" + port : host + ':' + port;
}

} // namespace ockam::websocket::detail
