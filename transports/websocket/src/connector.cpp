#include "connector.hpp"

#include "net_error.hpp"
#include "numeric_endpoint.hpp"
#include "own_socket.hpp"

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
    deadline_{internal::moment_after(timeout_)},
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

void connector::check_deadlines(const tick& at) {
  at.postpone(deadline_);
  if (at.now >= deadline_)
    finish(fail({make_error_code(std::errc::timed_out),
                 "connecting to " + escaped(peer_.to_text()) + " took more than "
                   + std::to_string(timeout_.count()) + " ms (connect-timeout); "
                   + (lookup_.is_under_way() ? "the name is still being looked up: check the "
                                               "resolver of this machine, or use an IP address"
                                             : "check host, port and firewall")}));
}

void connector::resolve() {
  if (peer_.where.numeric()) {
    const auto where = internal::numeric_endpoint<net::ip::tcp::endpoint>(peer_.where);
    if (!where)
      return finish(fail(where.error()));
    left_.push_back(*where);
    return try_next();
  }
  me_ = shared_from_this();
  lookup_.start(peer_.where.host,
                [weak = weak_from_this(), executor = thread_->context().get_executor()](
                  const internal::found_addresses& found) {
                  net::post(executor, [weak, found] {
                    if (const auto me = weak.lock(); me && me->done_)
                      me->looked_up(found);
                  });
                });
}

void connector::looked_up(const internal::found_addresses& found) {
  const auto me = std::exchange(me_, nullptr);
  if (!found)
    return finish(fail(found.error()));
  for (const auto& each : *found)
    left_.emplace(left_.begin(), each.as<net::ip::address>(), peer_.where.port);
  try_next();
}

void connector::try_next() {
  if (left_.empty())
    return finish(fail(last_failure_));
  const auto where = left_.back();
  left_.pop_back();
  socket_ = tcp_socket{thread_->context().get_executor()};
  error_code failed;
  internal::open_socket(socket_, where.protocol(), failed);
  if (failed) {
    last_failure_ = failure(failed, where);
    return try_next();
  }
  socket_.async_connect(where, [me = shared_from_this(), where](error_code failed) {
    if (!me->done_)
      return;
    internal::refuse_itself(me->socket_, failed);
    if (!failed)
      return me->open_stream(where);
    me->last_failure_ = me->failure(failed, where);
    me->try_next();
  });
}

error connector::failure(const error_code& code, const net::ip::tcp::endpoint& where) const {
  const auto& host = peer_.where;
  return net_error(code, internal::socket_use::connect,
                   "connecting to " + to_text(where)
                     + (host.numeric() ? "" : " (" + host.host + ')'));
}

void connector::open_stream(const net::ip::tcp::endpoint& where) {
  error_code ignored;
  socket_.set_option(net::ip::tcp::no_delay{true}, ignored);
  auto below = peer_.secure ? make_tls_client(std::move(socket_), context_, peer_.where)
                            : make_plain_stream(std::move(socket_));
  const auto peer = (peer_.secure ? "wss://" : "ws://") + with_zone_escaped(to_text(where))
                    + peer_.path;
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
  const auto me = std::exchange(me_, nullptr);
  error_code ignored;
  lookup_.cancel();
  socket_.close(ignored);
  const auto opened = std::move(stream_);
  if (opened && !what)
    opened->abort();
  done(std::move(what));
}

} // namespace ockam::websocket::detail
