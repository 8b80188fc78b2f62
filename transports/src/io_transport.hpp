#pragma once

#include "connecting_transport.hpp"
#include "io_thread.hpp"

#include "ockam/protocol/tick.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <asio/steady_timer.hpp>

namespace ockam::internal {

/// What an I/O thread does for one of its links; all of it runs on that thread.
class served {
public:
  using clock = std::chrono::steady_clock;

  virtual ~served() = default;

  [[nodiscard]] virtual const std::shared_ptr<io_thread>& thread() const noexcept = 0;

  /// Called at every tick.
  virtual void check_deadlines(const tick& at) = 0;

  /// Ends the link now.
  virtual void end(std::optional<error> cause) = 0;
};

/// A transport with I/O threads that serve its links, and their life.
class io_transport : public connecting_transport {
public:
  struct threads {
    std::size_t count = 1;
    asio::io_context* of_the_host = nullptr;
    std::chrono::microseconds poll_before_sleeping{0};
  };

  /// @param name  "TCP", for errors
  io_transport(node_ptr node, std::string name, const threads& threads);
  void start();
  void stop() override;

protected:
  /// The same object: nothing else is ever added to the connections of this transport.
  [[nodiscard]] virtual served& served_of(link& each) const = 0;

  std::shared_ptr<io_thread> next_thread();

private:
  [[nodiscard]] bool is_own_thread() const noexcept override;
  void watch_deadlines(std::size_t thread);

  /// When a thread looks at the deadlines of its links.
  struct watch {
    asio::steady_timer timer;
    tick_meter meter;
  };

  std::vector<std::shared_ptr<io_thread>> threads_;
  std::vector<std::unique_ptr<watch>> watches_; // one a thread
  std::atomic<std::size_t> next_thread_{0};
};

/// Throws `failure` with errc::misuse or errc::invalid_value for options that contradict each other.
void check(const io_transport::threads& options);

} // namespace ockam::internal
