#pragma once

#include "ockam/protocol/bytes.hpp"
#include "ockam/protocol/detail/export.hpp"
#include "ockam/protocol/detail/ref_counted.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace ockam {

/// Immutable bytes with shared ownership of their memory.
///
/// Copies and slices share the memory: a received payload keeps its whole receive buffer alive.
/// Call `detached()` on payloads before storing them. Thread-safe like a `std::shared_ptr<const
/// T>`.
class OCKAM_PROTOCOL_EXPORT shared_bytes {
public:
  shared_bytes() = default;

  /// Copies `data` into new memory.
  explicit shared_bytes(bytes_view data);

  /// Refers to `data`, which `owner` keeps alive.
  shared_bytes(bytes_view data, ref_ptr<ref_counted> owner) noexcept
    : data_{data}, owner_{std::move(owner)} {}

  /// `size` bytes in one allocation; `fill` writes all of them, given a `std::span<std::uint8_t>`.
  template <class Fill>
  [[nodiscard]] static shared_bytes of_size(std::size_t size, Fill&& fill) {
    std::span<std::uint8_t> memory;
    auto made = uninitialized(size, memory);
    std::forward<Fill>(fill)(memory);
    return made;
  }

  /// Takes over `data` without a copy.
  [[nodiscard]] static shared_bytes adopt(bytes data);

  [[nodiscard]] bytes_view view() const noexcept { return data_; }
  [[nodiscard]] const std::uint8_t* data() const noexcept { return data_.data(); }
  [[nodiscard]] std::size_t size() const noexcept { return data_.size(); }
  [[nodiscard]] bool empty() const noexcept { return data_.empty(); }

  /// `length` bytes from `offset` on, sharing the memory. Both are clamped to the size.
  [[nodiscard]] shared_bytes slice(std::size_t offset, std::size_t length) const&;
  [[nodiscard]] shared_bytes slice(std::size_t offset, std::size_t length) &&;

  /// A copy in new memory, so that the receive buffer can be reused.
  [[nodiscard]] shared_bytes detached() const { return shared_bytes{data_}; }

  friend bool operator==(const shared_bytes& a, const shared_bytes& b) noexcept {
    return as_text(a.data_) == as_text(b.data_);
  }

private:
  [[nodiscard]] static shared_bytes uninitialized(std::size_t size,
                                                  std::span<std::uint8_t>& memory);

  bytes_view data_;
  ref_ptr<ref_counted> owner_;
};

} // namespace ockam
