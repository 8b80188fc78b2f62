#include "worker_record.hpp"

#include <mutex>
#include <new>
#include <utility>

namespace ockam::internal {

std::optional<std::uint16_t> worker_record::index_of(address_view any) const noexcept {
  for (std::size_t i = 0; i < boxes.size(); ++i)
    if (boxes[i].address == any)
      return static_cast<std::uint16_t>(i);
  return std::nullopt;
}

void worker_record::flush_counters() noexcept {
  const std::lock_guard guard{lock_};
  if (!flushed_)
    flushed_.reset(new (std::nothrow) internal::traffic);
  if (flushed_)
    counters->retired.add_growth(traffic, *flushed_);
}

result<bool> ask(const access_control& control, const relay_message& what) noexcept {
  const no_blocking here;
  return caught([&] { return control.is_authorized(what); });
}

bool worker_record::admits(const routed_message& content) const {
  const auto& box = boxes[content.target_index()];
  if (box.open_for_incoming)
    return true;
  const relay_message what{content.source_address(), box.address, content.local_message()};
  const auto verdict = ask(*box.incoming, what);
  if (verdict && *verdict)
    return true;
  counters->drop(verdict ? drop_reason::incoming_denied : drop_reason::access_control_error,
                 content.local_message());
  counters->log.report(log_lines, log_level::warning,
                       [&] { return describe_denial("incoming", what, *box.incoming, verdict); });
  return false;
}

caf::strong_actor_ptr worker_record::share_actor(caf::strong_actor_ptr fresh) {
  const std::lock_guard guard{lock_};
  if (!actor)
    actor.swap(fresh);
  return actor;
}

caf::strong_actor_ptr worker_record::take_actor() noexcept {
  const std::lock_guard guard{lock_};
  return std::exchange(actor, nullptr);
}

void worker_record::when_ready(on_ready callback) {
  result<void> outcome;
  {
    const std::lock_guard guard{lock_};
    if (ready_ == readiness::unknown) {
      if (!waiting_)
        waiting_ = std::make_unique<std::vector<on_ready>>();
      waiting_->push_back(std::move(callback));
      return;
    }
    if (ready_ == readiness::failed)
      outcome = fail(*failed_);
  }
  callback(std::move(outcome));
}

void worker_record::set_ready(const result<void>& outcome) {
  std::unique_ptr<std::vector<on_ready>> waiting;
  {
    const std::lock_guard guard{lock_};
    if (ready_ != readiness::unknown)
      return;
    ready_ = outcome ? readiness::ready : readiness::failed;
    if (!outcome)
      failed_ = std::make_unique<const error>(outcome.error());
    waiting = std::move(waiting_);
  }
  if (waiting)
    for (auto& callback : *waiting)
      callback(outcome);
}

} // namespace ockam::internal
