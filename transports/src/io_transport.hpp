#pragma once

#include "implicit_connections.hpp"
#include "io_thread.hpp"
#include "transport_base.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <asio/steady_timer.hpp>

namespace ockam::internal {

/// What an I/O thread does for one of its links; all of it runs on that thread.
class served {
public:
  using clock = std::chrono::steady_clock;

  virtual ~served() = default;

  [[nodiscard]] virtual const std::shared_ptr<io_thread>& thread() const noexcept = 0;

  /// Called now and then.
  virtual void check_deadlines(clock::time_point now) = 0;

  /// Ends the link now.
  virtual void end(std::optional<error> cause) = 0;
};

/// Something that is under way and would keep a thread from ending.
class cancellable {
public:
  virtual ~cancellable() = default;

  /// Gives up. Any thread.
  virtual void cancel() = 0;
};

/// A transport with I/O threads that serve its links, and their life.
class io_transport : public transport_base {
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

  result<address> resolve(const address& remote) final;
  void resolve_implicitly(const address& remote, std::function<void(result<address>)> ready) final;

protected:
  /// Called once, at once or on a thread of the transport.
  using on_connected = std::function<void(result<connection>)>;

  /// Waits for `begin`, which is given what to call when it is done. errc::misuse on a thread that it
  /// would wait for.
  template <class T>
  result<T> wait_for(const std::function<void(std::function<void(result<T>)>)>& begin) const {
    if (is_own_thread())
      return fail(errc::misuse, "connect waits, which would block the thread it waits for; use "
                                "async_connect in a worker");
    const auto promise = std::make_shared<std::promise<result<T>>>();
    begin([promise](result<T> made) { promise->set_value(std::move(made)); });
    return promise->get_future().get(); // a time limit ends it at the latest
  }

  /// With the defaults of the transport; `idle_timeout` when given.
  virtual void connect_to(std::string_view peer, on_connected done,
                          std::optional<std::chrono::milliseconds> idle_timeout)
    = 0;

  /// The same object: nothing else is ever added to the connections of this transport.
  [[nodiscard]] virtual served& served_of(link& each) const = 0;

  std::shared_ptr<io_thread> next_thread();

  /// False when the transport has stopped: nobody would serve it.
  bool add_attempt(const std::shared_ptr<cancellable>& attempt);

  [[nodiscard]] bool stopping() const noexcept { return stopping_; }
  [[nodiscard]] tl::unexpected<error> stopped() const;

  template <class Derived>
  [[nodiscard]] std::shared_ptr<Derived> self_as() {
    return std::static_pointer_cast<Derived>(shared_from_this());
  }

private:
  [[nodiscard]] bool is_own_thread() const noexcept;
  void watch_deadlines(std::size_t thread);

  const std::string name_;
  std::vector<std::shared_ptr<io_thread>> threads_;
  std::vector<std::unique_ptr<asio::steady_timer>> ticks_; // one a thread
  std::atomic<std::size_t> next_thread_{0};
  implicit_connections implicit_;
  std::mutex attempts_mutex_;
  std::vector<std::weak_ptr<cancellable>> attempts_; // ended ones go with the next
  std::atomic<bool> stopping_{false};
};

/// Throws `failure` with errc::misuse or errc::invalid_value for options that contradict each other.
void check(const io_transport::threads& options);

} // namespace ockam::internal
