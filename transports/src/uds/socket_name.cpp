#include "socket_name.hpp"

#include "ockam/protocol/text.hpp"
#include "ockam/transports/io/stream_socket.hpp"

#include <algorithm>

#include <sys/un.h>

namespace ockam::uds::detail {

namespace {

constexpr std::size_t longest_name = sizeof(sockaddr_un::sun_path) - 1;

/// A listener is made under such a name first.
constexpr std::size_t longest_name_beside = 9;

std::string_view advice_for_listen(const std::error_code& code) {
  if (code == std::errc::no_such_file_or_directory)
    return "make the directory first, or check the path";
  if (code == std::errc::permission_denied)
    return "the permissions of the directory do not let this user make a file in it";
  if (code == std::errc::read_only_file_system)
    return "the file system is read-only; choose another path";
  if (code == std::errc::address_in_use)
    return "stop the other program, or choose another path";
  return "check the path";
}

std::string_view advice_for_connect(const std::error_code& code) {
  if (code == std::errc::no_such_file_or_directory)
    return "start the other node first, or check the path";
  if (code == std::errc::connection_refused)
    return "nothing listens there any more; start the other node again";
  if (code == std::errc::permission_denied)
    return "the permissions of the socket file, or of a directory above it, do not let this user "
           "in";
  return "check the path";
}

std::string_view advice_for(const std::error_code& code, sdk::socket_use use) {
  if (code == std::errc::too_many_files_open || code == std::errc::too_many_files_open_in_system)
    return "raise the limit of open files (ulimit -n)";
  if (code == std::errc::not_a_directory)
    return "a part of the path is no directory; check the path";
  return use == sdk::socket_use::listen ? advice_for_listen(code) : advice_for_connect(code);
}

} // namespace

result<socket_name> socket_name::parse(std::string_view text) {
  const auto refuse = [&](const std::string& why) {
    return fail(errc::invalid_value, '"' + escaped(text) + "\" " + why);
  };
  if (text.empty() || text == "@")
    return refuse("names no socket; write a path, or @ and a name");
  if (text.size() > longest_name)
    return refuse("has " + std::to_string(text.size()) + " bytes, the name of a socket at most "
                  + std::to_string(longest_name) + "; choose a shorter path");
  if (text.find('\0') != std::string_view::npos)
    return refuse("has a zero byte in it");
#ifndef __linux__
  if (text.front() == '@')
    return refuse("is an abstract name, which only Linux has; use a path");
#endif
  return socket_name{text};
}

socket_name::socket_name(std::string_view text) : text_{text}, path_{text_} {
  if (is_abstract() || path_.is_absolute())
    return;
  std::error_code failed; // of a directory that is gone
  auto whole = std::filesystem::absolute(path_, failed);
  if (failed)
    return;
  path_ = std::move(whole);
  const auto file = std::max(path_.filename().native().size(), longest_name_beside);
  if (path_.parent_path().native().size() + 1 + file <= longest_name)
    text_ = path_.string();
}

asio::local::stream_protocol::endpoint socket_name::endpoint() const {
  return is_abstract() ? '\0' + text_.substr(1) : text_;
}

error uds_error(std::error_code code, sdk::socket_use use, const std::string& what) {
  return sdk::socket_error(code, use, what, &advice_for);
}

} // namespace ockam::uds::detail
