#include "mail_queue.hpp"

#include <utility>

namespace ockam::internal {

mail_queue::letter mail_queue::no_letter_;
mail_queue::letter mail_queue::no_more_mail_;

mail_queue::entry mail_queue::put(routed_message& content) {
  auto* newest = newest_.load(std::memory_order_relaxed);
  std::unique_ptr<letter> own;
  for (;;) {
    if (newest == nullptr) {
      if (newest_.compare_exchange_weak(newest, &no_letter_, std::memory_order_acq_rel,
                                        std::memory_order_relaxed)) {
        if (own)
          content = std::move(own->content);
        return entry::first;
      }
    } else if (newest == &no_more_mail_) {
      if (own)
        content = std::move(own->content);
      return entry::closed;
    } else {
      if (!own)
        own = std::make_unique<letter>(std::move(content)); // NOLINT(bugprone-use-after-move): once
      own->next = newest;
      if (newest_.compare_exchange_weak(newest, own.get(), std::memory_order_acq_rel,
                                        std::memory_order_relaxed)) {
        static_cast<void>(own.release());
        return entry::appended;
      }
    }
  }
}

std::unique_ptr<mail_queue::letter> mail_queue::next_letter() noexcept {
  if (oldest_ == nullptr) {
    auto* newest = &no_letter_;
    if (newest_.compare_exchange_strong(newest, nullptr, std::memory_order_acq_rel))
      return nullptr;
    if (newest == nullptr || newest == &no_more_mail_)
      return nullptr;
    newest = newest_.exchange(&no_letter_, std::memory_order_acq_rel);
    while (newest != &no_letter_)
      oldest_ = std::exchange(newest, std::exchange(newest->next, oldest_));
  }
  return std::unique_ptr<letter>{std::exchange(oldest_, oldest_->next)};
}

void mail_queue::close() noexcept {
  auto* newest = newest_.exchange(&no_more_mail_, std::memory_order_acq_rel);
  if (newest == &no_more_mail_)
    newest = nullptr;
  for (auto* list : {newest, std::exchange(oldest_, nullptr)})
    while (list != nullptr && list != &no_letter_)
      delete std::exchange(list, list->next);
}

} // namespace ockam::internal
