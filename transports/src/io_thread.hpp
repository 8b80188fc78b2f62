#pragma once

#include "ockam/actors/caf_compat.hpp"
#include "ockam/actors/transport_port.hpp"

#include <chrono>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <asio/any_io_executor.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/strand.hpp>

namespace ockam::internal {

/// Runs actors that were woken by I/O, on the I/O thread: socket to worker to socket without a
/// switch of threads. What takes long goes to CAF's own threads.
class inline_executor final : public compat::own_context<inline_executor> {
public:
  explicit inline_executor(caf::actor_system& system)
    : compat::own_context<inline_executor>{system}, system_of_actors_{system} {}

  /// An actor has mail. Only on the I/O thread, in `run` or before it.
  void ready(caf::resumable* job) { jobs_.push_back(job); }

  /// Runs what is ready and what becomes ready by that, up to a budget; the rest is handed over.
  void run();

  [[nodiscard]] bool idle() const noexcept { return jobs_.empty(); }

private:
  caf::actor_system& system_of_actors_;
  std::deque<caf::resumable*> jobs_;
};

/// Something with output that leaves at the end of a batch of input.
class flushable {
public:
  virtual ~flushable() = default;
  virtual void flush() = 0;
};

/// One thread of control with one event loop; connections are assigned to it for life, so that
/// nothing of theirs needs a lock but their output.
///
/// The loop is its own, on a thread of its own, or a guest in one of the host's, which any number of
/// the host's threads may run.
class io_thread : public std::enable_shared_from_this<io_thread> {
public:
  /// @param poll_time  how long to look for input before sleeping
  io_thread(node_ptr node, std::chrono::microseconds poll_time);
  io_thread(node_ptr node, asio::io_context& of_the_host);
  ~io_thread();

  void start();

  /// Own loop: lets it end when nothing is left to do, forces it after `grace`, joins the thread; not
  /// on this thread. The host's: waits until what was posted before has run, at most `grace`.
  void stop(std::chrono::milliseconds grace);

  /// For sockets, timers and functions: they run one after the other.
  [[nodiscard]] const asio::any_io_executor& executor() const noexcept { return executor_; }

  /// For mail that is enqueued on this thread.
  [[nodiscard]] compat::execution_context* actor_context() noexcept { return &actors_; }

  /// Flushes `what` on this thread, after the actors that are ready have run: the output that they
  /// produce leaves together. Only on this thread.
  void flush_later(std::shared_ptr<flushable> what) { flushes_.push_back(std::move(what)); }

  /// Ends a batch of input: runs actors, then flushes, until neither has anything left.
  void run_ready();

  [[nodiscard]] bool is_this_thread() const noexcept {
    return strand_ ? strand_->running_in_this_thread()
                   : context_->get_executor().running_in_this_thread();
  }

private:
  void run_polling();

  using strand = asio::strand<asio::io_context::executor_type>;

  const node_ptr node_;
  std::unique_ptr<asio::io_context> context_; // ours
  std::optional<strand> strand_;              // in the host's
  asio::any_io_executor executor_;
  asio::executor_work_guard<asio::any_io_executor> work_;
  inline_executor actors_;
  std::vector<std::shared_ptr<flushable>> flushes_;
  std::vector<std::shared_ptr<flushable>> flushing_;
  std::chrono::microseconds poll_time_{0};
  std::thread thread_;
  std::promise<void> ended_;
};

} // namespace ockam::internal
