#include "io_thread.hpp"

#include <boost/asio/post.hpp>

namespace ockam::websocket::detail {

namespace {

constexpr std::chrono::milliseconds tick_length{50};

} // namespace

io_thread::io_thread(node_ptr node) : node_{std::move(node)}, meter_{tick_length}, thread_{node_} {}

void io_thread::start() {
  node_->add_io_thread(actor_context(), [this](std::function<void()> call) {
    net::post(context_, [weak = weak_from_this(), call = std::move(call)] {
      if (const auto me = weak.lock()) {
        call();
        me->end_batch();
      }
    });
  });
  meter_.next(watched::clock::now()); // a pause may come before the first tick
  tick();
  thread_.start([me = shared_from_this()] { me->run(); });
}

void io_thread::flush_soon(std::shared_ptr<internal::batched_io> what,
                           const compat::execution_context* caller) {
  if (caller != actor_context() || !thread_.actors().flush_later(what))
    net::post(context_, [what = std::move(what)] { what->flush(); });
}

void io_thread::end_batch(std::shared_ptr<internal::batched_io> next) {
  if (next)
    thread_.actors().read_on_later(std::move(next));
  batch_ended_ = true;
}

/// Returns early when another thread has the loop; that one begins here.
void io_thread::run() {
  auto& actors = thread_.actors();
  do
    if (batch_ended_ && !actors.run_ready())
      return;
  while (batch_ended_ = false, context_.run_one() > 0);
  if (!actors.run_ready())
    return;
  end_watched();
  actors.leave();
}

/// What did not end in time is told so, and its handlers run: they hold what they are handlers of.
void io_thread::end_watched() {
  do {
    for_each_watched([](watched& each) { each.abort(); });
    context_.restart();
  } while (context_.poll() > 0);
}

void io_thread::tick() {
  timer_.expires_after(tick_length);
  timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (cancelled || stopping_)
      return;
    const auto at = meter_.next(watched::clock::now());
    for_each_watched([&at](watched& each) { each.check_deadlines(at); });
    end_batch();
    tick();
  });
}

void io_thread::for_each_watched(const std::function<void(watched&)>& call) {
  std::erase_if(watched_, [](const auto& each) { return each.expired(); });
  for (std::size_t i = 0; i < watched_.size(); ++i) // a call may add others
    if (const auto each = watched_[i].lock())
      call(*each);
}

void io_thread::stop(std::chrono::milliseconds grace) {
  node_->remove_io_thread(actor_context());
  net::post(context_, [this] {
    stopping_ = true;
    timer_.cancel();
  });
  work_.reset();
  if (!thread_.stop(grace, [this] { context_.stop(); }))
    end_watched(); // no thread was started
}

} // namespace ockam::websocket::detail
