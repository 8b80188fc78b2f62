#pragma once

#include "ockam/protocol/result.hpp"

#include <string>
#include <string_view>

#include <asio/local/stream_protocol.hpp>

namespace ockam::uds::detail {

/// Where a Unix socket is bound: a path, or an abstract name, written `@name`.
class socket_name {
public:
  /// errc::invalid_value
  static result<socket_name> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] bool is_abstract() const noexcept { return text_.front() == '@'; }
  [[nodiscard]] asio::local::stream_protocol::endpoint endpoint() const;

private:
  explicit socket_name(std::string_view text) : text_{text} {}
  std::string text_;
};

/// A failed call on a Unix socket, with what to try.
error uds_error(std::error_code code, internal::socket_use use, const std::string& what);

} // namespace ockam::uds::detail
