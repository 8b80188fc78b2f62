#include "timers.hpp"

#include "ockam/actors/transport/blocking.hpp"
#include "ockam/actors/transport/clock.hpp"

namespace ockam::internal {

timers::id timers::schedule(time_span delay, std::function<void()> action) {
  auto& own = *state_;
  const std::lock_guard guard{own.mutex};
  const auto which = own.next++;
  if (own.stopped)
    return which;
  const auto due = simulated_ != nullptr ? moment_after(delay, *simulated_) : moment_after(delay);
  own.due.emplace(which, due);
  own.queue.emplace(std::pair{due, which}, std::move(action));
  if (simulated_ != nullptr)
    return which;
  if (!thread_.joinable())
    thread_ = std::thread{[shared = state_] { run(shared); }};
  else if (due < own.wakes_at)
    own.changed.notify_one();
  return which;
}

bool timers::cancel(id which) {
  std::function<void()> dropped; // destroyed without the lock
  auto& own = *state_;
  const std::lock_guard guard{own.mutex};
  const auto found = own.due.find(which);
  if (found == own.due.end())
    return false;
  const auto place = own.queue.find({found->second, which});
  dropped = std::move(place->second);
  own.queue.erase(place);
  own.due.erase(found);
  return true;
}

void timers::stop() {
  std::thread finished;
  decltype(state::queue) dropped;
  {
    auto& own = *state_;
    const std::lock_guard guard{own.mutex};
    own.stopped = true;
    dropped.swap(own.queue);
    own.due.clear();
    finished.swap(thread_);
    own.changed.notify_one();
  }
  if (!finished.joinable())
    return;
  if (finished.get_id() == std::this_thread::get_id())
    finished.detach();
  else
    finished.join();
}

void timers::run(const std::shared_ptr<state>& own) {
  const no_blocking here;
  std::unique_lock guard{own->mutex};
  while (!own->stopped) {
    const auto first = own->queue.begin();
    if (first == own->queue.end()) {
      own->wakes_at = clock::time_point::max();
      own->changed.wait(guard);
      continue;
    }
    const auto due = first->first.first;
    if (clock::now() < due) {
      own->wakes_at = due;
      own->changed.wait_until(guard, due);
      continue;
    }
    auto action = take_first(*own);
    guard.unlock();
    action();
    action = nullptr;
    guard.lock();
  }
}

std::function<void()> timers::take_first(state& own) {
  auto first = own.queue.extract(own.queue.begin());
  own.due.erase(first.key().second);
  return std::move(first.mapped());
}

timers::clock::time_point timers::coarse_now() const noexcept {
  return simulated_ != nullptr ? *simulated_ : ockam::coarse_now();
}

std::optional<timers::clock::time_point> timers::next_due() const {
  const std::lock_guard guard{state_->mutex};
  if (state_->queue.empty())
    return std::nullopt;
  return state_->queue.begin()->first.first;
}

bool timers::run_due() {
  std::function<void()> action;
  {
    const std::lock_guard guard{state_->mutex};
    const auto first = state_->queue.begin();
    if (first == state_->queue.end() || coarse_now() < first->first.first)
      return false;
    action = take_first(*state_);
  }
  action();
  return true;
}

} // namespace ockam::internal
