#include "ockam/protocol/chunk_pool.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace ockam {

namespace {

constexpr std::size_t max_idle_chunks = 4;

} // namespace

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
    on_available_{std::move(on_available)} {
  idle_.reserve(std::min(max_chunks_, max_idle_chunks));
}

chunk_pool::~chunk_pool() {
  for (auto* unused : idle_)
    chunk::destroy(unused);
}

ref_ptr<chunk> chunk_pool::take() {
  chunk* taken = nullptr;
  {
    const std::lock_guard lock{mutex_};
    if (in_use_ == max_chunks_) {
      somebody_waits_ = true;
      return {};
    }
    if (!idle_.empty()) {
      taken = idle_.back();
      idle_.pop_back();
    }
    ++in_use_;
  }
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
  bool kept = false;
  bool awaited = false;
  {
    const std::lock_guard lock{mutex_};
    --in_use_;
    if (idle_.size() < idle_.capacity()) {
      idle_.push_back(unused);
      kept = true;
    }
    awaited = std::exchange(somebody_waits_, false);
  }
  if (!kept)
    chunk::destroy(unused);
  if (awaited && on_available_)
    on_available_();
}

} // namespace ockam
