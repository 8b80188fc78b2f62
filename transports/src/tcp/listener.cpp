#include "listener.hpp"

#include "../accepting.hpp"
#include "socket_options.hpp"

#include "log.hpp"

#include <algorithm>

#include <asio/post.hpp>
#include <sys/socket.h>

namespace ockam::tcp::detail {

listener_impl::listener_impl(std::shared_ptr<internal::io_thread> thread, listen_options options)
  : thread_{std::move(thread)},
    options_{std::move(options)},
    acceptor_{thread_->executor()},
    pause_{thread_->executor()},
    back_off_{internal::first_back_off},
    max_connections_{std::min(options_.max_connections, internal::descriptor_share())} {}

result<void> listener_impl::open(const std::shared_ptr<internal::node_state>& node,
                                 const asio::ip::tcp::endpoint& where) {
  std::error_code failed;
  const auto step = [&](auto&& call) {
    if (!failed)
      call();
  };
  step([&] { acceptor_.open(where.protocol(), failed); });
  step([&] { acceptor_.set_option(asio::ip::tcp::acceptor::reuse_address{true}, failed); });
  step([&] { acceptor_.bind(where, failed); });
  step([&] { acceptor_.listen(options_.backlog, failed); });
  asio::ip::tcp::endpoint bound;
  step([&] { bound = acceptor_.local_endpoint(failed); });
  if (failed)
    return fail(socket_error(failed, "listening on " + to_text(where)));
  auto port = listener_port::open(node, options_.spawner_flow_control_id,
                                  [weak = weak_from_this()] {
                                    if (const auto me = weak.lock())
                                      me->stop();
                                  });
  if (!port)
    return fail(std::move(port.error()));
  node_ = node;
  port_ = std::move(*port);
  address_ = port_.address();
  socket_address_ = to_text(bound);
  port_number_ = bound.port();
  return {};
}

void listener_impl::start(pick_thread pick, on_accept accepted, on_end ended) {
  pick_ = std::move(pick);
  accepted_ = std::move(accepted);
  ended_ = std::move(ended);
  asio::post(thread_->executor(), [me = shared_from_this()] { me->accept(); });
}

void listener_impl::accept() {
  if (over_)
    return;
  if (connections_ >= max_connections_) {
    full_ = true; // until one of them ends; the operating system queues a few meanwhile
    internal::log_warning("listener " + socket_address_ + " has " + std::to_string(connections_)
                          + " connections (max-connections); accepting pauses");
    return;
  }
  const auto thread = pick_();
  acceptor_.async_accept(thread->executor(),
                         [me = shared_from_this(), thread](const std::error_code& failed,
                                                           asio::ip::tcp::socket socket) {
                           if (me->over_)
                             return;
                           if (failed)
                             return me->is_stopped() ? me->end() : me->try_again_later(failed);
                           me->back_off_ = internal::first_back_off;
                           ++me->connections_;
                           me->accepted_(std::move(socket), thread);
                           me->accept();
                         });
}

void listener_impl::try_again_later(const std::error_code& failed) {
  internal::log_warning("listener " + socket_address_
                        + " could not accept a connection: " + failed.message()
                        + "; trying again in " + std::to_string(back_off_.count()) + " ms");
  pause_.expires_after(back_off_);
  back_off_ = std::min(back_off_ * 2, internal::longest_back_off);
  pause_.async_wait([me = shared_from_this()](const std::error_code& cancelled) {
    if (!cancelled)
      me->accept();
  });
}

void listener_impl::connection_ended() {
  asio::post(thread_->executor(), [me = shared_from_this()] {
    --me->connections_;
    if (std::exchange(me->full_, false))
      me->accept();
  });
}

void listener_impl::stop() {
  {
    const std::lock_guard guard{closing_};
    if (std::exchange(stopped_, true))
      return;
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR); // refuses from now on, and frees the port
  }
  asio::post(thread_->executor(), [me = shared_from_this()] { me->end(); });
}

bool listener_impl::is_stopped() {
  const std::lock_guard guard{closing_};
  return stopped_;
}

void listener_impl::end() {
  if (std::exchange(over_, true))
    return;
  {
    const std::lock_guard guard{closing_};
    stopped_ = true;
    std::error_code ignored;
    acceptor_.close(ignored);
  }
  pause_.cancel();
  port_.close();
  pick_ = nullptr;
  accepted_ = nullptr;
  std::exchange(ended_, nullptr)(shared_from_this());
}

} // namespace ockam::tcp::detail
