#pragma once

#include "ockam/actors/detail/caf_compat.hpp"

#include <algorithm>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace ockam::internal {

/// The I/O threads of a node's transports, for workers that had better run there; thread-safe.
class io_contexts {
public:
  /// Calls a function on the thread, then runs the actors that it has woken.
  using poster = std::function<void(std::function<void()>)>;

  void add(compat::execution_context* thread, poster post) {
    const std::lock_guard guard{mutex_};
    all_.push_back({thread, std::move(post)});
  }

  /// Nothing is posted to it when this has returned.
  void remove(compat::execution_context* thread) {
    const std::lock_guard guard{mutex_};
    std::erase_if(all_, [&](const entry& each) { return each.thread == thread; });
  }

  /// False when there is no such I/O thread, or not any more.
  bool post(const compat::execution_context* to, std::function<void()> call) const {
    const std::lock_guard guard{mutex_};
    const auto found = std::ranges::find(all_, to, &entry::thread);
    if (found == all_.end())
      return false;
    found->post(std::move(call));
    return true;
  }

  [[nodiscard]] bool contains(const compat::execution_context* thread) const {
    const std::lock_guard guard{mutex_};
    return std::ranges::find(all_, thread, &entry::thread) != all_.end();
  }

private:
  struct entry {
    compat::execution_context* thread;
    poster post;
  };

  mutable std::mutex mutex_;
  std::vector<entry> all_;
};

} // namespace ockam::internal
