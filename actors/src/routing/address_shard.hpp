#pragma once

#include "worker/worker_record.hpp"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace ockam::internal {

/// A record, and which of its addresses was asked for.
struct located {
  ref_ptr<worker_record> record;
  std::uint16_t index = 0;

  explicit operator bool() const noexcept { return static_cast<bool>(record); }
};

/// One part of the table of addresses: the entries lie in one piece of memory, and one whose place is
/// taken by another stands behind it. A look-up reads a line of the cache, most often.
///
/// The caller holds `mutex` for every other member.
class alignas(64) address_shard {
public:
  mutable std::mutex mutex;

  [[nodiscard]] const located* find(address_view any, std::uint64_t hash) const noexcept;

  /// Makes room for `count` more, so that `put` cannot fail.
  void make_room(std::size_t count);
  void put(located what, std::uint64_t hash) noexcept;

  /// Removes an address of this record; null when it belongs to another record, or to none.
  located take(const worker_record& record, address_view own, std::uint64_t hash) noexcept;

  /// Adds every record to `all` whose first address is here.
  void add_to(std::vector<ref_ptr<worker_record>>& all) const;

  /// Nothing may be put any more.
  bool closed = false;

private:
  struct entry {
    located where; // null: free
    std::uint64_t hash = 0;
  };

  /// Where it is, or the place where it would be.
  [[nodiscard]] std::size_t place_of(address_view any, std::uint64_t hash) const noexcept;
  [[nodiscard]] std::size_t behind(std::size_t place) const noexcept {
    return (place + 1) & (entries_.size() - 1);
  }
  void resize(std::size_t capacity);
  void close_gap(std::size_t gap) noexcept;

  std::vector<entry> entries_; // a power of two, never full
  std::size_t count_ = 0;
};

} // namespace ockam::internal
