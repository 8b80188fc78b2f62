#pragma once

#include "address_shard.hpp"

#include "ockam/protocol/detail/recycled.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

namespace ockam::internal {

class address_table;

/// The destination of the last message of one sender: one look-up serves a run of messages to one
/// address. For one thread at a time. Keeps a worker alive until the run ends.
class route_cache final : public recycled<route_cache> {
public:
  /// As `table.find(next)`; stays until the next time.
  const located& find(const address_table& table, address_view next);

  /// Whether the access control has admitted messages to this address, as of this `generation` of
  /// what it asks.
  [[nodiscard]] bool admitted(std::uint64_t generation) const noexcept {
    return admitted_generation_ == generation;
  }
  void admit(std::uint64_t generation) noexcept { admitted_generation_ = generation; }

private:
  located last_;
  std::uint64_t generation_ = 0;
  std::optional<std::uint64_t> admitted_generation_;
};

/// Which worker answers at which address; thread-safe.
///
/// Sharded by a keyed hash: a look-up holds the lock of one shard while it copies one pointer. All
/// addresses of a worker are taken or none is (ROU-5), for they change under the locks of all their
/// shards.
class address_table {
public:
  address_table();

  /// Makes every address of the record resolvable, or none.
  /// errc::already_exists names the address that is taken; after `close` its reason.
  result<void> insert(const ref_ptr<worker_record>& record);

  /// Removes the addresses that still belong to this record; false when they did not any more.
  bool remove(const worker_record& record);

  [[nodiscard]] located find(address_view any) const;

  /// Changes whenever an address is removed.
  [[nodiscard]] std::uint64_t generation() const noexcept {
    return generation_.load(std::memory_order_acquire);
  }

  /// Every record once, in no order.
  [[nodiscard]] std::vector<ref_ptr<worker_record>> all() const;

  /// No insertion succeeds from now on; `why` is what it fails with (NOD-9, NOD-11).
  void close(error why);

private:
  static constexpr std::size_t shard_count = 64;

  [[nodiscard]] std::uint64_t hash_of(address_view any) const noexcept {
    return hash_value(any, seed_);
  }
  [[nodiscard]] address_shard& shard_of(std::uint64_t hash) const noexcept {
    return shards_[(hash >> 48) % shard_count]; // the upper bits: a shard uses the lower ones
  }
  class locked_shards;

  [[nodiscard]] tl::unexpected<error> why_closed() const;

  const std::uint64_t seed_;
  mutable std::array<address_shard, shard_count> shards_;
  std::atomic<std::uint64_t> generation_{0};
  mutable std::mutex closing_;
  std::optional<error> closed_; // under `closing_`
};

} // namespace ockam::internal
