#pragma once

#include "ockam/protocol/address.hpp"

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace ockam::internal {

/// The open connections, or listeners, of one transport by address; thread-safe.
template <class T>
class registry {
public:
  void add(const address& key, std::shared_ptr<T> entry) {
    const std::lock_guard guard{mutex_};
    entries_.emplace(key, std::move(entry));
  }

  void remove(const address& key) {
    std::shared_ptr<T> dropped; // destroyed without the lock
    const std::lock_guard guard{mutex_};
    const auto found = entries_.find(key);
    if (found == entries_.end())
      return;
    dropped = std::move(found->second);
    entries_.erase(found);
    changed_.notify_all();
  }

  [[nodiscard]] bool contains(const address& key) const {
    const std::lock_guard guard{mutex_};
    return entries_.contains(key);
  }

  [[nodiscard]] std::vector<std::shared_ptr<T>> all() const {
    const std::lock_guard guard{mutex_};
    std::vector<std::shared_ptr<T>> copies;
    copies.reserve(entries_.size());
    for (const auto& [key, entry] : entries_)
      copies.push_back(entry);
    return copies;
  }

  bool wait_until_empty(std::chrono::milliseconds limit) const {
    std::unique_lock guard{mutex_};
    return changed_.wait_for(guard, limit, [this] { return entries_.empty(); });
  }

private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::map<address, std::shared_ptr<T>> entries_;
};

} // namespace ockam::internal
