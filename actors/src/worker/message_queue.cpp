#include "message_queue.hpp"

#include <utility>

namespace ockam::internal {

message_queue::element message_queue::closed_{nullptr};

message_queue::entry message_queue::push(std::unique_ptr<element>& newest) noexcept {
  auto* before = newest_.load(std::memory_order_relaxed);
  while (before != &closed_) {
    newest->next = before;
    if (newest_.compare_exchange_weak(before, newest.get(), std::memory_order_seq_cst,
                                      std::memory_order_relaxed)) {
      static_cast<void>(newest.release());
      return before == nullptr ? entry::first : entry::appended;
    }
  }
  return entry::closed;
}

std::unique_ptr<message_queue::element> message_queue::pop() noexcept {
  if (oldest_ == nullptr) {
    auto* newest = newest_.load(std::memory_order_relaxed);
    if (newest == nullptr || newest == &closed_)
      return nullptr;
    newest = newest_.exchange(nullptr, std::memory_order_acquire);
    while (newest != nullptr)
      oldest_ = std::exchange(newest, std::exchange(newest->next, oldest_));
  }
  return std::unique_ptr<element>{std::exchange(oldest_, oldest_->next)};
}

void message_queue::close(const std::function<void(element&)>& look) noexcept {
  auto* newest = newest_.exchange(&closed_, std::memory_order_acquire);
  for (auto* list : {std::exchange(oldest_, nullptr), newest != &closed_ ? newest : nullptr})
    while (list != nullptr) {
      const std::unique_ptr<element> unread{std::exchange(list, list->next)};
      if (look)
        look(*unread);
    }
}

} // namespace ockam::internal
