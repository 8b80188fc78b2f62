#pragma once

#include "ockam/actors/caf_compat.hpp"
#include "ockam/actors/type_ids.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace ockam::internal {

/// The I/O threads of a node's transports, for workers that had better run there; thread-safe.
///
/// What an I/O thread brings to a worker while it runs elsewhere is handled elsewhere. When answers
/// come faster than a run ends, that would never change, and every message would cost a switch of
/// threads. So the worker moves.
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

  /// Wakes a worker on the I/O thread `to`, for the mail it has. False when that thread has ended, or
  /// when the worker is on an I/O thread as it is.
  bool move(const caf::strong_actor_ptr& worker, compat::execution_context* from,
            compat::execution_context* to) {
    const std::lock_guard guard{mutex_};
    const auto* there = find(to);
    if (there == nullptr || find(from) != nullptr)
      return false;
    there->post([call = std::make_shared<wake_up>(worker), to] { call->in(to); });
    return true;
  }

private:
  /// Comes through wherever it ends.
  class wake_up {
  public:
    explicit wake_up(caf::strong_actor_ptr worker) : worker_{std::move(worker)} {}
    ~wake_up() {
      if (worker_)
        in(nullptr);
    }
    wake_up(const wake_up&) = delete;
    wake_up& operator=(const wake_up&) = delete;

    void in(compat::execution_context* context) {
      const auto worker = std::exchange(worker_, nullptr);
      compat::post(caf::actor_cast<caf::abstract_actor*>(worker), context,
                   worker_signal{worker_signal::kind::mail});
    }

  private:
    caf::strong_actor_ptr worker_;
  };

  struct entry {
    compat::execution_context* thread;
    poster post;
  };

  [[nodiscard]] const entry* find(const compat::execution_context* thread) const {
    const auto found = std::ranges::find(all_, thread, &entry::thread);
    return found != all_.end() ? &*found : nullptr;
  }

  std::mutex mutex_;
  std::vector<entry> all_;
};

} // namespace ockam::internal
