#pragma once

#include "ockam/protocol/bytes.hpp"
#include "ockam/protocol/detail/export.hpp"
#include "ockam/protocol/detail/nesting.hpp"
#include "ockam/protocol/result.hpp"
#include "ockam/protocol/shared_bytes.hpp"

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace ockam {

/// BARE, the encoding of message bodies (docs/wire_format.md, "BARE").
///
///     uint          1 to 10 bytes, 7 bits each, low bits first, bit 7 set while more follow
///     u8 .. i64     1, 2, 4, 8 bytes, little endian
///     f32, f64      IEEE 754, little endian
///     bool          00 or 01
///     data, text    uint length, bytes

namespace internal {
template <class T, class... Others>
inline constexpr bool is_none_of = (!std::is_same_v<T, Others> && ...);
} // namespace internal

/// Integers of fixed width. Characters are not numbers.
template <class T>
concept bare_integer
  = std::integral<T> && internal::is_none_of<T, bool, char, wchar_t, char8_t, char16_t, char32_t>;

/// The memory that a decoded body may take: one byte on the wire can become a large object. The
/// larger of the two limits applies.
struct body_limits {
  std::size_t memory_per_byte = 64;    ///< bytes of memory per byte of the body
  std::size_t least_memory = 1u << 20; ///< bytes of memory for any body, however short
};

/// Reads BARE values in sequence.
///
/// Fails once and stays failed: a failed reader returns zeros and empty views, so read everything
/// and check `ok()` at the end. Views point into the input.
class OCKAM_PROTOCOL_EXPORT bare_reader {
public:
  explicit bare_reader(bytes_view data, const body_limits& limits = {}) noexcept
    : data_{data}, limits_{limits} {}

  /// Lets `shared_data` return slices; `source` must outlive the reader.
  explicit bare_reader(const shared_bytes& source, const body_limits& limits = {}) noexcept
    : data_{source.view()}, source_{&source}, limits_{limits} {}
  explicit bare_reader(shared_bytes&&, const body_limits& = {}) = delete;

  [[nodiscard]] bool ok() const noexcept { return !problem_.has_value(); }

  /// The first failure; call it only when `ok()` is false.
  [[nodiscard]] const ockam::error& error() const noexcept { return *problem_; }

  /// Bytes read so far.
  [[nodiscard]] std::size_t offset() const noexcept { return position_; }
  [[nodiscard]] std::size_t remaining() const noexcept {
    return ok() ? data_.size() - position_ : 0;
  }

  /// Marks the input as wrong, for instance with errc::unknown_variant; only the first failure
  /// counts.
  void fail(ockam::error what);
  void fail(errc code, std::string detail) { fail(ockam::error{code, std::move(detail)}); }

  /// A varint: a length, a count, the index of a variant. Non-minimal forms are accepted.
  /// - errc::truncated, errc::varint_overflow (more than 64 bits)
  std::uint64_t uint();

  template <bare_integer T>
  T integer() {
    using wide = std::make_unsigned_t<T>;
    const auto raw_bytes = take(sizeof(T));
    wide value = 0;
    for (std::size_t i = 0; i < raw_bytes.size(); ++i)
      value = static_cast<wide>(value | (static_cast<wide>(raw_bytes[i]) << (8 * i)));
    return static_cast<T>(value);
  }

  float f32() { return std::bit_cast<float>(integer<std::uint32_t>()); }
  double f64() { return std::bit_cast<double>(integer<std::uint64_t>()); }

  /// - errc::unknown_variant  neither 00 nor 01
  bool boolean();

  /// A code point. - errc::integer_out_of_range  not a Unicode scalar value
  char32_t character();

  /// Length and bytes. - errc::truncated  the length exceeds the input
  bytes_view data();

  /// As `data`, without a copy when the reader has a source to slice.
  shared_bytes shared_data();

  /// Length and UTF-8. - errc::invalid_utf8
  std::string_view text();

  /// All remaining bytes.
  shared_bytes rest();

  /// The next `size` bytes, or nothing and errc::truncated.
  bytes_view take(std::size_t size);

  /// Enters a nested value; pair it with `leave`. False: the value must not be read.
  /// - errc::nesting_too_deep  more than max_nesting levels
  bool enter();
  void leave() noexcept { --depth_; }

  /// Accounts for objects of `size` bytes on the heap. Call it before creating them.
  /// - errc::resource_exhausted  more than body_limits allow
  bool charge(std::uint64_t objects, std::size_t size);

private:
  [[nodiscard]] shared_bytes share(bytes_view part) const;
  [[nodiscard]] std::size_t memory_limit() const noexcept;

  bytes_view data_;
  const shared_bytes* source_ = nullptr;
  body_limits limits_;
  std::size_t position_ = 0;
  std::size_t depth_ = 0;
  std::size_t memory_ = 0; // accounted for by `charge`
  std::optional<ockam::error> problem_;
};

/// Writes BARE values in sequence, or only counts their bytes.
///
///     bare_writer counted;        // first pass: size() bytes are needed
///     bare_writer writer{memory}; // second pass: writes them
///
/// Fails once and stays failed.
class OCKAM_PROTOCOL_EXPORT bare_writer {
public:
  /// Only counts.
  bare_writer() = default;

  /// Writes to `to`. - errc::internal  the values need more room than `to` has
  explicit bare_writer(std::span<std::uint8_t> to) noexcept : to_{to}, counting_{false} {}

  [[nodiscard]] bool ok() const noexcept { return !problem_.has_value(); }
  [[nodiscard]] const ockam::error& error() const noexcept { return *problem_; }

  /// Bytes written or counted so far.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Marks the value as impossible to write; only the first failure counts.
  void fail(ockam::error what);
  void fail(errc code, std::string detail) { fail(ockam::error{code, std::move(detail)}); }

  void uint(std::uint64_t value);

  template <bare_integer T>
  void integer(T value) {
    std::uint8_t little_endian[sizeof(T)];
    auto left = static_cast<std::uint64_t>(value);
    for (auto& byte : little_endian) {
      byte = static_cast<std::uint8_t>(left);
      left >>= 8;
    }
    raw(little_endian);
  }

  void f32(float value) { integer(std::bit_cast<std::uint32_t>(value)); }
  void f64(double value) { integer(std::bit_cast<std::uint64_t>(value)); }
  void boolean(bool value) { integer(static_cast<std::uint8_t>(value ? 1 : 0)); }

  /// - errc::integer_out_of_range  not a Unicode scalar value
  void character(char32_t value);

  /// Length and bytes.
  void data(bytes_view value);

  /// Length and bytes. - errc::invalid_utf8
  void text(std::string_view value);

  /// The bytes without a length.
  void raw(bytes_view value);

  /// As in `bare_reader`, so that nothing is written that cannot be read.
  bool enter();
  void leave() noexcept { --depth_; }

private:
  std::span<std::uint8_t> to_;
  std::size_t size_ = 0;
  std::size_t depth_ = 0;
  bool counting_ = true;
  std::optional<ockam::error> problem_;
};

/// Encoded size of a varint in bytes.
[[nodiscard]] constexpr std::size_t bare_uint_size(std::uint64_t value) noexcept {
  std::size_t size = 1;
  for (; value > 0x7f; value >>= 7)
    ++size;
  return size;
}

} // namespace ockam
