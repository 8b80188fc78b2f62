#pragma once

#include "held_mail.hpp"

#include "ockam/actors/detail/caf_compat.hpp"
#include "ockam/actors/detail/routed_message.hpp"

#include <caf/actor_addr.hpp>

#include <cstddef>
#include <mutex>

namespace ockam::internal {

/// In front of the mailbox of a CAF actor that was written by hand: holds back the messages of a
/// connection while its answers wait to be written, as a worker does with its own mail. CAF's mailbox
/// has no order to pick from, so it gets few of these messages at a time. Thread-safe; does not keep
/// the actor alive.
class actor_gate final : public capacity_listener {
public:
  /// @param pooled  the actor never runs on an I/O thread
  actor_gate(caf::actor_addr actor, bool pooled) : actor_{std::move(actor)}, pooled_{pooled} {}

  /// Passes a message on, now or when there is room for what it may lead to.
  void accept(routed_message&& content, compat::execution_context* context);

  /// The actor has taken a message out of its mailbox.
  void message_left() noexcept;

  void wake() noexcept override;

private:
  /// Messages of connections in the mailbox: as many as a worker handles in one turn.
  static constexpr std::size_t max_inside = 64;

  void pass_on() noexcept;
  void post(routed_message&& content, compat::execution_context* context);

  const caf::actor_addr actor_;
  const bool pooled_;
  std::recursive_mutex mutex_; // an actor that has ended drops a message at once
  held_mail held_;             // under the mutex
  std::size_t inside_ = 0;
};

} // namespace ockam::internal
