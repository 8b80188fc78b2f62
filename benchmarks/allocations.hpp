#pragma once

#include <cstdint>

namespace bench {

/// Counts calls of the global operator new, which this program replaces, from every thread and every
/// library, CAF among them. The figures themselves are taken without counting.
void begin_counting_allocations() noexcept;
std::uint64_t end_counting_allocations() noexcept;

/// Weighs what operator new hands out and takes back from now on.
void begin_weighing() noexcept;

/// Bytes of the heap by which it has grown since, with malloc's own; negative when it has shrunk.
double heap_growth() noexcept;
void end_weighing() noexcept;

} // namespace bench
