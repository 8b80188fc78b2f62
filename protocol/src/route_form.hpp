#pragma once

#include "address_form.hpp"
#include "cbor.hpp"

#include "ockam/protocol/codec.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

namespace ockam::internal {

// Routes in CBOR, as in routing messages and wrapped ones.

inline constexpr std::size_t smallest_address = 3; // 82 00 40

/// A limit that the input exceeds; the cursor holds the code.
struct exceeded {
  const char* what = nullptr;
  const char* option = nullptr;
  std::uint64_t seen = 0;
  std::size_t limit = 0;
};

inline exceeded too_many_hops(std::uint64_t seen, const decode_limits& limits) {
  return {"a route with so many hops", "max-route-hops", seen, limits.max_route_hops};
}

inline exceeded too_long_address(std::uint64_t seen, const decode_limits& limits) {
  return {"an address with so many bytes", "max-address-size", seen, limits.max_address_size};
}

inline std::string describe(const exceeded& limit) {
  return std::string{limit.what} + " is refused: " + std::to_string(limit.seen) + ", "
         + limit.option + " is " + std::to_string(limit.limit) + "; raise " + limit.option
         + " to accept it";
}

/// Position and size of the bytes of an address.
struct address_extent {
  std::size_t head = 0; // before them; 0: unknown
  std::size_t size = 0;
};

/// Finds an address with minimal heads and at most 255 bytes, which covers nearly all. The result
/// is two numbers in registers; nothing is copied.
inline address_extent usual_address(const cbor_cursor& in) noexcept {
  constexpr std::uint8_t array_of_two = 0x82;
  constexpr std::uint8_t short_string = 0x40; // to 0x57; then a head of two bytes
  constexpr std::uint8_t string_with_size = 0x58;
  const auto* at = in.position();
  if (in.remaining() < 4 || at[0] != array_of_two || at[1] >= 24)
    return {};
  address_extent found{3, at[2] - std::size_t{short_string}};
  if (at[2] == string_with_size && at[3] >= 24)
    found = {4, at[3]};
  else if (found.size >= 24) // also for another type, since the difference wraps
    return {};
  return found.size <= in.remaining() - found.head ? found : address_extent{};
}

inline address_view read_address(cbor_cursor& in) noexcept {
  if (const auto usual = usual_address(in); usual.head != 0) {
    const auto* at = in.position();
    in.advance(usual.head + usual.size);
    return {at[1], as_text({at + usual.head, usual.size})};
  }
  auto fields = in.enter_array();
  if (!in.next(fields))
    return in.fail(errc::missing_field), address_view{};
  const auto type = static_cast<std::uint8_t>(in.read_unsigned(0xff));
  if (!in.next(fields))
    return in.fail(errc::missing_field), address_view{};
  const auto value = as_text(in.read_bytes());
  while (in.next(fields))
    in.skip();
  return {type, value};
}

/// Rewrites accepted addresses in canonical form.
inline route canonical_route(bytes_view accepted, std::size_t canonical_size, std::size_t count) {
  bytes canonical(canonical_size);
  auto* to = canonical.data();
  cbor_cursor in{accepted};
  for (std::size_t i = 0; i < count; ++i)
    to = put_address(to, read_address(in));
  return route::from_encoded(canonical, count);
}

inline route read_route(cbor_cursor& in, const decode_limits& limits, exceeded& limit) {
  auto hops = in.enter_array(smallest_address);
  const auto* const first = in.position();
  const auto* behind = first;
  std::size_t count = 0;
  std::size_t canonical_size = 0;
  while (in.next(hops)) {
    if (count == limits.max_route_hops) {
      limit = too_many_hops(count + 1 + hops.left, limits);
      return in.fail(errc::route_too_long), route{};
    }
    auto hop = usual_address(in);
    if (hop.head != 0) {
      in.advance(hop.head + hop.size);
      canonical_size += hop.head + hop.size;
    } else {
      const auto unusual = read_address(in);
      hop.size = unusual.value().size();
      canonical_size += encoded_size(unusual);
    }
    if (hop.size > limits.max_address_size) {
      limit = too_long_address(hop.size, limits);
      return in.fail(errc::address_too_long), route{};
    }
    ++count;
    behind = in.position();
  }
  if (!in.ok())
    return {};
  // Every other encoding of an address takes more bytes, so equal sizes mean equal forms.
  const bytes_view accepted{first, behind};
  if (accepted.size() == canonical_size)
    return route::from_encoded(accepted, count);
  return canonical_route(accepted, canonical_size, count);
}

/// The number of addresses of a route to write.
inline std::size_t hops_behind(const route& hops, std::size_t skip_hops) noexcept {
  return hops.size() - std::min(skip_hops, hops.size());
}

inline std::uint8_t* put_route(std::uint8_t* to, const route& hops,
                               std::size_t skip_hops = 0) noexcept {
  cbor_writer out{to};
  out.array(hops_behind(hops, skip_hops));
  out.raw(hops.encoded(skip_hops));
  return out.position();
}

inline std::size_t route_size(const route& hops, std::size_t skip_hops = 0) noexcept {
  return cbor_head_size(hops_behind(hops, skip_hops)) + hops.encoded(skip_hops).size();
}

} // namespace ockam::internal
