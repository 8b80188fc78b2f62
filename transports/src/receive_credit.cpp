#include "receive_credit.hpp"

namespace ockam::internal {

void receive_credit::take(std::size_t bytes) noexcept {
  used_.fetch_add(one_message + bytes, std::memory_order_relaxed);
}

void receive_credit::give_back(std::size_t bytes) noexcept {
  used_.fetch_sub(one_message + bytes, std::memory_order_seq_cst);
  // the reader announces that it waits, then looks again; we free, then look whether it waits
  if (somebody_waits_.load(std::memory_order_seq_cst) && half_free()
      && somebody_waits_.exchange(false) && waiting_)
    waiting_->wake();
}

bool receive_credit::exhausted() noexcept {
  if (!full())
    return false;
  somebody_waits_.store(true, std::memory_order_seq_cst);
  if (!half_free())
    return true;
  // freed meanwhile: whoever takes the flag away decides
  return !somebody_waits_.exchange(false);
}

} // namespace ockam::internal
