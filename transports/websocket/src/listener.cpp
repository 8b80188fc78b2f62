#include "listener.hpp"

#include "accepting.hpp"
#include "net_error.hpp"
#include "numeric_endpoint.hpp"
#include "own_socket.hpp"

#include <algorithm>

#include <boost/asio/post.hpp>
#include <sys/socket.h>

namespace ockam::websocket::detail {

websocket_listener::websocket_listener(thread_ptr thread, url where, listen_options options,
                                       tls_context context)
  : listening{options.spawner_flow_control_id},
    thread_{std::move(thread)},
    where_{std::move(where)},
    options_{std::move(options)},
    context_{std::move(context)},
    acceptor_{thread_->context().get_executor()},
    pause_{thread_->context()},
    back_off_{internal::first_back_off},
    max_connections_{std::min(options_.max_connections, internal::descriptor_share())} {}

result<void> websocket_listener::open(const node_ptr& node) {
  const auto wanted = internal::numeric_endpoint<net::ip::tcp::endpoint>(where_.where);
  if (!wanted)
    return fail(wanted.error());
  error_code failed;
  auto where = *wanted;
  const auto step = [&](auto&& call) {
    if (!failed)
      call();
  };
  step([&] { internal::open_socket(acceptor_, where.protocol(), failed); });
  step([&] { acceptor_.set_option(acceptor::reuse_address{true}, failed); });
  step([&] { acceptor_.bind(where, failed); });
  step([&] { acceptor_.listen(options_.backlog, failed); });
  step([&] { acceptor_.non_blocking(true, failed); }); // what waits may be gone
  step([&] { where = acceptor_.local_endpoint(failed); });
  if (failed)
    return fail(
      net_error(failed, internal::socket_use::listen, "listening on " + to_string(where_.where)));
  protocol_ = where.protocol();
  where_.where.port = where.port();
  return open_port(node, where_.to_text());
}

void websocket_listener::start(pick_thread pick, on_accept accepted, on_end ended) {
  pick_ = std::move(pick);
  accepted_ = std::move(accepted);
  ended_ = std::move(ended);
  net::post(thread_->context(), [me = self()] { me->accept(); });
}

void websocket_listener::accept() {
  if (over_)
    return;
  if (connections_ >= max_connections_) {
    full_ = true; // until one of them ends; the operating system queues a few meanwhile
    return report_full(connections_);
  }
  acceptor_.async_wait(acceptor::wait_read, [me = self()](const error_code& failed) {
    if (me->over_)
      return;
    if (failed)
      return me->is_stopped() ? me->end() : me->try_again_later(failed);
    me->accept_waiting();
  });
}

/// Accepts what waits, then lets others have their turn.
void websocket_listener::accept_waiting() {
  for (int i = 0; i < internal::accepts_in_a_row && connections_ < max_connections_; ++i) {
    if (!for_next_)
      for_next_ = pick_();
    tcp_socket socket{for_next_->context().get_executor()};
    error_code failed;
    internal::accept_socket(acceptor_, protocol_, socket, failed);
    if (internal::nothing_waits(failed))
      break;
    if (failed)
      return is_stopped() ? end() : try_again_later(failed);
    back_off_ = internal::first_back_off;
    open_stream(std::move(socket), std::exchange(for_next_, nullptr));
  }
  accept();
}

/// The socket counts until it is closed, whatever becomes of it.
void websocket_listener::open_stream(tcp_socket socket, const thread_ptr& thread) {
  ++connections_;
  std::shared_ptr<void> slot{nullptr, [weak = std::weak_ptr{self()}](void*) {
                               if (const auto me = weak.lock())
                                 me->socket_closed();
                             }};
  net::post(thread->context(),
            [me = self(), thread, slot = std::move(slot), socket = std::move(socket)]() mutable {
              me->serve(std::move(socket), std::move(slot), thread);
            });
}

/// On the thread of the socket.
void websocket_listener::serve(tcp_socket socket, std::shared_ptr<void> slot,
                               const thread_ptr& thread) {
  error_code failed;
  const auto remote = socket.remote_endpoint(failed);
  if (failed) // it has gone already
    return;
  socket.set_option(net::ip::tcp::no_delay{true}, failed);
  const auto peer = to_text(remote);
  const auto& limits = options_.limits;
  const auto made = stream::create(
    context_ ? make_tls_server(std::move(socket), context_) : make_plain_stream(std::move(socket)),
    peer, limits.max_frame_size, limits.write_deadline, std::move(slot));
  thread->watch(made);
  made->accept({.path = where_.path,
                .origins = options_.allowed_origins,
                .max_request_size = options_.max_request_size,
                .limit = limits.handshake_timeout},
               [me = self(), weak = std::weak_ptr{made}, peer, thread](result<void> opened) {
                 const auto made = weak.lock();
                 if (!opened)
                   me->node()->log().report(log_level::info, [&] {
                     return "listener " + me->socket_address() + " refused " + peer + ": "
                            + to_string(opened.error());
                   });
                 else if (made)
                   me->accepted_(made, peer, thread);
               });
}

void websocket_listener::try_again_later(const error_code& failed) {
  report_not_accepted(failed.message(), back_off_);
  pause_.expires_after(back_off_);
  back_off_ = std::min(back_off_ * 2, internal::longest_back_off);
  pause_.async_wait([me = self()](const error_code& cancelled) {
    if (!cancelled)
      me->accept();
  });
}

void websocket_listener::socket_closed() {
  net::post(thread_->context(), [weak = std::weak_ptr{self()}] { // nobody may be there to do it
    const auto me = weak.lock();
    if (!me)
      return;
    --me->connections_;
    if (std::exchange(me->full_, false))
      me->accept();
  });
}

void websocket_listener::stop() {
  {
    const std::lock_guard guard{closing_};
    if (std::exchange(stopped_, true))
      return;
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR); // refuses from now on, and frees the port
  }
  net::post(thread_->context(), [me = self()] { me->end(); });
}

bool websocket_listener::is_stopped() {
  const std::lock_guard guard{closing_};
  return stopped_;
}

void websocket_listener::end() {
  if (std::exchange(over_, true))
    return;
  {
    const std::lock_guard guard{closing_};
    stopped_ = true;
    error_code ignored;
    acceptor_.close(ignored);
  }
  pause_.cancel();
  close_port();
  pick_ = nullptr;
  for_next_ = nullptr;
  std::exchange(ended_, nullptr)(*this);
}

} // namespace ockam::websocket::detail
