#include "faults.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>

#include <dlfcn.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace ockam::test {

namespace {

std::atomic<system_call> failing{};
std::atomic<int> error_number{0};
std::atomic<int> calls_before{0};
std::atomic<int> calls_left{0};
std::atomic<std::size_t> longest_transfer{SIZE_MAX};

bool fails(system_call which) {
  if (calls_left.load() == 0 || failing.load() != which)
    return false;
  if (calls_before.load() > 0 && calls_before.fetch_sub(1) > 0)
    return false;
  auto left = calls_left.load();
  while (left > 0 && !calls_left.compare_exchange_weak(left, left - 1))
    ;
  if (left == 0)
    return false;
  errno = error_number;
  return true;
}

} // namespace

fault::fault(system_call which, int error, int times, int after) {
  failing = which;
  error_number = error;
  calls_before = after;
  calls_left = times;
}

fault::~fault() {
  calls_left = 0;
}

int fault::left() const {
  return calls_left;
}

short_transfers::short_transfers(std::size_t most) {
  longest_transfer = most;
}

short_transfers::~short_transfers() {
  longest_transfer = SIZE_MAX;
}

namespace {

/// The same message with fewer bytes.
struct shortened {
  explicit shortened(const ::msghdr* of) : message{*of} {
    auto room = longest_transfer.load();
    std::size_t used = 0;
    for (; used < std::min<std::size_t>(of->msg_iovlen, pieces.size()) && room > 0; ++used) {
      pieces[used] = of->msg_iov[used];
      pieces[used].iov_len = std::min(pieces[used].iov_len, room);
      room -= pieces[used].iov_len;
    }
    message.msg_iov = pieces.data();
    message.msg_iovlen = used;
  }

  std::array<::iovec, 64> pieces{};
  ::msghdr message;
};

} // namespace
} // namespace ockam::test

using ockam::test::fails;
using ockam::test::longest_transfer;
using ockam::test::shortened;
using ockam::test::system_call;

// NOLINTBEGIN: the names are the linker's (--wrap)
extern "C" {

int __real_accept4(int, ::sockaddr*, ::socklen_t*, int);
int __real_connect(int, const ::sockaddr*, ::socklen_t);
ssize_t __real_recv(int, void*, size_t, int);
ssize_t __real_recvmsg(int, ::msghdr*, int);
ssize_t __real_send(int, const void*, size_t, int);
ssize_t __real_sendmsg(int, const ::msghdr*, int);
int __real_sendmmsg(int, ::mmsghdr*, unsigned, int);
int __real_socket(int, int, int);
int __real_epoll_create1(int);
int __real_epoll_wait(int, ::epoll_event*, int, int);

int __wrap_accept4(int socket, ::sockaddr* peer, ::socklen_t* size, int flags) {
  const int accepted = __real_accept4(socket, peer, size, flags);
  if (accepted < 0 || !fails(system_call::accept))
    return accepted;
  ::close(accepted);
  errno = ockam::test::error_number;
  return -1;
}

int __wrap_connect(int socket, const ::sockaddr* peer, ::socklen_t size) {
  if (fails(system_call::connect))
    return -1;
  if (fails(system_call::join_itself) && ::bind(socket, peer, size) != 0)
    return -1;
  return __real_connect(socket, peer, size);
}

ssize_t __wrap_recv(int socket, void* to, size_t size, int flags) {
  return fails(system_call::receive)
           ? -1
           : __real_recv(socket, to, std::min(size, longest_transfer.load()), flags);
}

ssize_t __wrap_recvmsg(int socket, ::msghdr* message, int flags) {
  if (fails(system_call::receive))
    return -1;
  shortened less{message};
  return __real_recvmsg(socket, &less.message, flags);
}

ssize_t __wrap_send(int socket, const void* from, size_t size, int flags) {
  return fails(system_call::send)
           ? -1
           : __real_send(socket, from, std::min(size, longest_transfer.load()), flags);
}

ssize_t __wrap_sendmsg(int socket, const ::msghdr* message, int flags) {
  if (fails(system_call::send))
    return -1;
  const shortened less{message};
  return __real_sendmsg(socket, &less.message, flags);
}

int __wrap_sendmmsg(int socket, ::mmsghdr* messages, unsigned count, int flags) {
  return fails(system_call::send) ? -1 : __real_sendmmsg(socket, messages, count, flags);
}

int __wrap_socket(int domain, int type, int protocol) {
  return fails(system_call::socket) ? -1 : __real_socket(domain, type, protocol);
}

int __wrap_epoll_create1(int flags) {
  return fails(system_call::event_loop) ? -1 : __real_epoll_create1(flags);
}

/// Not by the linker: the standard library calls it, too.
int pthread_create(::pthread_t* made, const ::pthread_attr_t* attributes, void* (*run)(void*),
                   void* argument) noexcept {
  static const auto real
    = reinterpret_cast<decltype(&::pthread_create)>(::dlsym(RTLD_NEXT, "pthread_create"));
  return fails(system_call::thread) ? errno : real(made, attributes, run, argument);
}

int __wrap_epoll_wait(int queue, ::epoll_event* events, int most, int timeout) {
  return fails(system_call::wait) ? -1 : __real_epoll_wait(queue, events, most, timeout);
}
}
// NOLINTEND
