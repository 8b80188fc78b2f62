#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_set>
#include <vector>

namespace ockam::sdk {

/// The open connections, or listeners, of one transport; thread-safe.
template <class T>
class registry {
public:
  void add(std::shared_ptr<T> entry) {
    const std::lock_guard guard{mutex_};
    entries_.insert(std::move(entry));
  }

  void remove(const T& entry) {
    typename entries::node_type dropped; // destroyed without the lock
    const std::lock_guard guard{mutex_};
    const auto found = entries_.find(&entry);
    if (found == entries_.end())
      return;
    dropped = entries_.extract(found);
    changed_.notify_all();
  }

  [[nodiscard]] std::vector<std::shared_ptr<T>> all() const {
    const std::lock_guard guard{mutex_};
    return {entries_.begin(), entries_.end()};
  }

  bool wait_until_empty(std::chrono::milliseconds limit) const {
    std::unique_lock guard{mutex_};
    return changed_.wait_for(guard, limit, [this] { return entries_.empty(); });
  }

private:
  struct hash {
    using is_transparent = void;
    std::size_t operator()(const T* entry) const noexcept { return std::hash<const T*>{}(entry); }
    std::size_t operator()(const std::shared_ptr<T>& entry) const noexcept {
      return (*this)(entry.get());
    }
  };
  struct equal {
    using is_transparent = void;
    bool operator()(const auto& a, const auto& b) const noexcept {
      return address_of(a) == address_of(b);
    }
    static const T* address_of(const T* entry) noexcept { return entry; }
    static const T* address_of(const std::shared_ptr<T>& entry) noexcept { return entry.get(); }
  };
  using entries = std::unordered_set<std::shared_ptr<T>, hash, equal>;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  entries entries_;
};

} // namespace ockam::sdk
