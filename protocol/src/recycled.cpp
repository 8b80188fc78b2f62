#include "ockam/protocol/detail/recycled.hpp"

namespace ockam::internal {

bool central_free_list::put(free_block* chain) noexcept {
  const std::lock_guard guard{mutex_};
  if (count_ == max_chains)
    return false;
  ++count_;
  chain->next_chain = std::exchange(first_, chain);
  return true;
}

free_block* central_free_list::take() noexcept {
  const std::lock_guard guard{mutex_};
  if (first_ == nullptr)
    return nullptr;
  --count_;
  return std::exchange(first_, first_->next_chain);
}

namespace {

/// Calls `then` with the thread cache of the smallest sufficient size.
template <class Then, class Else>
auto with_thread_cache(std::size_t size, Then then, Else otherwise) {
  if (OCKAM_RECYCLE_MEMORY == 0 || size > 1'152)
    return otherwise();
  if (size <= 64)
    return then(thread_cache<64>{});
  if (size <= 128)
    return then(thread_cache<128>{});
  if (size <= 320)
    return then(thread_cache<320>{});
  return then(thread_cache<1'152>{}); // a payload of 1 KiB
}

} // namespace

void* take_memory(std::size_t size) {
  return with_thread_cache(
    size, [](auto kept) { return kept.take(); }, [&] { return ::operator new(size); });
}

void give_back_memory(void* memory, std::size_t size) noexcept {
  with_thread_cache(
    size, [&](auto kept) { kept.give_back(memory); }, [&] { ::operator delete(memory); });
}

} // namespace ockam::internal
