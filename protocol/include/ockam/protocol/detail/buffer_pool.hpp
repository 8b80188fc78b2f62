#pragma once

#include "ockam/protocol/detail/credit.hpp"
#include "ockam/protocol/detail/export.hpp"
#include "ockam/protocol/detail/memory_budget.hpp"
#include "ockam/protocol/detail/ref_counted.hpp"
#include "ockam/protocol/detail/spin_lock.hpp"

#include <cstddef>
#include <cstdint>

namespace ockam {

class buffer_pool;

/// Memory that received bytes are read into and that payloads refer to. The last reference returns
/// it to its pool, not to the heap.
class OCKAM_PROTOCOL_EXPORT chunk final : public ref_counted {
public:
  [[nodiscard]] std::uint8_t* data() noexcept { return reinterpret_cast<std::uint8_t*>(this + 1); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
  friend class buffer_pool;
  class idle_list;

  explicit chunk(std::size_t size) noexcept : size_{size} {}
  static chunk* create(std::size_t size);
  static void destroy(chunk* unused) noexcept;
  void dispose() noexcept override;

  ref_ptr<buffer_pool> pool_; // only while in use, so there is no cycle with the pool
  std::size_t size_;
};

/// Hands out chunks, at most `max_chunks` at a time, and takes them back.
///
/// This is how a connection is slowed down: every message it received holds the chunk it points
/// into, and a connection without chunks cannot read. Chunks are made when first needed; a few
/// idle ones are kept for all pools of the process, because fresh memory is slow to touch.
///
/// Thread-safe: any thread may return a chunk, also after the owner has released the pool.
class OCKAM_PROTOCOL_EXPORT buffer_pool final : public ref_counted {
public:
  /// @param chunk_size    bytes; a frame that fits into one is never copied
  /// @param max_chunks    in use at the same time
  /// @param waiting       woken once when a chunk returns after `take` found none, by the returning
  ///                      thread; nullptr: none
  /// @param budget        shared with other pools; when it is spent, a pool has two small chunks
  ///                      at a time, so that no pool waits for others
  buffer_pool(std::size_t chunk_size, std::size_t max_chunks,
              ref_ptr<capacity_listener> waiting = {}, ref_ptr<memory_budget> budget = {});

  buffer_pool(const buffer_pool&) = delete;
  buffer_pool& operator=(const buffer_pool&) = delete;

  [[nodiscard]] std::size_t chunk_size() const noexcept { return chunk_size_; }

  [[nodiscard]] memory_budget* budget() const noexcept { return budget_.get(); }

  /// An uninitialized chunk of `chunk_size` bytes or fewer; nullptr when all are in use.
  ref_ptr<chunk> take();

  /// Referenced chunks.
  [[nodiscard]] std::size_t in_use() const;

private:
  friend class chunk;

  ~buffer_pool() override;
  [[nodiscard]] std::size_t reserve();
  void release(std::size_t size) noexcept;
  void give_back(chunk* unused) noexcept;

  const std::size_t chunk_size_;
  const std::size_t max_chunks_;
  const ref_ptr<capacity_listener> waiting_;
  const ref_ptr<memory_budget> budget_;

  std::size_t in_use_ = 0;
  bool waiter_pending_ = false;
  mutable internal::spin_lock lock_; // of the two
};

} // namespace ockam
