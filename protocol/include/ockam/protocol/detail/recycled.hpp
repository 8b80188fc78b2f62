#pragma once

#include "ockam/protocol/detail/export.hpp"

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <new>
#include <utility>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#  define OCKAM_RECYCLE_MEMORY 0 // sanitizers detect a use after free only in memory that was freed
#elif defined(__has_feature)
#  if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)                          \
    || __has_feature(thread_sanitizer)
#    define OCKAM_RECYCLE_MEMORY 0
#  endif
#endif
#ifndef OCKAM_RECYCLE_MEMORY
#  define OCKAM_RECYCLE_MEMORY 1
#endif

namespace ockam::internal {

/// The content of an unused block of memory.
struct free_block {
  free_block* next;
  free_block* next_chain; // in the first block of a chain
};

/// Chains of blocks, passed from threads that free more than they allocate to threads that allocate
/// more. Never destroyed: threads may outlive it.
class OCKAM_PROTOCOL_EXPORT central_free_list {
public:
  static constexpr std::size_t max_chains = 128;

  constexpr central_free_list() = default;

  /// False when the list is full.
  bool put(free_block* chain) noexcept;

  /// A whole chain, or nullptr.
  free_block* take() noexcept;

private:
  std::mutex mutex_;
  free_block* first_ = nullptr;
  std::size_t count_ = 0;
};

/// Memory of `Size` bytes for objects that live as long as a message. Each thread caches some freed
/// blocks and moves a surplus to the central free list.
template <std::size_t Size>
class thread_cache {
public:
  static void* take() {
    auto& own = own_;
    if (own.first == nullptr)
      return take_elsewhere();
    --own.count;
    return std::exchange(own.first, own.first->next);
  }

  static void give_back(void* memory) noexcept {
    auto& own = own_;
    if (own.count == own.limit && !make_room())
      return ::operator delete(memory);
    ++own.count;
    own.first = new (memory) free_block{own.first, nullptr};
  }

private:
  static_assert(Size >= sizeof(free_block));

  /// Blocks in a chain; a thread caches at most two chains.
  static constexpr std::size_t chain_length = std::clamp<std::size_t>(std::size_t{32} * 1024 / Size,
                                                                      8, 128);

  struct list { // constant initialization and no destructor: access needs no guard
    free_block* first = nullptr;
    std::size_t count = 0;
    std::size_t limit = 0; // once the cache is in use
    bool ended = false;
  };
  struct cleanup {
    ~cleanup() {
      auto& own = own_;
      own.limit = 0;
      own.ended = true;
      own.count = 0;
      free_all(std::exchange(own.first, nullptr));
    }
  };

  static void free_all(free_block* list) noexcept {
    while (list != nullptr)
      ::operator delete(std::exchange(list, list->next));
  }

  static void* take_elsewhere() {
    auto& own = own_;
    auto* chain = begin() ? central_.take() : nullptr;
    if (chain == nullptr)
      return ::operator new(Size);
    own.first = chain->next;
    own.count = chain_length - 1;
    return chain;
  }

  /// Moves half of a full cache to the central list. False when the thread caches nothing.
  static bool make_room() noexcept {
    auto& own = own_;
    if (own.limit == 0)
      return begin();
    auto* const chain = own.first;
    auto* last = chain;
    for (std::size_t i = 1; i < chain_length; ++i)
      last = last->next;
    own.first = std::exchange(last->next, nullptr);
    own.count -= chain_length;
    if (!central_.put(chain))
      free_all(chain);
    return true;
  }

  /// Starts the cache of this thread. False at the end of the thread.
  static bool begin() noexcept {
    auto& own = own_;
    if (own.limit == 0 && !own.ended) {
      [[maybe_unused]] static thread_local const cleanup at_thread_end;
      own.limit = 2 * chain_length;
    }
    return own.limit != 0;
  }

  static constinit inline thread_local list own_{};
  static constinit inline central_free_list central_{};
};

/// Base of a small class whose objects live as long as a message. An object may be freed by another
/// thread than allocated it. `T` must not be derived from.
template <class T>
class recycled {
#if OCKAM_RECYCLE_MEMORY
public:
  static void* operator new(std::size_t) {
    return thread_cache<sizeof(T)>::take();
  }
  static void operator delete(void* memory) noexcept {
    thread_cache<sizeof(T)>::give_back(memory);
  }
#endif
};

/// Memory of `size` bytes: cached for a few small sizes, otherwise from the heap.
OCKAM_PROTOCOL_EXPORT void* take_memory(std::size_t size);
OCKAM_PROTOCOL_EXPORT void give_back_memory(void* memory, std::size_t size) noexcept;

} // namespace ockam::internal
