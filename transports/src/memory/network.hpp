#pragma once

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

class listener_impl;

/// Names, and steps that are done one after the other.
class network_impl {
public:
  void post(std::function<void()> step);
  bool run_one();

  /// False when the name is taken.
  bool add(const std::string& name, const std::shared_ptr<listener_impl>& listener);
  void remove(const std::string& name);
  [[nodiscard]] std::shared_ptr<listener_impl> find(const std::string& name) const;

  /// Does what is due, and waits for more, until `stop` is called.
  void run();
  void stop();

private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> steps_;
  std::map<std::string, std::weak_ptr<listener_impl>> listeners_;
  bool stopped_ = false;
};

/// The thread that moves the bytes; belongs to the handles of a network, not to its connections.
class driver {
public:
  explicit driver(std::shared_ptr<network_impl> network)
    : network_{std::move(network)}, thread_{[this] { network_->run(); }} {}
  ~driver() {
    network_->stop();
    thread_.join();
  }

private:
  const std::shared_ptr<network_impl> network_;
  std::thread thread_;
};

} // namespace ockam::memory::detail
