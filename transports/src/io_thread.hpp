#pragma once

#include "ockam/actors/caf_compat.hpp"

#include <atomic>
#include <chrono>
#include <deque>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>

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

/// One thread with one event loop; connections are assigned to it for life, so that nothing of
/// theirs needs a lock but their output.
class io_thread : public std::enable_shared_from_this<io_thread> {
public:
  explicit io_thread(caf::actor_system& system);
  ~io_thread();

  void start();

  /// Lets the loop end when nothing is left to do, forces it after `grace`, joins the thread.
  /// Once, and not on this thread.
  void stop(std::chrono::milliseconds grace);

  [[nodiscard]] asio::io_context& context() noexcept { return context_; }
  [[nodiscard]] compat::execution_context* executor() noexcept { return &executor_; }

  /// Flushes `what` on this thread, after the actors that are ready have run: the output that they
  /// produce leaves together. Only on this thread.
  void flush_later(std::shared_ptr<flushable> what) { flushes_.push_back(std::move(what)); }

  /// Ends a batch of input: runs actors, then flushes, until neither has anything left.
  void run_ready();

  [[nodiscard]] bool is_this_thread() const noexcept {
    return std::this_thread::get_id() == id_.load(std::memory_order_relaxed);
  }

private:
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  inline_executor executor_;
  std::vector<std::shared_ptr<flushable>> flushes_;
  std::vector<std::shared_ptr<flushable>> flushing_;
  std::thread thread_;
  std::promise<void> ended_;
  std::atomic<std::thread::id> id_{};
};

} // namespace ockam::internal
