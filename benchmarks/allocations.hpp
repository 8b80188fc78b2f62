#pragma once

#include <cstdint>

namespace bench {

/// Counts calls of the global operator new, which this program replaces, from every thread and every
/// library, CAF among them. The figures themselves are taken without counting.
void begin_counting_allocations() noexcept;
std::uint64_t end_counting_allocations() noexcept;

/// Bytes of the heap that are in use, of all threads.
double heap_in_use() noexcept;

} // namespace bench
