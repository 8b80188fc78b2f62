#include "ockam/transports/engine/receive_credit.hpp"

#include <mutex>
#include <utility>

namespace ockam::sdk {

void receive_credit::give_back_together(credit_use use, std::size_t messages,
                                        std::size_t bytes) noexcept {
  window_of(use).give_back(messages, bytes);
  if (use == credit_use::output && workers_wait_.load(std::memory_order_seq_cst)
      && output_.half_free())
    wake_workers();
  wake_reader();
}

/// The reader announces that it waits, then checks again; this thread frees, then checks for waiters.
void receive_credit::wake_reader() noexcept {
  const auto awaited = reader_waits_for_.load(std::memory_order_seq_cst);
  if (awaited != none && half_free(awaited) && reader_waits_for_.exchange(none) != none && reader_)
    reader_->wake();
}

void receive_credit::wake_workers() noexcept {
  std::vector<ref_ptr<capacity_listener>> woken;
  {
    const std::lock_guard guard{lock_};
    woken.swap(workers_);
    workers_wait_.store(false, std::memory_order_seq_cst);
  }
  for (const auto& each : woken)
    each->wake();
}

bool receive_credit::wake_when_output_fits(ref_ptr<capacity_listener> waiting) {
  const std::lock_guard guard{lock_};
  workers_wait_.store(true, std::memory_order_seq_cst);
  if (output_.half_free()) { // freed before the announcement could be seen
    workers_wait_.store(!workers_.empty(), std::memory_order_seq_cst);
    return false;
  }
  workers_.push_back(std::move(waiting));
  return true;
}

bool receive_credit::exhausted() noexcept {
  const auto used_up = full();
  if (used_up == none)
    return false;
  reader_waits_for_.store(used_up, std::memory_order_seq_cst);
  if (!half_free(used_up))
    return true;
  // freed meanwhile: the thread that removes the announcement decides
  return reader_waits_for_.exchange(none) == none;
}

} // namespace ockam::sdk
