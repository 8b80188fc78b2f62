#pragma once

#include "ockam/protocol/host_port.hpp"
#include "ockam/transports/io/basic_io_thread.hpp"
#include "ockam/transports/io/error_hint.hpp"
#include "ockam/transports/io/numeric_endpoint.hpp"
#include "ockam/transports/io/own_socket.hpp"
#include "ockam/transports/transport/listener_base.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include <sys/resource.h>
#include <sys/socket.h>

namespace ockam::sdk {

/// At most half of the descriptors this process may have.
inline std::size_t descriptor_share() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return SIZE_MAX;
  return std::max<std::size_t>(1, limit.rlim_cur / 2);
}

/// Binds to a numeric host and listens.
/// - errc::invalid_value  no such address
/// - a system error       with a hint
template <class Net, class Protocol>
result<typename Net::template acceptor<Protocol>> listen_at(
  const typename Net::any_executor& executor, const host_port& at, int backlog) {
  const auto where = numeric_endpoint<typename Net::tcp::endpoint>(at);
  if (!where)
    return fail(where.error());
  typename Net::template acceptor<Protocol> made{executor};
  typename Net::error_code failed;
  const auto step = [&](auto&& call) {
    if (!failed)
      call();
  };
  step([&] { open_socket(made, where->protocol(), failed); });
  step([&] { made.set_option(typename decltype(made)::reuse_address{true}, failed); });
  step([&] { made.bind(*where, failed); });
  step([&] { made.listen(backlog, failed); });
  if (failed)
    return fail(socket_error(failed, socket_use::listen, "listening on " + to_text(*where)));
  return made;
}

/// Accepts sockets, on one I/O thread.
///
/// @tparam Net       the types of an event-loop library, see `asio_net`
/// @tparam Protocol  of the sockets
template <class Net, class Protocol>
class basic_acceptor : public listener_base {
public:
  using thread_ptr = std::shared_ptr<basic_io_thread<Net>>;
  using socket = typename Net::template stream_socket<Protocol>;
  using acceptor = typename Net::template acceptor<Protocol>;
  using pick_thread = std::function<thread_ptr()>; // for the next connection
  using on_accept = std::function<void(socket, thread_ptr)>;
  using on_end = std::function<void(const listener_base&)>;

  /// @param bound  listens already
  basic_acceptor(thread_ptr thread, acceptor bound, ockam::flow_control_id id,
                 std::size_t max_connections)
    : listener_base{std::move(id)},
      thread_{std::move(thread)},
      acceptor_{std::move(bound)},
      protocol_{protocol_of(acceptor_)},
      pause_{thread_->executor()},
      max_connections_{std::min(max_connections, descriptor_share())} {}

  /// Registers it with the node; accepting begins with `start`.
  [[nodiscard]] result<void> open(const node_ptr& node, std::string socket_address) {
    return open_port(node, std::move(socket_address));
  }
  void start(pick_thread pick, on_accept accepted, on_end ended);

  /// One of the accepted connections has ended: room for another. Any thread.
  void connection_ended();

  void stop() final;

protected:
  using error_code = typename Net::error_code;

  /// The socket address is no longer in use. Once, on the thread that stops it.
  virtual void release() {}
  [[nodiscard]] int listening_socket() { return acceptor_.native_handle(); }

private:
  static Protocol protocol_of(acceptor& bound);
  void accept();
  void accept_waiting();
  void try_again_later(const error_code& failed);
  bool is_stopped();
  void end();
  [[nodiscard]] std::shared_ptr<basic_acceptor> self() {
    return std::static_pointer_cast<basic_acceptor>(shared_from_this());
  }

