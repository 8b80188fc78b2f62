#include "timers.hpp"

namespace ockam::internal {

timers::id timers::schedule(clock::duration delay, std::function<void()> action) {
  const std::lock_guard guard{mutex_};
  const auto which = next_++;
  if (stopped_)
    return which;
  const auto due = moment_after(delay);
  due_.emplace(which, due);
  const auto place = queue_.emplace(std::pair{due, which}, std::move(action)).first;
  if (!thread_.joinable())
    thread_ = std::thread{[this] { run(); }};
  else if (place == queue_.begin())
    changed_.notify_one();
  return which;
}

bool timers::cancel(id which) {
  std::function<void()> dropped; // destroyed without the lock
  const std::lock_guard guard{mutex_};
  const auto found = due_.find(which);
  if (found == due_.end())
    return false;
  const auto place = queue_.find({found->second, which});
  dropped = std::move(place->second);
  queue_.erase(place);
  due_.erase(found);
  return true;
}

void timers::stop() {
  std::thread finished;
  decltype(queue_) dropped;
  {
    const std::lock_guard guard{mutex_};
    stopped_ = true;
    dropped.swap(queue_);
    due_.clear();
    finished.swap(thread_);
    changed_.notify_one();
  }
  if (!finished.joinable())
    return;
  if (finished.get_id() == std::this_thread::get_id())
    finished.detach();
  else
    finished.join();
}

void timers::run() {
  std::unique_lock guard{mutex_};
  while (!stopped_) {
    if (queue_.empty()) {
      changed_.wait(guard);
      continue;
    }
    const auto first = queue_.begin();
    const auto [due, which] = first->first;
    if (clock::now() < due) {
      changed_.wait_until(guard, due);
      continue;
    }
    auto action = std::move(first->second);
    queue_.erase(first);
    due_.erase(which);
    guard.unlock();
    action();
    action = nullptr;
    guard.lock();
  }
}

} // namespace ockam::internal
