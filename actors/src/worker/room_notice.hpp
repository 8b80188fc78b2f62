#pragma once

#include "ockam/actors/detail/type_ids.hpp"
#include "ockam/protocol/detail/credit.hpp"

#include <utility>

namespace ockam::internal {

/// Lets an actor go on when the output of a connection has room again. Holds the actor, which holds
/// little once it has ended.
class room_notice final : public capacity_listener {
public:
  explicit room_notice(caf::strong_actor_ptr actor) : actor_{std::move(actor)} {}
  void wake() noexcept override {
    compat::post(caf::actor_cast<caf::abstract_actor*>(actor_), nullptr,
                 worker_signal{worker_signal::kind::room});
  }

private:
  const caf::strong_actor_ptr actor_;
};

} // namespace ockam::internal
