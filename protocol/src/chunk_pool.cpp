#include "ockam/protocol/chunk_pool.hpp"

#include <algorithm>
#include <iterator>
#include <new>
#include <utility>
#include <vector>

namespace ockam {

/// Chunks that nobody uses, of all pools: the last one that came back, whose memory is the warmest, is
/// the next one to be taken, so that any number of idle connections needs none.
class chunk::idle_list {
public:
  /// Never destroyed: a chunk may come back while the program ends.
  static idle_list& instance() {
    static auto* const only = new idle_list;
    return *only;
  }

  chunk* take(std::size_t size) noexcept {
    const std::lock_guard guard{mutex_};
    const auto found = std::find_if(unused_.rbegin(), unused_.rend(),
                                    [size](const chunk* each) { return each->size() == size; });
    if (found == unused_.rend())
      return nullptr;
    auto* taken = *found;
    unused_.erase(std::next(found).base());
    return taken;
  }

  void put(chunk* unused) noexcept {
    {
      const std::lock_guard guard{mutex_};
      if (unused_.size() < unused_.capacity()) {
        unused_.push_back(unused);
        return;
      }
    }
    destroy(unused);
  }

private:
  static constexpr std::size_t max_chunks = 16;

  idle_list() { unused_.reserve(max_chunks); }

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
  // The pool lives as long as this call needs it, even when this was its last chunk.
  const auto pool = std::exchange(pool_, {});
  pool->give_back(this);
}

chunk_pool::chunk_pool(std::size_t chunk_size, std::size_t max_chunks,
                       std::function<void()> on_available)
  : chunk_size_{std::max<std::size_t>(chunk_size, 16)},
    max_chunks_{std::max<std::size_t>(max_chunks, 1)},
    on_available_{std::move(on_available)} {}

chunk_pool::~chunk_pool() = default;

ref_ptr<chunk> chunk_pool::take() {
  {
    const std::lock_guard lock{mutex_};
    if (in_use_ == max_chunks_) {
      somebody_waits_ = true;
      return {};
    }
    ++in_use_;
  }
  auto* taken = chunk::idle_list::instance().take(chunk_size_);
  if (taken == nullptr) {
    try {
      taken = chunk::create(chunk_size_);
    } catch (...) {
      const std::lock_guard lock{mutex_};
      --in_use_;
      throw;
    }
  }
  taken->pool_ = ref_ptr<chunk_pool>{this};
  return ref_ptr<chunk>{taken};
}

std::size_t chunk_pool::in_use() const {
  const std::lock_guard lock{mutex_};
  return in_use_;
}

void chunk_pool::give_back(chunk* unused) noexcept {
  chunk::idle_list::instance().put(unused);
  bool awaited = false;
  {
    const std::lock_guard lock{mutex_};
    --in_use_;
    awaited = std::exchange(somebody_waits_, false);
  }
  if (awaited && on_available_)
    on_available_();
}

} // namespace ockam
