#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace ockam {

/// Owned bytes.
using bytes = std::vector<std::uint8_t>;

/// A view of bytes; valid as long as their owner.
using bytes_view = std::span<const std::uint8_t>;

/// The same memory, read as text.
[[nodiscard]] inline std::string_view as_text(bytes_view data) noexcept {
  return {reinterpret_cast<const char*>(data.data()), data.size()};
}

/// The same memory, read as bytes.
[[nodiscard]] inline bytes_view as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

} // namespace ockam
