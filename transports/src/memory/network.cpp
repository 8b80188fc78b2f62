#include "network.hpp"

namespace ockam::memory::detail {

void network_impl::post(std::function<void()> step) {
  const std::lock_guard guard{mutex_};
  if (stopped_)
    return;
  steps_.push_back(std::move(step));
  changed_.notify_one();
}

bool network_impl::run_one() {
  std::function<void()> step;
  {
    const std::lock_guard guard{mutex_};
    if (steps_.empty())
      return false;
    step = std::move(steps_.front());
    steps_.pop_front();
  }
  step();
  return true;
}

void network_impl::run() {
  for (;;) {
    {
      std::unique_lock guard{mutex_};
      changed_.wait(guard, [this] { return stopped_ || !steps_.empty(); });
      if (stopped_)
        return;
    }
    run_one();
  }
}

void network_impl::stop() {
  std::deque<std::function<void()>> dropped; // destroyed without the lock
  const std::lock_guard guard{mutex_};
  stopped_ = true;
  dropped.swap(steps_);
  changed_.notify_all();
}

bool network_impl::add(const std::string& name, const std::shared_ptr<memory_listener>& listener) {
  const std::lock_guard guard{mutex_};
  return listeners_.emplace(name, listener).second;
}

void network_impl::remove(const std::string& name) {
  const std::lock_guard guard{mutex_};
  listeners_.erase(name);
}

std::shared_ptr<memory_listener> network_impl::find(const std::string& name) const {
  const std::lock_guard guard{mutex_};
  const auto found = listeners_.find(name);
  return found != listeners_.end() ? found->second.lock() : nullptr;
}

} // namespace ockam::memory::detail
