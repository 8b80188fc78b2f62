#include "ockam/protocol/detail/buffer_pool.hpp"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

namespace ockam {

namespace {

constexpr std::size_t small_chunk_size = 16u << 10;

/// The minimum for a pool: one chunk to read into, and one whose messages are being handled.
constexpr std::size_t least_chunks = 2;

} // namespace

/// Unused chunks of all pools, last in, first out: the memory is warm, and idle connections need
/// none.
class chunk::idle_list {
public:
  /// Never destroyed: a chunk may return while the program exits.
  static idle_list& instance() {
    static auto* const only = new idle_list;
    return *only;
  }

  chunk* take(std::size_t size) noexcept {
    auto* const last = last_.exchange(nullptr, std::memory_order_acquire);
    if (last == nullptr || last->size() == size)
      return last != nullptr ? last : take_from_list(size);
    put_into_list(last);
    return take_from_list(size);
  }

  void put(chunk* unused) noexcept {
    if (auto* const earlier = last_.exchange(unused, std::memory_order_acq_rel))
      put_into_list(earlier);
  }

private:
  static constexpr std::size_t max_chunks = 16; // in the list

  idle_list() { unused_.reserve(max_chunks); }

  chunk* take_from_list(std::size_t size) noexcept {
    const std::lock_guard guard{mutex_};
    const auto found = std::find_if(unused_.rbegin(), unused_.rend(),
                                    [size](const chunk* each) { return each->size() == size; });
    if (found == unused_.rend())
      return nullptr;
    auto* taken = *found;
    unused_.erase(std::next(found).base());
    return taken;
  }

  void put_into_list(chunk* unused) noexcept {
    {
      const std::lock_guard guard{mutex_};
      if (unused_.size() < unused_.capacity()) {
        unused_.push_back(unused);
        return;
      }
    }
    destroy(unused);
  }

  std::atomic<chunk*> last_{nullptr}; // the one returned last: a single connection needs no lock
  std::mutex mutex_;
  std::vector<chunk*> unused_;
};

chunk* chunk::create(std::size_t size) {
  void* memory = ::operator new(sizeof(chunk) + size);
  return new (memory) chunk{size};
}

void chunk::destroy(chunk* unused) noexcept {
  unused->~chunk();
  ::operator delete(unused);
}

void chunk::dispose() noexcept {
  // Keeps the pool alive during this call, even when this was its last chunk.
  const auto pool = std::exchange(pool_, {});
  pool->give_back(this);
}

buffer_pool::buffer_pool(std::size_t chunk_size, std::size_t max_chunks,
                         ref_ptr<capacity_listener> waiting, ref_ptr<memory_budget> budget)
  : chunk_size_{std::max<std::size_t>(chunk_size, 16)},
    max_chunks_{std::max<std::size_t>(max_chunks, 1)},
    waiting_{std::move(waiting)},
    budget_{std::move(budget)} {}

buffer_pool::~buffer_pool() = default;

ref_ptr<chunk> buffer_pool::take() {
  const auto size = reserve();
  if (size == 0)
    return {};
  auto* taken = chunk::idle_list::instance().take(size);
  if (taken == nullptr) {
    try {
      taken = chunk::create(size);
    } catch (...) {
      release(size);
      throw;
    }
  }
  taken->pool_ = ref_ptr<buffer_pool>{this};
  return ref_ptr<chunk>{taken};
}

/// The size of the chunk that may be taken; 0 when the caller has to wait for a returned one.
std::size_t buffer_pool::reserve() {
  const std::lock_guard guard{lock_};
  auto size = chunk_size_;
  if (in_use_ == max_chunks_) {
    size = 0;
  } else if (budget_ && !budget_->try_take(size)) {
    size = in_use_ < least_chunks ? std::min(size, small_chunk_size) : 0;
    budget_->take(size);
  }
  if (size > 0)
    ++in_use_;
  else
    waiter_pending_ = true;
  return size;
}

void buffer_pool::release(std::size_t size) noexcept {
  if (budget_)
    budget_->give_back(size);
  bool awaited = false;
  {
    const std::lock_guard guard{lock_};
    --in_use_;
    awaited = std::exchange(waiter_pending_, false);
  }
  if (awaited && waiting_)
    waiting_->wake();
}

std::size_t buffer_pool::in_use() const {
  const std::lock_guard guard{lock_};
  return in_use_;
}

void buffer_pool::give_back(chunk* unused) noexcept {
  const auto size = unused->size();
  chunk::idle_list::instance().put(unused);
  release(size);
}

} // namespace ockam
