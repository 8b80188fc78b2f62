#pragma once

#include "ockam/actors/transport/clock.hpp"
#include "ockam/actors/transport/message_sink.hpp"
#include "ockam/actors/transport/node_services.hpp"
#include "ockam/protocol/time_span.hpp"
#include "ockam/transports/io/inline_executor.hpp"
#include "ockam/transports/io/loop_thread.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace ockam::sdk {

/// One thread of control with one event loop; connections are assigned to it for life, so that only their
/// output needs a lock. It checks the deadlines of its `timed` objects every 50 ms.
///
/// The loop is its own, on a thread of its own, or one of the host, which any number of the host's
/// threads may run. An actor that blocks an own thread does not block the loop: another thread takes it
/// over. Therefore actors run between two handlers of the loop, not in one.
///
/// @tparam Net  the types of an event-loop library, see `asio_net`
template <class Net>
class basic_io_thread final : public event_loop,
                              public std::enable_shared_from_this<basic_io_thread<Net>> {
public:
  using io_context = typename Net::io_context;
  using executor_type = typename Net::any_executor;

  /// @param poll_time  how long to look for input before sleeping
  explicit basic_io_thread(node_ptr node,
                           std::chrono::microseconds poll_time = std::chrono::microseconds{0})
    : node_{std::move(node)},
      context_{std::make_unique<io_context>(1)},
      executor_{context_->get_executor()},
      work_{loop()},
      timer_{executor_},
      poll_time_{poll_time},
      thread_{node_} {}

  basic_io_thread(node_ptr node, io_context& of_the_host)
    : node_{std::move(node)},
      strand_{of_the_host.get_executor()},
      executor_{*strand_},
      work_{loop()},
      timer_{executor_},
      thread_{node_} {}

  /// Throws `failure` where the thread cannot be started.
  void start();

  /// Own loop: lets it end when nothing is left to do; after `grace` it aborts its `timed` objects and
  /// forces the loop; joins the thread; not on this thread. A thread that a handler blocks for much
  /// longer is detached, and ends with the handler. Loop of the host: waits until the functions posted
  /// before have run, at most `grace`.
  void stop(std::chrono::milliseconds grace);

  /// For sockets, timers and functions: they run one after the other.
  [[nodiscard]] const executor_type& executor() const noexcept { return executor_; }

  /// The loop itself, for sockets that know nothing of strands.
  [[nodiscard]] typename io_context::executor_type loop() const noexcept {
    return strand_ ? strand_->get_inner_executor() : context_->get_executor();
  }

  /// As `async_wait` of the socket; quicker and smaller than with the executor, whose type is erased.
  /// @param then  void(const error_code&)
  template <class Socket, class Function>
  void wait(Socket& socket, typename Socket::wait_type until, Function then) {
    if (strand_)
      socket.async_wait(until, Net::bind(*strand_, std::move(then)));
    else
      socket.async_wait(until, std::move(then));
  }

  // -- event_loop ----------------------------------------------------------------------------------

  void post(std::function<void()> call) override { post_any(std::move(call)); }
  void dispatch(std::function<void()> call) override { Net::dispatch(executor_, std::move(call)); }
  void flush_soon(std::shared_ptr<batched_io> output, const execution_context* caller) override;
  void end_batch(std::shared_ptr<batched_io> next = nullptr) override;
  void watch(std::weak_ptr<timed> what) override { timed_.push_back(std::move(what)); }
  [[nodiscard]] execution_context* actor_context() noexcept override { return &thread_.actors(); }
  [[nodiscard]] clock::time_point now() const noexcept override { return coarse_now(); }

  [[nodiscard]] bool is_this_thread() const noexcept {
    return strand_ ? strand_->running_in_this_thread() : thread_.actors().is_this_thread();
  }

private:
  /// Without a std::function, which takes memory.
  template <class Function>
  void post_any(Function what) {
    if (strand_)
      Net::post(*strand_, std::move(what));
    else
      Net::post(*context_, std::move(what));
  }

  void run();
  bool handle_one();
  bool end_by_force();
  void tick();
  void for_each_timed(const std::function<void(timed&)>& call);
  void abort_timed();

  static constexpr std::chrono::milliseconds tick_length{50};

  const node_ptr node_;
  std::unique_ptr<io_context> context_;        // ours
  std::optional<typename Net::strand> strand_; // in the host's
  executor_type executor_;
  typename Net::work_guard work_;
  typename Net::timer timer_;
  tick_meter meter_{tick_length};
  std::vector<std::weak_ptr<timed>> timed_;
  time_span poll_time_{std::chrono::microseconds{0}};
  bool batch_ended_ = false;
  bool stopping_ = false;
  std::chrono::milliseconds grace_{0}; // when it is forced to end
  std::atomic<bool> forced_{false};
  loop_thread thread_; // holds this as long as it runs
};

