#include "io_transport.hpp"

#include <algorithm>

#include <asio/dispatch.hpp>
#include <asio/post.hpp>

namespace ockam::internal {

namespace {

constexpr std::chrono::milliseconds tick_length{50};

/// For what is queued when the node stops.
constexpr std::chrono::milliseconds stop_grace{500};

} // namespace

void check(const io_transport::threads& options) {
  if (options.of_the_host != nullptr && options.count > 1)
    throw failure{error{errc::misuse, "io_threads is " + std::to_string(options.count)
                                        + ", but the io_context of the host runs everything; set "
                                          "only one of the two"}};
  if (options.of_the_host != nullptr && options.poll_before_sleeping.count() > 0)
    throw failure{error{errc::misuse,
                        "poll_before_sleeping is for threads of the transport, and the "
                        "io_context of the host runs everything; set only one of the two"}};
  if (options.poll_before_sleeping.count() < 0)
    throw failure{
      error{errc::invalid_value, "poll_before_sleeping is "
                                   + std::to_string(options.poll_before_sleeping.count())
                                   + " us; it takes 0 or more"}};
}

io_transport::io_transport(node_ptr node, std::string name, const threads& threads)
  : connecting_transport{std::move(node), std::move(name)} {
  for (std::size_t i = 0; i < std::max<std::size_t>(1, threads.count); ++i) {
    threads_.push_back(threads.of_the_host != nullptr
                         ? std::make_shared<io_thread>(this->node(), *threads.of_the_host)
                         : std::make_shared<io_thread>(this->node(), threads.poll_before_sleeping));
    watches_.push_back(std::make_unique<watch>(
      watch{asio::steady_timer{threads_.back()->executor()}, tick_meter{tick_length}}));
  }
}

void io_transport::start() {
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    asio::post(threads_[i]->executor(), [weak = weak_from_this(), i] {
      if (const auto me = std::static_pointer_cast<io_transport>(weak.lock())) {
        me->watches_[i]->meter.next(served::clock::now()); // a pause may come before the first tick
        me->watch_deadlines(i);
      }
    });
    threads_[i]->start();
  }
}

std::shared_ptr<io_thread> io_transport::next_thread() {
  return threads_[next_thread_.fetch_add(1, std::memory_order_relaxed) % threads_.size()];
}

void io_transport::watch_deadlines(std::size_t index) {
  auto& timer = watches_[index]->timer;
  timer.expires_after(tick_length);
  timer.async_wait([weak = weak_from_this(), index](const std::error_code& cancelled) {
    const auto me = std::static_pointer_cast<io_transport>(weak.lock());
    if (cancelled || !me || me->stopping())
      return;
    const auto at = me->watches_[index]->meter.next(served::clock::now());
    for (const auto& each : me->connections().all())
      if (auto& link = me->served_of(*each); link.thread() == me->threads_[index])
        link.check_deadlines(at);
    me->watch_deadlines(index);
  });
}

bool io_transport::is_own_thread() const noexcept {
  return std::ranges::any_of(threads_, [](const auto& each) { return each->is_this_thread(); });
}

void io_transport::stop() {
  begin_stop();
  for (const auto& each : connections().all())
    each->close();
  if (!threads_.front()->is_this_thread()) // a host may stop the node in its own loop
    connections().wait_until_empty(stop_grace);
  for (const auto& each : connections().all()) { // did not take their last bytes in time
    auto& link = served_of(*each);
    asio::dispatch(link.thread()->executor(), [each, &link] {
      link.end(error{errc::shutting_down, "the node has stopped"});
    });
  }
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    asio::dispatch(threads_[i]->executor(),
                   [me = self_as<io_transport>(), i] { me->watches_[i]->timer.cancel(); });
    threads_[i]->stop(stop_grace);
  }
}

} // namespace ockam::internal
