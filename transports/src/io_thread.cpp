#include "io_thread.hpp"

#include <asio/post.hpp>

namespace ockam::internal {

io_thread::io_thread(node_ptr node, std::chrono::microseconds poll_time)
  : node_{std::move(node)},
    context_{std::make_unique<asio::io_context>(1)},
    executor_{context_->get_executor()},
    work_{executor_},
    poll_time_{poll_time},
    thread_{node_} {}

io_thread::io_thread(node_ptr node, asio::io_context& of_the_host)
  : node_{std::move(node)},
    strand_{of_the_host.get_executor()},
    executor_{*strand_},
    work_{executor_},
    thread_{node_} {}

void io_thread::start() {
  node_->add_io_thread(actor_context(), [this](std::function<void()> call) {
    asio::post(executor_, [weak = weak_from_this(), call = std::move(call)] {
      if (const auto me = weak.lock()) {
        call();
        me->end_batch();
      }
    });
  });
  if (context_)
    thread_.start([me = shared_from_this()] { me->run(); });
}

void io_thread::flush_soon(std::shared_ptr<batched_io> what,
                           const compat::execution_context* caller) {
  const bool is_of_an_actor_here = caller == actor_context()
                                   && (!strand_ || strand_->running_in_this_thread());
  if (!is_of_an_actor_here || !thread_.actors().flush_later(what))
    post([what = std::move(what)] { what->flush(); });
}

void io_thread::end_batch(std::shared_ptr<batched_io> next) {
  if (next)
    thread_.actors().read_on_later(std::move(next));
  if (std::exchange(batch_ended_, true) || !strand_)
    return; // the actors run when this function, or the handler, has returned
  thread_.actors().run_ready();
  batch_ended_ = false;
}

/// Returns early when another thread has the loop; that one begins here.
void io_thread::run() {
  auto& actors = thread_.actors();
  do
    if (batch_ended_ && !actors.run_ready())
      return;
  while (batch_ended_ = false, handle_one());
  if (!actors.run_ready())
    return;
  if (forced_) { // it had no time to end its links; a peer may always have more for it to do
    context_->restart();
    const auto until = std::chrono::steady_clock::now() + grace_;
    while (context_->poll_one() > 0 && std::chrono::steady_clock::now() < until)
      if (!actors.run_ready())
        return;
  }
  actors.leave();
}

/// False when nothing is left to do.
bool io_thread::handle_one() {
  if (poll_time_.value().count() > 0) {
    const auto idle_since = std::chrono::steady_clock::now();
    while (!context_->stopped()) {
      if (context_->poll_one() > 0)
        return true;
      if (std::chrono::steady_clock::now() - idle_since >= poll_time_.value())
        break;
      std::this_thread::yield(); // whom we wait for may want this core
    }
  }
  return context_->run_one() > 0; // sleeps until there is something to do
}

void io_thread::stop(std::chrono::milliseconds grace) {
  node_->remove_io_thread(actor_context());
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
  const auto had_thread = thread_.stop(grace, force);
  if (!had_thread)
    context_->poll(); // what waits for a thread that was never started holds this
}

} // namespace ockam::internal
