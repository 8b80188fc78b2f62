#include "listener.hpp"

namespace ockam::websocket::detail {

namespace {

/// A stream whose peer has not asked for WebSocket yet.
class opening final : public internal::cancellable {
public:
  explicit opening(const std::shared_ptr<stream>& what) : what_{what} {}
  void cancel() override {
    if (const auto open = what_.lock())
      open->cancel_opening();
  }

private:
  const std::weak_ptr<stream> what_;
};

} // namespace

result<std::shared_ptr<websocket_listener>> websocket_listener::make(thread_ptr thread, url where,
                                                                     listen_options options,
                                                                     tls_context context) {
  auto bound = internal::listen_at<boost_net, net::ip::tcp>(thread->executor(), where.where,
                                                            options.backlog);
  if (!bound)
    return fail(std::move(bound.error()));
  error_code ignored;
  where.where.port = bound->local_endpoint(ignored).port();
  return std::make_shared<websocket_listener>(
    std::move(thread), std::move(*bound), std::move(where), std::move(options), std::move(context));
}

websocket_listener::websocket_listener(thread_ptr thread, acceptor bound, url where,
                                       listen_options options, tls_context context)
  : basic_acceptor{std::move(thread), std::move(bound), options.spawner_flow_control_id,
                   options.max_connections},
    where_{std::move(where)},
    options_{std::move(options)},
    context_{std::move(context)} {}

void websocket_listener::start(pick_thread pick, add_attempt add, on_stream opened, on_end ended) {
  add_attempt_ = std::move(add);
  opened_ = std::move(opened);
  tcp_acceptor::start(
    std::move(pick),
    [this](tcp_socket socket, const thread_ptr& thread) { open_stream(std::move(socket), thread); },
    std::move(ended));
}

/// The socket counts until it is closed, whatever becomes of it.
void websocket_listener::open_stream(tcp_socket socket, const thread_ptr& thread) {
  std::shared_ptr<void> slot{nullptr, [weak = std::weak_ptr{self()}](void*) {
                               if (const auto me = weak.lock())
                                 me->connection_ended();
                             }};
  net::post(thread->executor(),
            [me = self(), thread, slot = std::move(slot), socket = std::move(socket)]() mutable {
              me->serve(std::move(socket), std::move(slot), thread);
            });
}

/// On the thread of the socket.
void websocket_listener::serve(tcp_socket socket, std::shared_ptr<void> slot,
                               const thread_ptr& thread) {
  error_code failed;
  auto bound = bind_to(*thread, std::move(socket), failed);
  const auto remote = bound.remote_endpoint(failed);
  if (failed) // it has gone already
    return;
  bound.set_option(net::ip::tcp::no_delay{true}, failed);
  const auto peer = internal::to_text(remote);
  const auto& limits = options_.limits;
  const auto made = stream::create(
    context_ ? make_tls_server(std::move(bound), context_) : make_plain_stream(std::move(bound)),
    peer, limits.max_frame_size, limits.write_timeout, std::move(slot));
  const auto attempt = std::make_shared<opening>(made);
  if (!add_attempt_(attempt))
    return;
  thread->watch(made);
  made->accept({.path = where_.path,
                .origins = options_.allowed_origins,
                .max_request_size = options_.max_request_size,
                .limit = limits.handshake_timeout},
               [me = self(), weak = std::weak_ptr{made}, attempt, peer,
                thread](result<void> opened) {
                 const auto made = weak.lock();
                 if (!opened)
                   me->node()->log().report(log_level::info, [&] {
                     return "listener " + me->socket_address() + " refused " + peer + ": "
                            + to_string(opened.error());
                   });
                 else if (made)
                   me->opened_(made, peer, thread);
               });
}

} // namespace ockam::websocket::detail
