#pragma once

#include "ockam/protocol/result.hpp"
#include "ockam/protocol/text.hpp"
#include "ockam/protocol/time_span.hpp"
#include "ockam/transports/io/basic_io_thread.hpp"
#include "ockam/transports/io/cancellable.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace ockam::internal {

/// How long connecting may take.
struct connect_timeouts {
  std::chrono::milliseconds connect_timeout; // one attempt
  std::chrono::milliseconds retry_for;
};

/// Connects once: makes one attempt after the other, each within one time limit, as long as `retry_for`
/// says. What an attempt does is in the class that derives from it; all of it on one I/O thread.
///
/// @tparam Net      the types of an event-loop library, see `asio_net`
/// @tparam Outcome  what an attempt makes
template <class Net, class Outcome>
class basic_connector : public cancellable,
                        public watched,
                        public std::enable_shared_from_this<basic_connector<Net, Outcome>> {
public:
  using thread_ptr = std::shared_ptr<basic_io_thread<Net>>;
  using on_done = std::function<void(result<Outcome>)>;

  /// @param peer  as it is named in errors
  basic_connector(thread_ptr thread, std::string_view peer, connect_timeouts timeouts)
    : thread_{std::move(thread)},
      peer_{escaped(peer)},
      timeout_{timeouts.connect_timeout},
      retry_for_{timeouts.retry_for},
      timer_{thread_->executor()} {}

  /// `done` is called once, on the I/O thread.
  /// @param pause  before the first attempt
  void start(on_done done, std::chrono::milliseconds pause = {});

  void cancel() override {
    thread_->post([me = this->shared_from_this()] { me->abort(); });
  }

  // -- watched -------------------------------------------------------------------------------------

  void check_deadlines(const tick& at) override { at.postpone(late_at_); }
  void abort() override;

protected:
  /// Begins an attempt, which leads to `finish` or `attempt_failed`, now or later.
  virtual void attempt() = 0;

  /// Gives up what an attempt has begun.
  virtual void stop_attempt() = 0;

  /// What to try when the time for an attempt is over.
  [[nodiscard]] virtual std::string_view advice_when_late() const = 0;

  void attempt_failed(error why);
  void finish(result<Outcome> outcome);

  /// Whether an attempt is under way.
  [[nodiscard]] bool trying() const noexcept { return trying_; }
  [[nodiscard]] const thread_ptr& thread() const noexcept { return thread_; }

private:
  void attempt_at(clock::time_point when);
  void wait_until_late();

  const thread_ptr thread_;
  const std::string peer_;
  const std::chrono::milliseconds timeout_;
  const std::chrono::milliseconds retry_for_;
  clock::time_point retry_until_{};
  clock::time_point late_at_ = clock::time_point::max();
  typename Net::timer timer_; // of an attempt, or of the pause before it
  std::chrono::milliseconds back_off_{50};
  bool trying_ = false;
  bool aborted_ = false;
  on_done done_;
};

template <class Net, class Outcome>
void basic_connector<Net, Outcome>::start(on_done done, std::chrono::milliseconds pause) {
  thread_->post(
    [me = this->shared_from_this(), done = std::move(done), first = moment_after(pause)]() mutable {
      me->done_ = std::move(done);
      if (me->aborted_) // before this function has run
        return me->abort();
      me->retry_until_ = moment_after(me->retry_for_, first);
      me->thread_->watch(me);
      me->attempt_at(first);
    });
}

template <class Net, class Outcome>
void basic_connector<Net, Outcome>::abort() {
  aborted_ = true;
  if (!done_)
    return;
  stop_attempt();
  finish(fail(errc::shutting_down, "the transport has stopped"));
}

template <class Net, class Outcome>
void basic_connector<Net, Outcome>::attempt_at(clock::time_point when) {
  timer_.expires_at(when);
  timer_.async_wait([me = this->shared_from_this()](const typename Net::error_code& cancelled) {
    if (cancelled || !me->done_)
      return;
    me->trying_ = true;
    me->late_at_ = moment_after(me->timeout_);
    me->wait_until_late();
    me->attempt();
  });
}

template <class Net, class Outcome>
void basic_connector<Net, Outcome>::wait_until_late() {
  timer_.expires_at(late_at_);
  timer_.async_wait([me = this->shared_from_this()](const typename Net::error_code& cancelled) {
    if (cancelled || !me->trying_)
      return;
    if (clock::now() < me->late_at_) // we did not run meanwhile
      return me->wait_until_late();
    me->attempt_failed({make_error_code(std::errc::timed_out),
                        "connecting to " + me->peer_ + " took more than "
                          + std::to_string(me->timeout_.count()) + " ms (connect-timeout); "
                          + std::string{me->advice_when_late()}});
  });
}

template <class Net, class Outcome>
void basic_connector<Net, Outcome>::attempt_failed(error why) {
  if (!trying_)
    return;
  trying_ = false;
  stop_attempt();
  const auto next = clock::now() + back_off_;
  if (next >= retry_until_)
    return finish(fail(std::move(why)));
  back_off_ = std::min(back_off_ * 2, std::chrono::milliseconds{500});
  attempt_at(next);
}

template <class Net, class Outcome>
void basic_connector<Net, Outcome>::finish(result<Outcome> outcome) {
  trying_ = false;
  timer_.cancel();
  if (const auto done = std::exchange(done_, nullptr))
    done(std::move(outcome));
}

} // namespace ockam::internal
