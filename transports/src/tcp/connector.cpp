#include "connector.hpp"

#include "../this_machine.hpp"
#include "socket_options.hpp"

#include <algorithm>

#include <asio/post.hpp>

namespace ockam::tcp::detail {

connector::connector(const asio::any_io_executor& executor, host_port peer,
                     const connect_options& options)
  : peer_{std::move(peer)},
    timeout_{options.connect_timeout},
    retry_until_{std::chrono::steady_clock::now() + options.retry_for},
    prefer_{options.prefer},
    executor_{executor},
    resolver_{executor},
    socket_{executor},
    limit_{executor},
    last_failure_{errc::not_found, "the name " + peer_.host + " has no address"} {}

void connector::start(on_done done) {
  done_ = std::move(done);
  asio::post(executor_, [me = shared_from_this()] { me->attempt(); });
}

void connector::cancel() {
  asio::post(executor_, [me = shared_from_this()] {
    if (!me->done_)
      return;
    me->resolver_.cancel();
    std::error_code ignored;
    me->socket_.close(ignored);
    me->finish(fail(errc::shutting_down, "the TCP transport has stopped"));
  });
}

void connector::attempt() {
  trying_ = true;
  limit_.expires_after(timeout_);
  limit_.async_wait([me = shared_from_this()](const std::error_code& cancelled) {
    if (!cancelled)
      me->attempt_failed({make_error_code(std::errc::timed_out),
                          "connecting to " + to_string(me->peer_) + " took more than "
                            + std::to_string(me->timeout_.count())
                            + " ms (connect-timeout); check host, port and firewall"});
  });
  resolve();
}

void connector::attempt_failed(error why) {
  if (!trying_)
    return;
  trying_ = false;
  limit_.cancel();
  resolver_.cancel();
  std::error_code ignored;
  socket_.close(ignored);
  left_.clear();
  if (std::chrono::steady_clock::now() + back_off_ >= retry_until_)
    return finish(fail(std::move(why)));
  limit_.expires_after(back_off_);
  back_off_ = std::min(back_off_ * 2, std::chrono::milliseconds{500});
  limit_.async_wait([me = shared_from_this()](const std::error_code& cancelled) {
    if (!cancelled)
      me->attempt();
  });
}

void connector::resolve() {
  if (peer_.numeric()) {
    std::error_code failed;
    const auto where = asio::ip::make_address(peer_.host, failed);
    if (failed)
      return attempt_failed(socket_error(failed, "reading the address " + peer_.host));
    left_.emplace_back(where, peer_.port);
    return try_next();
  }
  // the resolver has a thread of its own: nothing waits here (MAP-10)
  resolver_.async_resolve(
    peer_.host, std::to_string(peer_.port), asio::ip::tcp::resolver::numeric_service,
    [me = shared_from_this()](const std::error_code& failed, const auto& found) {
      if (!me->trying_)
        return;
      if (failed && !internal::is_this_machine(me->peer_.host))
        return me->attempt_failed(
          {failed, "resolving " + me->peer_.host + ": check the name, or use an IP address"});
      if (failed)
        me->left_ = {{asio::ip::address_v4::loopback(), me->peer_.port},
                     {asio::ip::address_v6::loopback(), me->peer_.port}};
      for (const auto& each : found)
        me->left_.push_back(each.endpoint());
      if (me->prefer_ != family::any)
        std::stable_partition(me->left_.begin(), me->left_.end(), [&](const auto& each) {
          return each.address().is_v4() == (me->prefer_ == family::ipv4_first);
        });
      std::ranges::reverse(me->left_);
      me->try_next();
    });
}

void connector::try_next() {
  if (left_.empty())
    return attempt_failed(last_failure_);
  const auto where = left_.back();
  left_.pop_back();
  socket_ = asio::ip::tcp::socket{executor_};
  socket_.async_connect(where, [me = shared_from_this(), where](const std::error_code& failed) {
    if (!me->trying_)
      return;
    if (!failed)
      return me->finish(std::move(me->socket_));
    me->last_failure_ = socket_error(failed,
                                     "connecting to " + to_text(where)
                                       + (me->peer_.numeric() ? "" : " (" + me->peer_.host + ')'));
    me->try_next();
  });
}

void connector::finish(result<asio::ip::tcp::socket> outcome) {
  if (!done_)
    return;
  trying_ = false;
  limit_.cancel();
  std::exchange(done_, nullptr)(std::move(outcome));
}

} // namespace ockam::tcp::detail
