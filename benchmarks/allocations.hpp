#pragma once

// Counts allocations by replacing the global operator new: include it in one file of a program. The
// replacement holds for the libraries of the program too, CAF among them.

#include "harness.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace bench {

inline std::atomic<bool> counting_allocations{false};
inline std::atomic<std::uint64_t> counted_allocations{0};

inline void* counted_allocate(std::size_t size, std::size_t alignment) {
  if (counting_allocations.load(std::memory_order_relaxed))
    counted_allocations.fetch_add(1, std::memory_order_relaxed);
  auto* memory = alignment > __STDCPP_DEFAULT_NEW_ALIGNMENT__
                   ? std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment)
                   : std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr)
    throw std::bad_alloc{};
  return memory;
}

/// From every thread of the program; the figures themselves are taken without counting.
inline constexpr allocation_counter allocations{
  [] {
    counted_allocations = 0;
    counting_allocations = true;
  },
  [] {
    counting_allocations = false;
    return counted_allocations.load();
  },
};

} // namespace bench

void* operator new(std::size_t size) {
  return bench::counted_allocate(size, 0);
}
void* operator new[](std::size_t size) {
  return bench::counted_allocate(size, 0);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return bench::counted_allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return bench::counted_allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}
