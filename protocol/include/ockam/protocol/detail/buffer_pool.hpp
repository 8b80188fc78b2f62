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

/// A piece of memory that received bytes are read into, and that payloads then refer to.
///
/// Goes back to its pool, not to the heap, when its last reference is gone.
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

  ref_ptr<buffer_pool> pool_; // while in use; the pool holds idle chunks, so this is no cycle
  std::size_t size_;
};

/// Hands out chunks, at most `max_chunks` at a time, and takes them back.
///
/// This is how a connection is slowed down: every message it received holds the chunk it points
/// into, and a connection without chunks cannot read. Chunks are made when first needed; a few
/// idle ones are kept for all pools of the process, because fresh memory is slow to touch. Thread-safe: chunks come back from
/// whatever thread drops the last slice, also after the owner has let go of the pool.
class OCKAM_PROTOCOL_EXPORT buffer_pool final : public ref_counted {
public:
  /// @param chunk_size    bytes; a frame that fits into one is never copied
  /// @param max_chunks    in use at the same time
  /// @param waiting       woken once after `take` had nothing to give and a chunk came back, by the
  ///                      thread that returned it; nullptr: none
  /// @param budget        shared with other pools; when it is spent, a pool has two chunks at a
  ///                      time, small ones, so that no pool waits for others
  buffer_pool(std::size_t chunk_size, std::size_t max_chunks,
              ref_ptr<capacity_listener> waiting = {}, ref_ptr<memory_budget> budget = {});

  buffer_pool(const buffer_pool&) = delete;
  buffer_pool& operator=(const buffer_pool&) = delete;

  [[nodiscard]] std::size_t chunk_size() const noexcept { return chunk_size_; }

  [[nodiscard]] memory_budget* budget() const noexcept { return budget_.get(); }

  /// A chunk of `chunk_size` bytes of any content, or a smaller one, or nullptr when all are in use.
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
