#include "connector.hpp"

#include "net_error.hpp"
#include "this_machine.hpp"

#include "ockam/protocol/text.hpp"

#include <algorithm>

#include <boost/asio/post.hpp>

namespace ockam::websocket::detail {

connector::connector(std::shared_ptr<io_thread> thread, url peer, const connect_options& options,
                     tls_context context)
  : thread_{std::move(thread)},
    peer_{std::move(peer)},
    host_{options.host.empty() ? peer_.host() : options.host},
    timeout_{options.connect_timeout},
    limits_{options.limits},
    context_{std::move(context)},
    deadline_{clock::now() + timeout_},
    resolver_{thread_->context().get_executor()},
    socket_{thread_->context().get_executor()},
    last_failure_{errc::not_found, "the name " + escaped(peer_.where.host) + " has no address"} {}

void connector::start(on_done done) {
  done_ = std::move(done);
  net::post(thread_->context(), [me = shared_from_this()] {
    me->thread_->watch(me);
    me->resolve();
  });
}

void connector::cancel() {
  net::post(thread_->context(), [me = shared_from_this()] { me->abort(); });
}

void connector::abort() {
  finish(fail(errc::shutting_down, "the WebSocket transport has stopped"));
}

void connector::check_deadlines(clock::time_point now) {
  if (now >= deadline_)
    finish(fail({make_error_code(std::errc::timed_out),
                 "connecting to " + escaped(peer_.to_text()) + " took more than "
                   + std::to_string(timeout_.count())
                   + " ms (connect-timeout); check host, port and firewall"}));
}

void connector::resolve() {
  error_code failed;
  if (peer_.where.numeric()) {
    const auto where = net::ip::make_address(peer_.where.host, failed);
    if (failed)
      return finish(fail(net_error(failed, internal::socket_use::connect,
                                   "reading the address " + peer_.where.host)));
    left_.emplace_back(where, peer_.where.port);
    return try_next();
  }
  // the resolver has a thread of its own: nothing waits here (MAP-10)
  resolver_.async_resolve(
    peer_.where.host, std::to_string(peer_.where.port), resolver::numeric_service,
    [me = shared_from_this()](const error_code& failed, const auto& found) {
      if (!me->done_)
        return;
      const auto& [host, port, kind] = me->peer_.where;
      if (failed && !internal::is_this_machine(host))
        return me->finish(fail({to_std(failed), "resolving " + escaped(host)
                                                  + ": check the name, or use an IP address"}));
      if (failed)
        me->left_ = {{net::ip::address_v6::loopback(), port},
                     {net::ip::address_v4::loopback(), port}};
      for (const auto& each : found)
        me->left_.insert(me->left_.begin(), each.endpoint());
      me->try_next();
    });
}

void connector::try_next() {
  if (left_.empty())
    return finish(fail(last_failure_));
  const auto where = left_.back();
  left_.pop_back();
  socket_ = tcp_socket{thread_->context().get_executor()};
  socket_.async_connect(where, [me = shared_from_this(), where](const error_code& failed) {
    if (!me->done_)
      return;
    if (!failed)
      return me->open_stream(where);
    const auto& host = me->peer_.where;
    me->last_failure_ = net_error(failed, internal::socket_use::connect,
                                  "connecting to " + to_text(where)
                                    + (host.numeric() ? "" : " (" + host.host + ')'));
    me->try_next();
  });
}

void connector::open_stream(const net::ip::tcp::endpoint& where) {
  error_code ignored;
  socket_.set_option(net::ip::tcp::no_delay{true}, ignored);
  auto below = peer_.secure ? make_tls_client(std::move(socket_), context_, peer_.where)
                            : make_plain_stream(std::move(socket_));
  const auto peer = (peer_.secure ? "wss://" : "ws://") + to_text(where) + peer_.path;
  stream_ = stream::create(std::move(below), peer, limits_.max_frame_size, limits_.write_deadline);
  thread_->watch(stream_);
  stream_->connect(host_, peer_.target(), [me = shared_from_this(), peer](result<void> opened) {
    if (opened)
      me->finish(outcome{me->stream_, peer});
    else
      me->finish(fail(std::move(opened.error())));
  });
}

void connector::finish(result<outcome> what) {
  if (!done_)
    return;
  const auto done = std::exchange(done_, nullptr);
  error_code ignored;
  resolver_.cancel();
  socket_.close(ignored);
  const auto opened = std::move(stream_);
  if (opened && !what)
    opened->abort();
  done(std::move(what));
}

} // namespace ockam::websocket::detail
