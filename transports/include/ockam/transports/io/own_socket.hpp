#pragma once

#include <cerrno>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

// Sockets that no program inherits which the host starts (FD_CLOEXEC): otherwise a child that outlives
// the node keeps its ports, and never answers there.
//
// Asio has no option for it, and setting the flag afterwards leaves a moment in which another thread
// may fork. The flag goes with the call that makes the socket; Asio takes it over. For both of them,
// the one of Boost too.

namespace ockam::internal {

template <class ErrorCode>
ErrorCode last_socket_error() {
  return {errno, ErrorCode{}.category()}; // which is that of the system
}

/// Makes `socket` one of this descriptor, which is closed when that fails.
template <class Socket>
void take_over(Socket& socket, const typename Socket::protocol_type& protocol, int descriptor,
               auto& failed) {
  socket.assign(protocol, descriptor, failed);
  if (failed)
    ::close(descriptor);
}

/// In place of Asio's `socket.open(protocol, failed)`; also for acceptors.
template <class Socket, class ErrorCode>
void open_socket(Socket& socket, const typename Socket::protocol_type& protocol,
                 ErrorCode& failed) {
  const int made = ::socket(protocol.family(), protocol.type() | SOCK_CLOEXEC, protocol.protocol());
  if (made < 0)
    failed = last_socket_error<ErrorCode>();
  else
    take_over(socket, protocol, made, failed);
}

/// In place of Asio's `acceptor.accept(socket, failed)`; never waits, when the acceptor does not block.
/// A connection that has gone while it waited is passed over.
template <class Acceptor, class Socket, class ErrorCode>
void accept_socket(Acceptor& acceptor, const typename Socket::protocol_type& protocol,
                   Socket& socket, ErrorCode& failed) {
  for (;;) {
    const int made = ::accept4(acceptor.native_handle(), nullptr, nullptr, SOCK_CLOEXEC);
    if (made >= 0)
      return take_over(socket, protocol, made, failed);
    if (errno != EINTR && errno != ECONNABORTED && errno != EPROTO)
      break;
  }
  failed = last_socket_error<ErrorCode>();
}

/// A socket that was connected to itself counts as refused, and is closed. That happens when a port
/// of this machine without a listener is in the range that the system takes client ports from, and the
/// system takes that very one (simultaneous open, RFC 9293, 3.5).
template <class Socket, class ErrorCode>
void refuse_itself(Socket& socket, ErrorCode& failed) {
  if (failed)
    return;
  ErrorCode gone;
  const auto own = socket.local_endpoint(gone);
  const auto other = socket.remote_endpoint(gone);
  if (gone || own != other)
    return;
  const ::linger at_once{1, 0}; // the port is not kept: its listener may come any moment
  ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  socket.close(gone);
  failed = {ECONNREFUSED, ErrorCode{}.category()};
}

/// Whether nothing is there to be accepted.
template <class ErrorCode>
bool nothing_waits(const ErrorCode& failed) noexcept {
  return failed.value() == EAGAIN || failed.value() == EWOULDBLOCK;
}

} // namespace ockam::internal
