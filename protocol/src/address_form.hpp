#pragma once

#include "cbor_head.hpp"

#include "ockam/protocol/address.hpp"

#include <cstring>

namespace ockam::internal {

/// Size of an address in canonical wire form: an array of type and byte string.
inline std::size_t encoded_size(address_view hop) noexcept {
  return 1 + cbor_head_size(hop.type()) + cbor_head_size(hop.value().size()) + hop.value().size();
}

inline std::uint8_t* put_address(std::uint8_t* to, address_view hop) noexcept {
  to = put_cbor_head(to, cbor_major::array, 2);
  to = put_cbor_head(to, cbor_major::unsigned_integer, hop.type());
  to = put_cbor_head(to, cbor_major::byte_string, hop.value().size());
  if (!hop.value().empty())
    std::memcpy(to, hop.value().data(), hop.value().size());
  return to + hop.value().size();
}

struct placed_address {
  address_view hop;
  const std::uint8_t* behind;
};

/// Reads an address that is known to be complete and canonical.
inline placed_address get_address(const std::uint8_t* from) noexcept {
  ++from; // 0x82
  std::uint8_t type = *from++;
  if (type >= 24)
    type = *from++;
  const auto head = static_cast<std::uint8_t>(*from++ & 0x1f);
  std::size_t size = head;
  if (head >= 24) {
    size = 0;
    for (auto left = std::size_t{1} << (head - 24); left > 0; --left)
      size = (size << 8) | *from++;
  }
  return {{type, {reinterpret_cast<const char*>(from), size}}, from + size};
}

} // namespace ockam::internal
