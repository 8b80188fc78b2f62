#include "listener.hpp"

#include "../accepting.hpp"
#include "../own_socket.hpp"

#include <algorithm>

#include <asio/post.hpp>
#include <sys/socket.h>

namespace ockam::internal {

socket_listener::socket_listener(thread_ptr thread, acceptor bound, ockam::flow_control_id id,
                                 std::size_t max_connections)
  : listening{std::move(id)},
    thread_{std::move(thread)},
    acceptor_{std::move(bound)},
    protocol_{protocol_of(acceptor_)},
    pause_{thread_->executor()},
    back_off_{first_back_off},
    max_connections_{std::min(max_connections, descriptor_share())} {}

asio::generic::stream_protocol socket_listener::protocol_of(acceptor& bound) {
  std::error_code failed;
  bound.non_blocking(true, failed); // what waits may be gone when it is looked for
  return bound.local_endpoint(failed).protocol();
}

void socket_listener::start(pick_thread pick, on_accept accepted, on_end ended) {
  pick_ = std::move(pick);
  accepted_ = std::move(accepted);
  ended_ = std::move(ended);
  asio::post(thread_->executor(), [me = self()] { me->accept(); });
}

void socket_listener::accept() {
  if (over_)
    return;
  if (connections_ >= max_connections_) {
    full_ = true; // until one of them ends; the operating system queues a few meanwhile
    return report_full(connections_);
  }
  const std::lock_guard guard{closing_};
  acceptor_.async_wait(acceptor::wait_read, [me = self()](const std::error_code& failed) {
    if (me->over_)
      return;
    if (failed)
      return me->is_stopped() ? me->end() : me->try_again_later(failed);
    me->accept_waiting();
  });
}

/// Accepts what waits, then lets others have their turn.
void socket_listener::accept_waiting() {
  for (int i = 0; i < accepts_in_a_row && !over_ && connections_ < max_connections_; ++i) {
    if (!for_next_)
      for_next_ = pick_();
    stream_socket socket{loop_of(for_next_->executor())};
    std::error_code failed;
    {
      const std::lock_guard guard{closing_};
      accept_socket(acceptor_, protocol_, socket, failed);
    }
    if (nothing_waits(failed))
      break;
    if (failed)
      return is_stopped() ? end() : try_again_later(failed);
    back_off_ = first_back_off;
    ++connections_;
    accepted_(std::move(socket), std::exchange(for_next_, nullptr));
  }
  accept();
}

void socket_listener::try_again_later(const std::error_code& failed) {
  report_not_accepted(failed.message(), back_off_);
  pause_.expires_after(back_off_);
  back_off_ = std::min(back_off_ * 2, longest_back_off);
  pause_.async_wait([me = self()](const std::error_code& cancelled) {
    if (!cancelled)
      me->accept();
  });
}

void socket_listener::connection_ended() {
  asio::post(thread_->executor(), [me = self()] {
    --me->connections_;
    if (std::exchange(me->full_, false))
      me->accept();
  });
}

void socket_listener::stop() {
  {
    const std::lock_guard guard{closing_};
    if (std::exchange(stopped_, true))
      return;
    release(); // before shutdown, which lets the I/O thread look for a connection once more
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR); // refuses from now on, and frees the port
  }
  asio::post(thread_->executor(), [me = self()] { me->end(); });
}

bool socket_listener::is_stopped() {
  const std::lock_guard guard{closing_};
  return stopped_;
}

void socket_listener::end() {
  if (std::exchange(over_, true))
    return;
  {
    const std::lock_guard guard{closing_};
    if (!std::exchange(stopped_, true))
      release();
    std::error_code ignored;
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

} // namespace ockam::internal
