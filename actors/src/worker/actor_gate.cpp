#include "actor_gate.hpp"

#include "ockam/actors/detail/type_ids.hpp"

namespace ockam::internal {

void actor_gate::accept(routed_message&& content, compat::execution_context* context) {
  const auto* const credit = content.local_message().credit();
  if (credit == nullptr)
    return post(std::move(content), context);
  const std::lock_guard guard{mutex_};
  if (inside_ < max_inside && !credit->output_is_full()
      && !held_.keeps_back(content.local_message()))
    return post(std::move(content), context);
  held_.put(std::move(content));
  pass_on();
}

void actor_gate::message_left() noexcept {
  const std::lock_guard guard{mutex_};
  --inside_;
  pass_on();
}

void actor_gate::wake() noexcept {
  const std::lock_guard guard{mutex_};
  held_.forget_awaited();
  pass_on();
}

/// As many of the held messages as there is room for. With the lock.
void actor_gate::pass_on() noexcept {
  while (!held_.empty() && inside_ < max_inside) {
    if (auto next = held_.take())
      post(std::move(*next), nullptr);
    else if (!held_.await_room(ref_ptr<capacity_listener>{this}))
      return;
  }
}

void actor_gate::post(routed_message&& content, compat::execution_context* context) {
  const auto actor = caf::actor_cast<caf::strong_actor_ptr>(actor_);
  if (!actor)
    return; // it has ended, and its address is going to be removed
  const bool counted = content.local_message().holds_credit();
  auto mail = compat::make_mail(std::move(content));
  if (counted) {
    ++inside_;
    compat::peek<routed_message>(*mail)->set_in_mailbox();
  }
  caf::actor_cast<caf::abstract_actor*>(actor)->enqueue(std::move(mail),
                                                        pooled_ ? nullptr : context);
}

} // namespace ockam::internal
