#pragma once

#include "ockam/protocol/address.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <mutex>
#include <optional>
#include <utility>

namespace ockam::internal {

/// What is known about the last addresses that ended, for the texts of errors about them.
/// Thread-safe; of a fixed size.
template <class T>
class recent_addresses {
public:
  void add(const address& ended, T known) {
    const std::lock_guard guard{mutex_};
    auto place = std::ranges::find_if(entries_, [&](const entry& each) {
      return each.known && each.ended == ended;
    });
    if (place == entries_.end()) {
      place = entries_.begin() + static_cast<std::ptrdiff_t>(next_);
      next_ = (next_ + 1) % entries_.size();
    }
    *place = {ended, std::move(known)};
  }

  [[nodiscard]] std::optional<T> find(address_view any) const {
    const std::lock_guard guard{mutex_};
    for (const auto& each : entries_)
      if (each.known && address_view{each.ended} == any)
        return each.known;
    return std::nullopt;
  }

private:
  static constexpr std::size_t size = 128;

  struct entry {
    address ended;
    std::optional<T> known;
  };

  mutable std::mutex mutex_;
  std::array<entry, size> entries_{};
  std::size_t next_ = 0;
};

} // namespace ockam::internal
