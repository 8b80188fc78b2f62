#pragma once

#include <cstddef>
#include <new>
#include <utility>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#  define OCKAM_RECYCLE_MEMORY                                                                     \
    0 // the sanitizers see a use after the end only in memory that was freed
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

/// Base of small classes whose objects come and go with every message: their memory is kept, some
/// objects' worth by each thread, instead of going back to the heap each time.
///
/// An object may end on another thread than it began on. `T` must not be derived from.
template <class T>
class recycled {
#if OCKAM_RECYCLE_MEMORY
public:
  static void* operator new(std::size_t) {
    auto& own = kept_;
    if (own.first == nullptr)
      return ::operator new(sizeof(T));
    --own.count;
    return std::exchange(own.first, own.first->next);
  }

  static void operator delete(void* memory) noexcept {
    auto& own = kept_;
    if (own.count >= own.limit) {
      if (own.limit != 0 || own.ended) // full, or the thread is ending
        return ::operator delete(memory);
      [[maybe_unused]] static thread_local const cleanup at_thread_end;
      own.limit = max_kept;
    }
    ++own.count;
    own.first = new (memory) block{own.first};
  }

private:
  static constexpr std::size_t max_kept = 256;

  struct block {
    block* next;
  };
  struct list { // constant initialisation and no destructor: access costs no check
    block* first = nullptr;
    std::size_t count = 0;
    std::size_t limit = 0; // with the first block
    bool ended = false;
  };
  struct cleanup {
    ~cleanup() {
      auto& own = kept_;
      own.limit = 0;
      own.ended = true;
      own.count = 0;
      while (own.first != nullptr)
        ::operator delete(std::exchange(own.first, own.first->next));
    }
  };

  static constinit inline thread_local list kept_{};
#endif
};

} // namespace ockam::internal
