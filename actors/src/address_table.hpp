#pragma once

#include "worker_record.hpp"

#include "ockam/protocol/recycled.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_set>
#include <vector>

namespace ockam::internal {

/// A record, and which of its addresses was asked for.
struct located {
  ref_ptr<worker_record> record;
  std::uint16_t index = 0;

  explicit operator bool() const noexcept { return static_cast<bool>(record); }
};

class address_table;

/// Where the last message of one sender went, so that a run of messages to one address is looked up
/// once. For one thread at a time. Keeps a worker alive: it ends with the run.
class next_hop final : public recycled<next_hop> {
public:
  /// As `table.find(next)`.
  located find(const address_table& table, address_view next);

  /// Whether the access control has admitted messages to this address, as of this `generation` of
  /// what it asks.
  [[nodiscard]] bool admitted(std::uint64_t generation) const noexcept {
    return admitted_as_of_ == generation;
  }
  void admit(std::uint64_t generation) noexcept { admitted_as_of_ = generation; }

private:
  located last_;
  std::uint64_t generation_ = 0;
  std::optional<std::uint64_t> admitted_as_of_;
};

/// Which worker answers at which address; thread-safe.
///
/// Sharded by a keyed hash: a look-up holds the lock of one shard while it copies one pointer, and
/// nothing else happens under that lock. Changes are made one after the other, so that all addresses
/// of a worker are taken or none is (ROU-5).
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
  /// What is looked for: hashed once, for the shard and for its table.
  struct key {
    address_view address;
    std::uint64_t hash;
  };
  /// The address is the record's own.
  struct entry {
    located where;
    std::uint64_t hash;
    [[nodiscard]] address_view address() const noexcept {
      return where.record->address_at(where.index);
    }
  };
  struct stored_hash {
    using is_transparent = void;
    std::size_t operator()(const entry& stored) const noexcept { return stored.hash; }
    std::size_t operator()(const key& wanted) const noexcept { return wanted.hash; }
  };
  struct equal {
    using is_transparent = void;
    bool operator()(const entry& a, const entry& b) const noexcept {
      return a.hash == b.hash && a.address() == b.address();
    }
    bool operator()(const key& a, const entry& b) const noexcept {
      return a.hash == b.hash && a.address == b.address();
    }
    bool operator()(const entry& a, const key& b) const noexcept { return (*this)(b, a); }
  };
  using set = std::unordered_set<entry, stored_hash, equal>;

  static constexpr std::size_t shard_count = 64;
  struct alignas(64) shard {
    mutable std::mutex mutex;
    set entries;
  };

  [[nodiscard]] key key_of(address_view any) const noexcept {
    return {any, hash_value(any, seed_)};
  }
  [[nodiscard]] shard& shard_of(std::uint64_t hash) const noexcept {
    return shards_[(hash >> 48) % shard_count]; // the upper bits: the sets use the lower ones
  }

  const std::uint64_t seed_;
  mutable std::array<shard, shard_count> shards_;
  std::atomic<std::uint64_t> generation_{0};
  std::mutex changes_;
  std::optional<error> closed_;
};

} // namespace ockam::internal
