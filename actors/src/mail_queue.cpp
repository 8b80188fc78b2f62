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
    while (newest != nullptr && newest != &no_letter_) // null: given up just now
      oldest_ = std::exchange(newest, std::exchange(newest->next, oldest_));
  }
  if (oldest_ == nullptr)
    return nullptr;
  return std::unique_ptr<letter>{std::exchange(oldest_, oldest_->next)};
}

void mail_queue::put_back(std::unique_ptr<letter> oldest) noexcept {
  oldest->next = oldest_;
  oldest_ = oldest.release();
}

void mail_queue::give_up() noexcept {
  auto* newest = newest_.load(std::memory_order_relaxed);
  while (newest != &no_more_mail_)
    if (newest_.compare_exchange_weak(newest, nullptr, std::memory_order_acq_rel,
                                      std::memory_order_relaxed))
      return drop(newest);
}

void mail_queue::close() noexcept {
  auto* newest = newest_.exchange(&no_more_mail_, std::memory_order_acq_rel);
  if (newest != &no_more_mail_)
    drop(newest);
  drop(std::exchange(oldest_, nullptr));
}

void mail_queue::drop(letter* list) noexcept {
  while (list != nullptr && list != &no_letter_)
    delete std::exchange(list, list->next);
}

} // namespace ockam::internal
