#include "io_thread.hpp"

#include "node_state.hpp"

#include <asio/post.hpp>

namespace ockam::internal {

io_thread::io_thread(node_ptr node, std::chrono::microseconds poll_time)
  : node_{std::move(node)},
    context_{std::make_unique<asio::io_context>(1)},
    executor_{context_->get_executor()},
    work_{executor_},
    actors_{node_->system},
    poll_time_{poll_time} {}

io_thread::io_thread(node_ptr node, asio::io_context& of_the_host)
  : node_{std::move(node)},
    strand_{of_the_host.get_executor()},
    executor_{*strand_},
    work_{executor_},
    actors_{node_->system} {}

void io_thread::start() {
  node_->io_contexts.add(&actors_, [this](std::function<void()> call) {
    asio::post(executor_, [weak = weak_from_this(), call = std::move(call)] {
      if (const auto me = weak.lock()) {
        call();
        me->run_ready();
      }
    });
  });
  if (context_)
    thread_.start([me = shared_from_this()] { me->run(); });
}

void io_thread::run() {
  if (poll_time_.value().count() > 0)
    run_polling();
  else
    context_->run();
  run_ready();
  if (!forced_)
    return;
  context_->restart(); // it had no time to end its links; a peer may always have more for it to do
  const auto until = std::chrono::steady_clock::now() + grace_;
  while (context_->poll_one() > 0 && std::chrono::steady_clock::now() < until)
    run_ready();
}

void io_thread::run_polling() {
  while (!context_->stopped()) {
    const auto idle_since = std::chrono::steady_clock::now();
    std::size_t handled = 0;
    while ((handled = context_->poll()) == 0
           && std::chrono::steady_clock::now() - idle_since < poll_time_.value())
      std::this_thread::yield(); // whom we wait for may want this core
    if (handled == 0)
      context_->run_one(); // sleeps until there is something to do
  }
}

void io_thread::stop(std::chrono::milliseconds grace) {
  node_->io_contexts.remove(&actors_);
  work_.reset();
  if (!context_) {
    const auto passed = std::make_shared<std::promise<void>>();
    asio::post(executor_, [passed] { passed->set_value(); });
    if (!is_this_thread())
      passed->get_future().wait_for(grace);
    return;
  }
  const auto force = [&] {
    grace_ = grace;
    forced_ = true;
    context_->stop();
  };
  const auto had_thread = thread_.stop(grace, force, node_->log());
  if (!had_thread)
    context_->poll(); // what waits for a thread that was never started holds this
}

} // namespace ockam::internal
