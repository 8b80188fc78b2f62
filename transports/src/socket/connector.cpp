#include "connector.hpp"

#include "../own_socket.hpp"

#include "ockam/protocol/text.hpp"
#include "ockam/protocol/time_span.hpp"

#include <algorithm>

#include <asio/bind_executor.hpp>
#include <asio/post.hpp>

namespace ockam::internal {

connector::connector(const asio::any_io_executor& executor, std::string peer, patience patience)
  : executor_{executor},
    peer_{escaped(peer)},
    timeout_{patience.connect_timeout},
    retry_for_{patience.retry_for},
    socket_{loop_of(executor)},
    limit_{executor},
    last_failure_{errc::not_found, peer_ + " has no address"} {}

void connector::start(on_done done, std::chrono::milliseconds pause) {
  done_ = std::move(done);
  retry_until_ = moment_after(time_span{retry_for_}, moment_after(pause));
  asio::post(executor_, [me = shared_from_this(), pause] {
    pause.count() > 0 ? me->attempt_after(pause) : me->attempt();
  });
}

void connector::cancel() {
  asio::post(executor_, [me = shared_from_this()] {
    if (!me->done_)
      return;
    me->stop_finding();
    std::error_code ignored;
    me->socket_.close(ignored);
    me->finish(fail(errc::shutting_down, "the transport has stopped"));
  });
}

void connector::attempt_after(std::chrono::milliseconds pause) {
  limit_.expires_at(moment_after(pause));
  limit_.async_wait([me = shared_from_this()](const std::error_code& cancelled) {
    if (!cancelled && me->done_)
      me->attempt();
  });
}

void connector::attempt() {
  trying_ = true;
  limit_.expires_at(moment_after(timeout_));
  limit_.async_wait([me = shared_from_this()](const std::error_code& cancelled) {
    if (!cancelled)
      me->attempt_failed({make_error_code(std::errc::timed_out),
                          "connecting to " + me->peer_ + " took more than "
                            + std::to_string(me->timeout_.count()) + " ms (connect-timeout); "
                            + std::string{me->advice_when_late()}});
  });
  find();
}

void connector::attempt_failed(error why) {
  if (!trying_)
    return;
  trying_ = false;
  limit_.cancel();
  stop_finding();
  std::error_code ignored;
  socket_.close(ignored);
  left_.clear();
  if (std::chrono::steady_clock::now() + back_off_ >= retry_until_)
    return finish(fail(std::move(why)));
  attempt_after(back_off_);
  back_off_ = std::min(back_off_ * 2, std::chrono::milliseconds{500});
}

void connector::found(std::vector<stream_endpoint> endpoints) {
  left_ = std::move(endpoints);
  std::ranges::reverse(left_);
  try_next();
}

void connector::try_next() {
  if (left_.empty())
    return attempt_failed(last_failure_);
  const auto where = left_.back();
  left_.pop_back();
  socket_ = stream_socket{loop_of(executor_)};
  std::error_code failed;
  open_socket(socket_, where.protocol(), failed);
  if (failed) {
    last_failure_ = failure(failed, where);
    return try_next();
  }
  socket_.async_connect(
    where, asio::bind_executor(executor_, [me = shared_from_this(), where](std::error_code failed) {
      if (!me->trying_)
        return;
      refuse_itself(me->socket_, failed);
      if (!failed)
        return me->finish(std::move(me->socket_));
      me->last_failure_ = me->failure(failed, where);
      me->try_next();
    }));
}

void connector::finish(result<stream_socket> outcome) {
  if (!done_)
    return;
  trying_ = false;
  limit_.cancel();
  std::exchange(done_, nullptr)(std::move(outcome));
}

error connector::failure(std::error_code code, const stream_endpoint&) const {
  return socket_error(code, socket_use::connect, "connecting to " + peer_);
}

} // namespace ockam::internal
