#include "io_thread.hpp"

#include "worker_shell.hpp"

#include <asio/post.hpp>

namespace ockam::internal {

namespace {

/// Actors run after one batch of input before the loop looks at sockets again.
constexpr int max_runs = 256;

/// Messages one actor handles in a row.
constexpr std::size_t max_messages = 64;

/// An actor that keeps the thread longer than this is told so. Well above what a busy machine takes
/// away from a thread, for that looks the same.
constexpr auto max_time = std::chrono::milliseconds{5};

} // namespace

void inline_executor::run() {
  for (int runs = 0; !jobs_.empty(); ++runs) {
    auto* job = jobs_.front();
    jobs_.pop_front();
    if (runs >= max_runs) {
      compat::schedule(system_of_actors_, job);
      continue;
    }
    const auto before = std::chrono::steady_clock::now();
    const auto outcome = job->resume(this, max_messages);
    if (std::chrono::steady_clock::now() - before > max_time)
      if (auto* worker = dynamic_cast<may_be_slow*>(job)) // `job` is still referenced
        worker->was_slow();
    if (outcome == caf::resumable::resume_later)
      compat::schedule(system_of_actors_, job);
    else
      compat::release(job);
  }
}

io_thread::io_thread(caf::actor_system& system)
  : context_{std::make_unique<asio::io_context>(1)},
    executor_{context_->get_executor()},
    work_{executor_},
    actors_{system} {}

io_thread::io_thread(caf::actor_system& system, asio::io_context& of_the_host)
  : strand_{of_the_host.get_executor()}, executor_{*strand_}, work_{executor_}, actors_{system} {}

io_thread::~io_thread() {
  if (thread_.joinable())
    stop(std::chrono::milliseconds{0});
}

void io_thread::start() {
  if (!context_)
    return;
  thread_ = std::thread{[this] {
    context_->run();
    run_ready();
    ended_.set_value();
  }};
}

void io_thread::stop(std::chrono::milliseconds grace) {
  work_.reset();
  if (!context_) {
    const auto passed = std::make_shared<std::promise<void>>();
    asio::post(executor_, [passed] { passed->set_value(); });
    if (!is_this_thread())
      passed->get_future().wait_for(grace);
    return;
  }
  if (ended_.get_future().wait_for(grace) == std::future_status::timeout)
    context_->stop();
  thread_.join();
}

void io_thread::run_ready() {
  do {
    actors_.run();
    flushing_.swap(flushes_);
    for (const auto& each : flushing_)
      each->flush();
    flushing_.clear();
  } while (!actors_.idle() || !flushes_.empty());
}

} // namespace ockam::internal
