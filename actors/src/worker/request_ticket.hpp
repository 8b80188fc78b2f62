#pragma once

#include "ockam/actors/detail/type_ids.hpp"
#include "ockam/protocol/detail/pending_request.hpp"
#include "ockam/protocol/detail/recycled.hpp"
#include "ockam/protocol/detail/spin_lock.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

namespace ockam::internal {

/// One attempt of an actor's request; the actor gets a signal when the attempt fails.
class actor_request final : public pending_request, public recycled<actor_request> {
public:
  actor_request(caf::strong_actor_ptr requester, std::uint64_t id, std::uint32_t attempt) noexcept
    : requester_{std::move(requester)}, id_{id}, attempt_{attempt} {}

  void fail(const error& cause) noexcept override {
    caf::strong_actor_ptr requester;
    {
      const std::lock_guard guard{lock_};
      if (!end(phase::given_up))
        return;
      cause_ = std::make_unique<const error>(cause);
      requester = std::move(requester_);
    }
    if (requester)
      compat::post(caf::actor_cast<caf::abstract_actor*>(requester), nullptr,
                   worker_signal{worker_signal::kind::request_failed, id_, attempt_});
  }

  /// The requester goes on to another attempt. It takes a reply to this one, and is not interested in
  /// how this one fails.
  void set_superseded() noexcept {
    caf::strong_actor_ptr last; // destroyed without the lock
    const std::lock_guard guard{lock_};
    last.swap(requester_);
  }

  /// The reply has arrived, or the requester has given up. Releases the actor.
  void finish(bool with_reply) noexcept {
    caf::strong_actor_ptr last; // destroyed without the lock
    const std::lock_guard guard{lock_};
    end(with_reply ? phase::answered : phase::given_up);
    last.swap(requester_);
  }

  /// Why it failed; after the signal.
  [[nodiscard]] error cause() const {
    const std::lock_guard guard{lock_};
    return cause_ ? *cause_ : error{errc::cancelled};
  }

private:
  mutable spin_lock lock_;
  caf::strong_actor_ptr requester_; // until it has ended
  std::unique_ptr<const error> cause_;
  const std::uint64_t id_;
  const std::uint32_t attempt_;
};

} // namespace ockam::internal