template <class Net>
void basic_io_thread<Net>::start() {
  node_->add_io_thread(actor_context(),
                       [weak = this->weak_from_this()](std::function<void()> call) {
                         const auto me = weak.lock();
                         if (me)
                           me->post_any([weak, call = std::move(call)] {
                             if (const auto later = weak.lock()) {
                               call();
                               later->end_batch();
                             }
                           });
                       });
  post_any([weak = this->weak_from_this()] {
    if (const auto me = weak.lock()) {
      me->meter_.next(timed::clock::now()); // a pause may come before the first tick
      me->tick();
    }
  });
  if (context_)
    thread_.start([me = this->shared_from_this()] { me->run(); });
}

template <class Net>
void basic_io_thread<Net>::flush_soon(std::shared_ptr<batched_io> output,
                                      const execution_context* caller) {
  const bool is_of_an_actor_here = caller == actor_context()
                                   && (!strand_ || strand_->running_in_this_thread());
  if (!is_of_an_actor_here || !thread_.actors().flush_later(output))
    post_any([output = std::move(output)] { output->flush(); });
}

template <class Net>
void basic_io_thread<Net>::end_batch(std::shared_ptr<batched_io> next) {
  if (next)
    thread_.actors().read_on_later(std::move(next));
  if (std::exchange(batch_ended_, true) || !strand_)
    return; // the actors run when this function, or the handler, has returned
  thread_.actors().run_ready();
  batch_ended_ = false;
}

/// Returns early when another thread has the loop; that one begins here.
template <class Net>
void basic_io_thread<Net>::run() {
  auto& actors = thread_.actors();
  do
    if (batch_ended_ && !actors.run_ready())
      return;
  while (batch_ended_ = false, handle_one());
  if (!actors.run_ready())
    return;
  if (!forced_ || end_by_force())
    actors.leave();
}

/// Ends what had no time to end; a peer may always send more. False when another thread has the loop
/// now.
template <class Net>
bool basic_io_thread<Net>::end_by_force() {
  const auto until = std::chrono::steady_clock::now() + grace_;
  const auto is_time_left = [&] { return std::chrono::steady_clock::now() < until; };
  context_->restart();
  for (bool more = true; more && is_time_left();) {
    abort_timed();
    more = false;
    while (is_time_left() && context_->poll_one() > 0) {
      more = true;
      if (!thread_.actors().run_ready())
        return false;
    }
  }
  return true;
}

/// False when nothing is left to do.
template <class Net>
bool basic_io_thread<Net>::handle_one() {
  if (poll_time_.value().count() > 0) {
    const auto idle_since = std::chrono::steady_clock::now();
    while (!context_->stopped()) {
      if (context_->poll_one() > 0)
        return true;
      if (std::chrono::steady_clock::now() - idle_since >= poll_time_.value())
        break;
      std::this_thread::yield(); // the peer may want this core
    }
  }
  return context_->run_one() > 0; // sleeps until there is something to do
}

template <class Net>
void basic_io_thread<Net>::tick() {
  timer_.expires_after(tick_length);
  timer_.async_wait([weak = this->weak_from_this()](const typename Net::error_code& cancelled) {
    const auto me = weak.lock();
    if (cancelled || !me || me->stopping_)
      return;
    const auto at = me->meter_.next(timed::clock::now());
    me->for_each_timed([&at](timed& each) { each.check_deadlines(at); });
    me->end_batch();
    me->tick();
  });
}

template <class Net>
void basic_io_thread<Net>::for_each_timed(const std::function<void(timed&)>& call) {
  std::erase_if(timed_, [](const auto& each) { return each.expired(); });
  for (std::size_t i = 0; i < timed_.size(); ++i) // a call may add others
    if (const auto each = timed_[i].lock())
      call(*each);
}

template <class Net>
void basic_io_thread<Net>::abort_timed() {
  for_each_timed([](timed& each) { each.abort(); });
}

template <class Net>
void basic_io_thread<Net>::stop(std::chrono::milliseconds grace) {
  node_->remove_io_thread(actor_context());
  Net::dispatch(executor_, [me = this->shared_from_this()] {
    me->stopping_ = true;
    me->timer_.cancel();
  });
  work_.reset();
  if (!context_) {
    const auto passed = std::make_shared<std::promise<void>>();
    Net::post(executor_, [passed] { passed->set_value(); });
    if (!is_this_thread())
      passed->get_future().wait_for(grace);
    return;
  }
  const auto force = [&] {
    grace_ = grace;
    forced_ = true;
    context_->stop();
  };
  if (thread_.stop(grace, force))
    return;
  abort_timed(); // no thread was started: pending handlers hold this
  context_->poll();
}

} // namespace ockam::sdk
