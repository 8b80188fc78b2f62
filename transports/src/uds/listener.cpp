#include "listener.hpp"

#include "ockam/protocol/text.hpp"
#include "ockam/transports/io/own_socket.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <random>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ockam::uds::detail {

namespace {

namespace fs = std::filesystem;
using asio::local::stream_protocol;

std::error_code last_error() {
  return {errno, std::system_category()};
}

/// An unused name in the same directory.
fs::path name_beside(const fs::path& path) {
  std::array<char, 12> name{};
  std::snprintf(name.data(), name.size(), ".%08x", std::random_device{}());
  return path.parent_path() / name.data();
}

enum class occupant : std::uint8_t { nothing, a_listener, stale_socket, another_file };

/// What is at a path; an error when that cannot be found out.
result<occupant> occupant_of(const fs::path& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0)
    return occupant::nothing;
  if (!S_ISSOCK(found.st_mode))
    return occupant::another_file;
  const stream_protocol::endpoint where{path.string()};
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (probe < 0)
    return fail(uds_error(last_error(), internal::socket_use::listen,
                          "looking for a listener on " + path.string()));
  const bool refused = ::connect(probe, where.data(), where.size()) != 0 && errno == ECONNREFUSED;
  ::close(probe);
  return refused ? occupant::stale_socket : occupant::a_listener;
}

error in_use(const fs::path& path) {
  return uds_error(std::make_error_code(std::errc::address_in_use), internal::socket_use::listen,
                   "listening on " + path.string());
}

/// Frees a path without a listener. Another process may do the same: the file is looked at again once it
/// is moved aside, and put back when it belongs to a listener.
result<void> clear(const fs::path& path) {
  const auto found = occupant_of(path);
  if (!found)
    return fail(found.error());
  switch (*found) {
    case occupant::nothing:
      return {};
    case occupant::a_listener:
      return fail(in_use(path));
    case occupant::another_file:
      return fail(errc::already_exists,
                  escaped(path.string()) + " is a file, but no socket; choose another path");
    case occupant::stale_socket:
      break;
  }
  const auto aside = name_beside(path);
  if (::rename(path.c_str(), aside.c_str()) != 0)
    return errno == ENOENT ? result<void>{}
                           : fail(uds_error(last_error(), internal::socket_use::listen,
                                            "replacing " + path.string()));
  const auto taken = occupant_of(aside);
  const bool is_stale = taken && *taken == occupant::stale_socket;
  if (!is_stale)
    ::link(aside.c_str(), path.c_str());
  ::unlink(aside.c_str());
  if (is_stale)
    return {};
  return fail(taken ? in_use(path) : taken.error());
}

} // namespace

result<socket_file> socket_file::make(const socket_name& at,
                                      internal::socket_listener::acceptor& unbound,
                                      const listen_options& options) {
  const fs::path path = at.text();
  const auto hidden = name_beside(path);
  const auto name = socket_name::parse(hidden.string()); // may be longer than the path
  if (!name)
    return fail(name.error());
  if (auto cleared = clear(path); !cleared)
    return fail(std::move(cleared.error()));
  std::error_code failed;
  socket_file made;
  made.path_ = at.path();
  unbound.bind(name->endpoint(), failed);
  if (!failed && ::chmod(hidden.c_str(), static_cast<::mode_t>(options.permissions)) != 0)
    failed = last_error();
  if (!failed)
    unbound.listen(options.backlog, failed);
  struct stat found {};
  if (!failed
      && (::lstat(hidden.c_str(), &found) != 0 || ::link(hidden.c_str(), path.c_str()) != 0))
    failed = errno == EEXIST ? std::make_error_code(std::errc::address_in_use) : last_error();
  ::unlink(hidden.c_str());
  if (failed)
    return fail(uds_error(failed, internal::socket_use::listen, "listening on " + path.string()));
  made.device_ = found.st_dev;
  made.inode_ = found.st_ino;
  return made;
}

void socket_file::remove() const noexcept {
  struct stat found {};
  if (::lstat(path_.c_str(), &found) == 0 && found.st_dev == device_ && found.st_ino == inode_)
    ::unlink(path_.c_str());
}

result<std::shared_ptr<uds_listener>> uds_listener::make(thread_ptr thread, const socket_name& at,
                                                         const listen_options& options) {
  acceptor made{thread->executor()};
  std::error_code failed;
  internal::open_socket(made, stream_protocol{}, failed);
  if (failed)
    return fail(uds_error(failed, internal::socket_use::listen, "listening on " + at.text()));
  std::optional<socket_file> file;
  if (at.is_abstract()) {
    made.bind(at.endpoint(), failed);
    if (!failed)
      made.listen(options.backlog, failed);
    if (failed)
      return fail(uds_error(failed, internal::socket_use::listen, "listening on " + at.text()));
  } else {
    auto bound = socket_file::make(at, made, options);
    if (!bound)
      return fail(std::move(bound.error()));
    file = std::move(*bound);
  }
  return std::make_shared<uds_listener>(std::move(thread), std::move(made), options,
                                        std::move(file));
}

uds_listener::uds_listener(thread_ptr thread, acceptor bound, const listen_options& options,
                           std::optional<socket_file> file)
  : basic_acceptor{std::move(thread), std::move(bound), options.spawner_flow_control_id,
                   options.max_connections},
    file_{std::move(file)} {}

/// An abstract name is taken until its socket is closed, which is for the I/O thread to do: another
/// socket takes the place of this one.
void uds_listener::release() {
  if (file_)
    return file_->remove();
  const int other = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (other < 0)
    return;
  ::dup3(other, listening_socket(), O_CLOEXEC);
  ::close(other);
}

bool lets_in(internal::stream_socket& accepted, fs::perms permissions) {
  const auto has = [&](fs::perms wanted) { return (permissions & wanted) == wanted; };
  ::ucred peer{};
  ::socklen_t size = sizeof(peer);
  if (::getsockopt(accepted.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
    return false;
  return peer.uid == 0 || has(fs::perms::others_write)
         || (peer.uid == ::geteuid() && has(fs::perms::owner_write))
         || (peer.gid == ::getegid() && has(fs::perms::group_write));
}

} // namespace ockam::uds::detail
