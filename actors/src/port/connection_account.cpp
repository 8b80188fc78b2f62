#include "connection_account.hpp"

#include <new>

namespace ockam::internal {

connection_account::~connection_account() {
  delete dropped_.load(std::memory_order_acquire);
}

void connection_account::count_drop(drop_reason reason, std::uint64_t messages) noexcept {
  auto* all = dropped_.load(std::memory_order_acquire);
  if (all == nullptr) {
    auto* made = new (std::nothrow) counts;
    if (made == nullptr)
      return; // the node has counted it
    if (dropped_.compare_exchange_strong(all, made, std::memory_order_acq_rel))
      all = made;
    else
      delete made;
  }
  (*all)[static_cast<std::size_t>(reason)].add(messages);
}

void connection_account::add_to(connection_metrics& sum) const noexcept {
  sum.received += received.get();
  sum.written += written.get();
  sum.lost += lost.get();
  if (const auto* all = dropped_.load(std::memory_order_acquire))
    for (std::size_t i = 0; i < drop_reason_count; ++i)
      sum.dropped[i] += (*all)[i].get();
}

void node_counters::drop(drop_reason reason, const message& content, const error* cause) noexcept {
  dropped[static_cast<std::size_t>(reason)].add();
  if (content.came_from_wire())
    if (auto* const through = connection_account::of(content)) {
      through->count_drop(reason);
      if (through->explains_drops && explain)
        explain(reason, content);
    }
  if (auto* const request = content.request())
    request->fail(cause != nullptr ? *cause : lost(reason, content));
  if (observer)
    host.call("the message observer", [&] { observer->on_drop(reason, content); });
}

} // namespace ockam::internal
