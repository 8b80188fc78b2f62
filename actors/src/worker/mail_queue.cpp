#include "mail_queue.hpp"

#include <utility>

namespace ockam::internal {

mail_queue::letter mail_queue::no_more_mail_{nullptr};

mail_queue::entry mail_queue::put(std::unique_ptr<letter>& newest) noexcept {
  auto* before = newest_.load(std::memory_order_relaxed);
  while (before != &no_more_mail_) {
    newest->next = before;
    if (newest_.compare_exchange_weak(before, newest.get(), std::memory_order_seq_cst,
                                      std::memory_order_relaxed)) {
      static_cast<void>(newest.release());
      return before == nullptr ? entry::first : entry::appended;
    }
  }
  return entry::closed;
}

std::unique_ptr<mail_queue::letter> mail_queue::next_letter() noexcept {
  if (oldest_ == nullptr) {
    auto* newest = newest_.load(std::memory_order_relaxed);
    if (newest == nullptr || newest == &no_more_mail_)
      return nullptr;
    newest = newest_.exchange(nullptr, std::memory_order_acquire);
    while (newest != nullptr)
      oldest_ = std::exchange(newest, std::exchange(newest->next, oldest_));
  }
  return std::unique_ptr<letter>{std::exchange(oldest_, oldest_->next)};
}

void mail_queue::close(const std::function<void(letter&)>& look) noexcept {
  auto* newest = newest_.exchange(&no_more_mail_, std::memory_order_acquire);
  for (auto* list : {std::exchange(oldest_, nullptr), newest != &no_more_mail_ ? newest : nullptr})
    while (list != nullptr) {
      const std::unique_ptr<letter> unread{std::exchange(list, list->next)};
      if (look)
        look(*unread);
    }
}

} // namespace ockam::internal
