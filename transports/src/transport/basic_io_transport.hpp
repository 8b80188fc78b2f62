#pragma once

#include "connecting_transport.hpp"
#include "io/basic_io_thread.hpp"
#include "io/thread_options.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ockam::internal {

/// A transport with I/O threads that serve its connections, and their life.
///
/// @tparam Net  the types of an event-loop library, see `asio_net`
template <class Net>
class basic_io_transport : public connecting_transport {
public:
  using thread_ptr = std::shared_ptr<basic_io_thread<Net>>;

  /// @param name  "TCP", for errors
  basic_io_transport(node_ptr node, std::string name, const thread_options<Net>& options)
    : connecting_transport{std::move(node), std::move(name)} {
    for (std::size_t i = 0; i < std::max<std::size_t>(1, options.count); ++i)
      threads_.push_back(
        options.of_the_host != nullptr
          ? std::make_shared<basic_io_thread<Net>>(this->node(), *options.of_the_host)
          : std::make_shared<basic_io_thread<Net>>(this->node(), options.poll_before_sleeping));
  }

  void start() {
    for (const auto& each : threads_)
      each->start();
  }

  void stop() override {
    begin_stop();
    for (const auto& each : connections().all())
      each->go_away();
    if (!threads_.front()->is_this_thread()) // a host may stop the node in its own loop
      connections().wait_until_empty(stop_grace);
    for (const auto& each : connections().all()) // did not take their last bytes in time
      each->loop()->dispatch([each] { each->abort(); });
    for (const auto& each : threads_)
      each->stop(stop_grace);
  }

protected:
  thread_ptr next_thread() {
    return threads_[next_thread_.fetch_add(1, std::memory_order_relaxed) % threads_.size()];
  }

private:
  [[nodiscard]] bool is_own_thread() const noexcept override {
    return std::ranges::any_of(threads_, [](const auto& each) { return each->is_this_thread(); });
  }

  /// For what is queued when the node stops, and for the farewells of peers.
  static constexpr std::chrono::milliseconds stop_grace{500};

  std::vector<thread_ptr> threads_;
  std::atomic<std::size_t> next_thread_{0};
};

} // namespace ockam::internal
