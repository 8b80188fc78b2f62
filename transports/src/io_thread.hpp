#pragma once

#include "inline_executor.hpp"
#include "loop_thread.hpp"
#include "socket/stream_socket.hpp"

#include "ockam/actors/transport/node_services.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>

#include <asio/any_io_executor.hpp>
#include <asio/bind_executor.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/strand.hpp>

namespace ockam::internal {

/// One thread of control with one event loop; connections are assigned to it for life, so that
/// nothing of theirs needs a lock but their output.
///
/// The loop is its own, on a thread of its own, or a guest in one of the host's, which any number of
/// the host's threads may run. An actor that keeps our own thread does not keep the loop: another thread
/// goes on with it. Therefore actors run between two handlers of the loop, not in one.
class io_thread : public std::enable_shared_from_this<io_thread> {
public:
  /// @param poll_time  how long to look for input before sleeping
  io_thread(node_ptr node, std::chrono::microseconds poll_time);
  io_thread(node_ptr node, asio::io_context& of_the_host);

  /// Throws `failure` where the thread cannot be started.
  void start();

  /// Own loop: lets it end when nothing is left to do, forces it after `grace`, joins the thread; not
  /// on this thread. One that a handler keeps for much longer is left behind, and ends when the
  /// handler does. The host's: waits until what was posted before has run, at most `grace`.
  void stop(std::chrono::milliseconds grace);

  /// For sockets, timers and functions: they run one after the other.
  [[nodiscard]] const asio::any_io_executor& executor() const noexcept { return executor_; }

  // The same for what happens often; quicker and smaller, for the executor says what it is.

  template <class Function>
  void post(Function what) {
    if (strand_)
      asio::post(*strand_, std::move(what));
    else
      asio::post(*context_, std::move(what));
  }

  /// @param then  void(const std::error_code&)
  template <class Function>
  void wait(stream_socket& socket, asio::socket_base::wait_type until, Function then) {
    if (strand_)
      socket.async_wait(until, asio::bind_executor(*strand_, std::move(then)));
    else
      socket.async_wait(until, std::move(then));
  }

  /// For mail that is enqueued on this thread.
  [[nodiscard]] compat::execution_context* actor_context() noexcept { return &thread_.actors(); }

  /// Flushes `what`: after the actors that are ready have run, when one of them calls this.
  void flush_soon(std::shared_ptr<batched_io> what, const compat::execution_context* caller);

  /// Ends a batch of input, at the end of a handler: the actors that it woke run, what they send
  /// leaves, and `next` reads on.
  void end_batch(std::shared_ptr<batched_io> next = nullptr);

  [[nodiscard]] bool is_this_thread() const noexcept {
    return strand_ ? strand_->running_in_this_thread() : thread_.actors().is_this_thread();
  }

private:
  void run();
  bool handle_one();

  using strand = asio::strand<asio::io_context::executor_type>;

  const node_ptr node_;
  std::unique_ptr<asio::io_context> context_; // ours
  std::optional<strand> strand_;              // in the host's
  asio::any_io_executor executor_;
  asio::executor_work_guard<asio::any_io_executor> work_;
  time_span poll_time_{std::chrono::microseconds{0}};
  bool batch_ended_ = false;
  std::chrono::milliseconds grace_{0}; // when it is forced to end
  std::atomic<bool> forced_{false};
  loop_thread thread_; // holds this as long as it runs
};

} // namespace ockam::internal
