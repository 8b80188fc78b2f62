#pragma once

#include "ockam/actors/transport/blocking.hpp"
#include "ockam/transports/io/event_loop.hpp"
#include "ockam/transports/memory.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace ockam::memory::detail {

class memory_listener;

/// Names, and steps that run one after the other. Workers run on CAF's threads. There are no deadlines.
class network_impl final : public sdk::event_loop {
public:
  bool run_one();

  // -- event_loop ----------------------------------------------------------------------------------

  /// Dropped when the network has stopped: nothing would run it, and it may hold the network.
  void post(std::function<void()> step) override;
  void dispatch(std::function<void()> step) override { post(std::move(step)); }
  void flush_soon(std::shared_ptr<sdk::batched_io> output, const execution_context*) override {
    post([output = std::move(output)] { output->flush(); });
  }
  void end_batch(std::shared_ptr<sdk::batched_io> next) override {
    if (next)
      post([next = std::move(next)] { next->read_on(); });
  }
  void watch(std::weak_ptr<sdk::timed>) override {}
  [[nodiscard]] execution_context* actor_context() noexcept override { return nullptr; }
  [[nodiscard]] clock::time_point now() const noexcept override { return clock::now(); }

  // -- listeners -----------------------------------------------------------------------------------

  /// False when the name is taken.
  bool add(const std::string& name, const std::shared_ptr<memory_listener>& listener);
  void remove(const std::string& name);
  [[nodiscard]] std::shared_ptr<memory_listener> find(const std::string& name) const;

  /// Runs due steps, and waits for more, until `stop` is called.
  void run();

  /// Drops due steps.
  void stop();

private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> steps_;
  std::map<std::string, std::weak_ptr<memory_listener>> listeners_;
  bool stopped_ = false;
};

/// Moves the bytes during its lifetime, on a thread or not; belongs to the handles of a network, not to
/// its connections.
class driver {
public:
  driver(std::shared_ptr<network_impl> network, network::drive how) : network_{std::move(network)} {
    if (how == network::drive::thread)
      thread_ = std::thread{[network = network_] {
        const no_blocking here;
        network->run();
      }};
  }
  ~driver() {
    network_->stop();
    if (thread_.get_id() == std::this_thread::get_id()) // its last handle went in a callback
      thread_.detach();
    else if (thread_.joinable())
      thread_.join();
  }
  driver(const driver&) = delete;
  driver& operator=(const driver&) = delete;

private:
  const std::shared_ptr<network_impl> network_;
  std::thread thread_;
};

} // namespace ockam::memory::detail
