#pragma once

#include "socket_name.hpp"
#include "stream/listener.hpp"

#include "ockam/transports/uds.hpp"

#include <filesystem>
#include <memory>

#include <sys/types.h>

namespace ockam::uds::detail {

/// A socket file that is made for a listener, and goes with it unless another file has taken
/// its place.
class socket_file {
public:
  /// Binds to the path and listens; a file without a listener is replaced (UDS-5). Others see it
  /// when it listens and has its permissions (UDS-6), never before.
  static result<socket_file> make(const socket_name& at,
                                  internal::socket_listener::acceptor& unbound,
                                  const listen_options& options);
  void remove() const noexcept;

private:
  std::filesystem::path path_;
  ::dev_t device_ = 0;
  ::ino_t inode_ = 0;
};

/// A listener at a path or an abstract name.
class uds_listener final : public internal::socket_listener {
public:
  static result<std::shared_ptr<uds_listener>> make(thread_ptr thread, const socket_name& at,
                                                    const listen_options& options);

  uds_listener(thread_ptr thread, acceptor bound, const listen_options& options,
               std::optional<socket_file> file);

private:
  void release() override;

  const std::optional<socket_file> file_;
};

/// Whether the user at the other end of an accepted socket may connect, by the rules of file
/// permissions.
bool lets_in(internal::stream_socket& accepted, std::filesystem::perms permissions);

} // namespace ockam::uds::detail
