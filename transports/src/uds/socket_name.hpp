#pragma once

#include "ockam/protocol/result.hpp"
#include "ockam/transports/io/error_hint.hpp"

#include <filesystem>
#include <string>
#include <string_view>

#include <asio/local/stream_protocol.hpp>

namespace ockam::uds::detail {

/// Where a Unix socket is bound: a path, or an abstract name, written `@name`.
///
/// A relative path is that of the moment when it is read: the program may change its directory
/// later. The whole path is put in its place, unless it is too long for a socket.
class socket_name {
public:
  /// errc::invalid_value
  static result<socket_name> parse(std::string_view text);

  /// What a socket is given, and what others are told.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

  /// The whole path, however long.
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] bool is_abstract() const noexcept { return text_.front() == '@'; }
  [[nodiscard]] asio::local::stream_protocol::endpoint endpoint() const;

private:
  explicit socket_name(std::string_view text);
  std::string text_;
  std::filesystem::path path_;
};

/// A failed call on a Unix socket, with what to try.
error uds_error(std::error_code code, sdk::socket_use use, const std::string& what);

} // namespace ockam::uds::detail
