#pragma once

#include "loop_thread.hpp"
#include "watched.hpp"

#include "ockam/actors/transport/node_services.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace ockam::websocket::detail {

namespace net = boost::asio;

/// One thread of control with one event loop of Boost.Asio; what is assigned to it stays with it for
/// life, so that it needs no lock. Actors run between two handlers of the loop, as in the `io_thread` of
/// the other transports.
class io_thread : public std::enable_shared_from_this<io_thread> {
public:
  explicit io_thread(node_ptr node);

  /// Throws `failure` where the thread cannot be started.
  void start();

  /// Lets the loop end when nothing is left to do, aborts what is watched after `grace`, and joins
  /// the thread, as `loop_thread::stop` does; not on this thread.
  void stop(std::chrono::milliseconds grace);

  [[nodiscard]] net::io_context& context() noexcept { return context_; }

  /// For mail that is enqueued on this thread.
  [[nodiscard]] compat::execution_context* actor_context() noexcept { return &thread_.actors(); }

  /// Flushes `what`: after the actors that are ready have run, when one of them calls this.
  void flush_soon(std::shared_ptr<internal::batched_io> what,
                  const compat::execution_context* caller);

  /// Ends a batch of input, at the end of a handler: the actors that it woke run, what they send
  /// leaves, and `next` reads on.
  void end_batch(std::shared_ptr<internal::batched_io> next = nullptr);

  [[nodiscard]] bool is_this_thread() const noexcept { return thread_.actors().is_this_thread(); }

  /// Looks after it as long as it lives. On this thread.
  void watch(std::weak_ptr<watched> what) { watched_.push_back(std::move(what)); }

private:
  void run();
  void end_watched();
  void tick();
  void for_each_watched(const std::function<void(watched&)>& call);

  const node_ptr node_;
  mutable net::io_context context_{1};
  net::executor_work_guard<net::io_context::executor_type> work_{context_.get_executor()};
  net::steady_timer timer_{context_};
  tick_meter meter_;
  std::vector<std::weak_ptr<watched>> watched_;
  bool batch_ended_ = false;
  bool stopping_ = false;
  internal::loop_thread thread_; // holds this as long as it runs
};

} // namespace ockam::websocket::detail
