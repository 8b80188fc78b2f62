#pragma once

#include "ockam/protocol/bytes.hpp"
#include "ockam/protocol/detail/export.hpp"
#include "ockam/protocol/result.hpp"
#include "ockam/protocol/shared_bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <variant>

namespace ockam {

/// A routing message in UDP datagrams (docs/wire_format.md, "UDP datagram"). Each datagram is
///
///     array of 5
///       unsigned      version, 1; not looked at
///       unsigned      routing number, 16 bits: which message
///                format A                          format B
///       unsigned   offset of the part, 32 bits    number of the part, 16 bits
///       bool       whether it is the last         how many there are, 16 bits (unsigned)
///       byte string   the part
enum class datagram_format : std::uint8_t {
  a, ///< crate `ockam` 0.130 to 0.144; parts must arrive in order
  b, ///< crate `ockam` 0.145 and later
};

/// Bytes of the largest datagram that peers accept by default: it fits everywhere.
inline constexpr std::size_t default_datagram_size = 508;

/// Bytes of a datagram that are reserved for everything but its part.
inline constexpr std::size_t datagram_overhead = 15;

/// Numbers the messages of one sender; wraps.
class routing_number {
public:
  constexpr explicit routing_number(std::uint16_t value) noexcept : value_{value} {}

  [[nodiscard]] constexpr std::uint16_t value() const noexcept { return value_; }
  [[nodiscard]] constexpr routing_number next() const noexcept {
    return routing_number{static_cast<std::uint16_t>(value_ + 1)};
  }

  /// The number of steps from this number to `later`.
  [[nodiscard]] constexpr std::uint16_t distance_to(routing_number later) const noexcept {
    return static_cast<std::uint16_t>(later.value_ - value_);
  }

  /// Half of all numbers are older than a given one. Two numbers at half the range from each other
  /// are each older than the other.
  [[nodiscard]] constexpr bool is_older_than(routing_number other) const noexcept {
    const auto distance = distance_to(other);
    return distance >= 1 && distance <= 0x8000;
  }

  bool operator==(const routing_number&) const = default;

private:
  std::uint16_t value_;
};

/// The place of a part, in format A.
struct part_at_offset {
  std::uint32_t offset = 0; ///< bytes of the message before it
  bool is_last = false;

  bool operator==(const part_at_offset&) const = default;
};

/// The place of a part, in format B.
struct part_at_index {
  std::uint16_t index = 0;
  std::uint16_t total = 1; ///< parts of the message, as the peer claims

  bool operator==(const part_at_index&) const = default;
};

/// One decoded datagram.
struct datagram {
  std::uint8_t version = 1;
  routing_number number{0};
  std::variant<part_at_offset, part_at_index> place;
  shared_bytes part;

  [[nodiscard]] datagram_format format() const noexcept {
    return place.index() == 0 ? datagram_format::a : datagram_format::b;
  }
};

/// Reads one datagram of either format, which the type of the fourth element decides. The part
/// shares the memory of `received`; nothing is allocated. A `reassembler` checks the numbers.
///
/// - errc::frame_too_large  more than `max_size` bytes
/// - errc::truncated, errc::type_mismatch, errc::missing_field, errc::integer_out_of_range
[[nodiscard]] OCKAM_PROTOCOL_EXPORT result<datagram> decode_datagram(const shared_bytes& received,
                                                                     std::size_t max_size
                                                                     = default_datagram_size);

/// Splits one encoded message into datagrams; every part but the last has the full size.
class OCKAM_PROTOCOL_EXPORT fragmenter {
public:
  /// @param message_size   bytes of the encoded message; at least 1
  /// @param datagram_size  bytes of a datagram; more than `datagram_overhead`
  fragmenter(datagram_format format, routing_number number, std::size_t message_size,
             std::size_t datagram_size = default_datagram_size) noexcept;

  [[nodiscard]] std::size_t parts() const noexcept { return parts_; }

  /// Whether the format can express the number of parts and the offsets.
  [[nodiscard]] bool is_possible() const noexcept;

  [[nodiscard]] std::size_t part_size(std::size_t index) const noexcept;
  [[nodiscard]] std::size_t datagram_size(std::size_t index) const noexcept;

  /// Writes everything in front of the part and returns the position behind it.
  std::uint8_t* put_head(std::uint8_t* to, std::size_t index) const noexcept;

private:
  datagram_format format_;
  routing_number number_;
  std::size_t message_size_;
  std::size_t full_part_;
  std::size_t parts_;
};

} // namespace ockam
