#include "io_thread.hpp"

#include "node_state.hpp"

#include <boost/asio/post.hpp>

namespace ockam::websocket::detail {

namespace {

constexpr std::chrono::milliseconds tick_length{50};

} // namespace

io_thread::io_thread(node_ptr node)
  : node_{std::move(node)}, meter_{tick_length}, actors_{node_->system} {}

void io_thread::start() {
  node_->io_contexts.add(&actors_, [this](std::function<void()> call) {
    net::post(context_, [weak = weak_from_this(), call = std::move(call)] {
      if (const auto me = weak.lock()) {
        call();
        me->actors_.run_ready();
      }
    });
  });
  meter_.next(watched::clock::now()); // a pause may come before the first tick
  tick();
  thread_.start([me = shared_from_this()] { me->run(); });
}

void io_thread::run() {
  context_.run();
  actors_.run_ready();
  end_watched();
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
    actors_.run_ready();
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
  node_->io_contexts.remove(&actors_);
  net::post(context_, [this] {
    stopping_ = true;
    timer_.cancel();
  });
  work_.reset();
  if (!thread_.stop(
        grace, [this] { context_.stop(); }, node_->log()))
    end_watched(); // no thread was started
}

} // namespace ockam::websocket::detail