  /// Pauses while nothing can be accepted, for lack of descriptors for instance: doubling.
  static constexpr std::chrono::milliseconds first_back_off{10};
  static constexpr std::chrono::milliseconds longest_back_off{1'000};

  /// Connections accepted before the connections of the same thread get their turn.
  static constexpr int accepts_in_a_row = 64;

  const thread_ptr thread_;
  acceptor acceptor_;
  const Protocol protocol_;
  std::mutex closing_; // the acceptor's socket is closed by its thread, shut down by any
  bool stopped_ = false;
  typename Net::timer pause_;
  std::chrono::milliseconds back_off_ = first_back_off;
  const std::size_t max_connections_;
  std::size_t connections_ = 0;
  pick_thread pick_;
  thread_ptr for_next_; // picked already
  on_accept accepted_;
  on_end ended_;
  bool full_ = false;
  bool over_ = false;
};

template <class Net, class Protocol>
Protocol basic_acceptor<Net, Protocol>::protocol_of(acceptor& bound) {
  error_code failed;
  bound.non_blocking(true, failed); // a queued connection may be gone when it is accepted
  return bound.local_endpoint(failed).protocol();
}

template <class Net, class Protocol>
void basic_acceptor<Net, Protocol>::start(pick_thread pick, on_accept accepted, on_end ended) {
  pick_ = std::move(pick);
  accepted_ = std::move(accepted);
  ended_ = std::move(ended);
  thread_->post([me = self()] { me->accept(); });
}

template <class Net, class Protocol>
void basic_acceptor<Net, Protocol>::accept() {
  if (over_)
    return;
  if (connections_ >= max_connections_) {
    full_ = true; // until one of them ends; the operating system queues a few meanwhile
    return report_full(connections_);
  }
  const std::lock_guard guard{closing_};
  acceptor_.async_wait(acceptor::wait_read, [me = self()](const error_code& failed) {
    if (me->over_)
      return;
    if (failed)
      return me->is_stopped() ? me->end() : me->try_again_later(failed);
    me->accept_waiting();
  });
}

/// Accepts queued connections, then yields to others.
template <class Net, class Protocol>
void basic_acceptor<Net, Protocol>::accept_waiting() {
  for (int i = 0; i < accepts_in_a_row && !over_ && connections_ < max_connections_; ++i) {
    if (!for_next_)
      for_next_ = pick_();
    socket made{for_next_->loop()};
    error_code failed;
    {
      const std::lock_guard guard{closing_};
      accept_socket(acceptor_, protocol_, made, failed);
    }
    if (nothing_waits(failed))
      break;
    if (failed)
      return is_stopped() ? end() : try_again_later(failed);
    back_off_ = first_back_off;
    ++connections_;
    accepted_(std::move(made), std::exchange(for_next_, nullptr));
  }
  accept();
}

template <class Net, class Protocol>
void basic_acceptor<Net, Protocol>::try_again_later(const error_code& failed) {
  report_not_accepted(failed.message(), back_off_);
  pause_.expires_after(back_off_);
  back_off_ = std::min(back_off_ * 2, longest_back_off);
  pause_.async_wait([me = self()](const error_code& cancelled) {
    if (!cancelled)
      me->accept();
  });
}

template <class Net, class Protocol>
void basic_acceptor<Net, Protocol>::connection_ended() {
  thread_->post([weak = std::weak_ptr{self()}] { // the thread may never run it
    const auto me = weak.lock();
    if (!me)
      return;
    --me->connections_;
    if (std::exchange(me->full_, false))
      me->accept();
  });
}

template <class Net, class Protocol>
void basic_acceptor<Net, Protocol>::stop() {
  {
    const std::lock_guard guard{closing_};
    if (std::exchange(stopped_, true))
      return;
    release(); // before shutdown, which lets the I/O thread look for a connection once more
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR); // refuses from now on, and frees the port
  }
  thread_->post([me = self()] { me->end(); });
}

template <class Net, class Protocol>
bool basic_acceptor<Net, Protocol>::is_stopped() {
  const std::lock_guard guard{closing_};
  return stopped_;
}

template <class Net, class Protocol>
void basic_acceptor<Net, Protocol>::end() {
  if (std::exchange(over_, true))
    return;
  {
    const std::lock_guard guard{closing_};
    if (!std::exchange(stopped_, true))
      release();
    error_code ignored;
    acceptor_.close(ignored);
  }
  pause_.cancel();
  close_port();
  pick_ = nullptr;
  for_next_ = nullptr;
  accepted_ = nullptr;
  if (ended_)
    std::exchange(ended_, nullptr)(*this);
}

} // namespace ockam::sdk
