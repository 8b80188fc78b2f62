#pragma once

#include "ockam/transports/io/basic_io_thread.hpp"
#include "ockam/transports/io/thread_options.hpp"
#include "ockam/transports/transport/connecting_transport.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace ockam::internal {

/// The I/O threads of a transport, which serve its connections, and their life.
///
/// @tparam Net  the types of an event-loop library, see `asio_net`
template <class Net>
class basic_io_threads {
public:
  using thread_ptr = std::shared_ptr<basic_io_thread<Net>>;

  basic_io_threads(const node_ptr& node, const thread_options<Net>& options) {
    for (std::size_t i = 0; i < std::max<std::size_t>(1, options.count); ++i)
      all_.push_back(
        options.of_the_host != nullptr
          ? std::make_shared<basic_io_thread<Net>>(node, *options.of_the_host)
          : std::make_shared<basic_io_thread<Net>>(node, options.poll_before_sleeping));
  }

  /// Throws `failure` where a thread cannot be started.
  void start() {
    for (const auto& each : all_)
      each->start();
  }

  /// For the next connection or listener.
  thread_ptr next() { return all_[next_.fetch_add(1, std::memory_order_relaxed) % all_.size()]; }

  /// Whether the calling thread is one of them.
  [[nodiscard]] bool is_this_thread() const noexcept {
    return std::ranges::any_of(all_, [](const auto& each) { return each->is_this_thread(); });
  }

  /// Ends the connections, which write what waits first, and the threads.
  void stop(const registry<connection_engine>& connections) {
    for (const auto& each : connections.all())
      each->go_away();
    if (!all_.front()->is_this_thread()) // a host may stop the node in its own loop
      connections.wait_until_empty(grace);
    for (const auto& each : connections.all()) // did not take their last bytes in time
      each->loop()->dispatch([each] { each->abort(); });
    for (const auto& each : all_)
      each->stop(grace);
  }

private:
  /// For what is queued when the node stops, and for closing handshakes.
  static constexpr std::chrono::milliseconds grace{500};

  std::vector<thread_ptr> all_;
  std::atomic<std::size_t> next_{0};
};

} // namespace ockam::internal
