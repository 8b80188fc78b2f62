#include "allocations.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

#include <malloc.h>

namespace {

std::atomic<bool> counting{false};
std::atomic<std::uint64_t> counted{0};
std::atomic<bool> weighing{false};
std::atomic<std::int64_t> weight{0};

/// With what malloc needs beside it.
std::int64_t weight_of(void* memory) {
  return static_cast<std::int64_t>(malloc_usable_size(memory) + sizeof(std::size_t));
}

void* allocate(std::size_t size, std::size_t alignment) {
  if (counting.load(std::memory_order_relaxed))
    counted.fetch_add(1, std::memory_order_relaxed);
  auto* memory = alignment > __STDCPP_DEFAULT_NEW_ALIGNMENT__
                   ? std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment)
                   : std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr)
    throw std::bad_alloc{};
  if (weighing.load(std::memory_order_relaxed))
    weight.fetch_add(weight_of(memory), std::memory_order_relaxed);
  return memory;
}

void release(void* memory) noexcept {
  if (memory != nullptr && weighing.load(std::memory_order_relaxed))
    weight.fetch_sub(weight_of(memory), std::memory_order_relaxed);
  std::free(memory);
}

} // namespace

namespace bench {

void begin_counting_allocations() noexcept {
  counted = 0;
  counting = true;
}

std::uint64_t end_counting_allocations() noexcept {
  counting = false;
  return counted.load();
}

void begin_weighing() noexcept {
  weight = 0;
  weighing = true;
}

double heap_growth() noexcept {
  return static_cast<double>(weight.load());
}

void end_weighing() noexcept {
  weighing = false;
}

} // namespace bench

void* operator new(std::size_t size) {
  return allocate(size, 0);
}
void* operator new[](std::size_t size) {
  return allocate(size, 0);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept {
  release(memory);
}
void operator delete[](void* memory) noexcept {
  release(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  release(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  release(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  release(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept {
  release(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  release(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
  release(memory);
}
