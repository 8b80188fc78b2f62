#pragma once

#include "cbor_head.hpp"

#include "ockam/protocol/bytes.hpp"
#include "ockam/protocol/detail/nesting.hpp"
#include "ockam/protocol/errc.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace ockam::internal {

/// The position of a reader inside an array or a map.
struct cbor_sequence {
  std::uint64_t left = 0; // of a definite one; pairs of a map
  bool indefinite = false;
};

/// Reads the CBOR of routing messages (docs/wire_format.md, "CBOR").
///
/// Accepts non-minimal heads and indefinite arrays and maps. Rejects, when a value is read, other
/// types, indefinite strings and tags. Fails once and stays failed: read everything, check `ok()`
/// at the end. Allocates nothing; views point into the input.
class cbor_cursor {
public:
  explicit cbor_cursor(bytes_view data) noexcept
    : begin_{data.data()}, next_{begin_}, end_{begin_ + data.size()} {}

  [[nodiscard]] bool ok() const noexcept { return problem_ == errc{}; }
  [[nodiscard]] errc problem() const noexcept { return problem_; }

  /// Bytes read so far; after a failure, its offset.
  [[nodiscard]] std::size_t offset() const noexcept {
    return static_cast<std::size_t>((ok() ? next_ : failed_at_) - begin_);
  }
  [[nodiscard]] const std::uint8_t* position() const noexcept { return next_; }
  [[nodiscard]] std::size_t remaining() const noexcept {
    return static_cast<std::size_t>(end_ - next_);
  }

  /// Skips bytes that were inspected.
  void advance(std::size_t count) noexcept { next_ += count; }

  /// Only the first failure counts; nothing remains to read afterwards.
  void fail(errc problem) noexcept {
    if (!ok())
      return;
    problem_ = problem;
    failed_at_ = next_;
    next_ = end_;
  }

  /// - errc::integer_out_of_range  above `largest`
  std::uint64_t read_unsigned(std::uint64_t largest) noexcept {
    const auto* start = next_;
    const auto value = read_argument(cbor_major::unsigned_integer);
    if (value <= largest)
      return value;
    next_ = start;
    fail(errc::integer_out_of_range);
    return 0;
  }

  bytes_view read_bytes() noexcept { return read_string(cbor_major::byte_string); }

  /// - errc::invalid_utf8
  std::string_view read_text() noexcept;

  bool read_bool() noexcept;

  /// Consumes the next item if it is `null` and returns whether it was.
  bool read_null() noexcept {
    if (next_ == end_ || *next_ != cbor_null)
      return false;
    ++next_;
    return true;
  }

  /// Whether the next item is a text string; consumes nothing.
  [[nodiscard]] bool at_text() const noexcept {
    return next_ != end_ && (*next_ & 0xe0) == static_cast<std::uint8_t>(cbor_major::text_string);
  }

  /// - errc::truncated  the remaining bytes cannot hold the claimed number of items
  cbor_sequence enter_array(std::size_t smallest_item = 1) noexcept {
    return enter(cbor_major::array, smallest_item);
  }
  cbor_sequence enter_map() noexcept { return enter(cbor_major::map, 2); }

  /// Whether another item, or pair, follows. Consumes the end of an indefinite container and
  /// returns false from then on.
  bool next(cbor_sequence& inside) noexcept {
    if (!inside.indefinite)
      return inside.left != 0 && (--inside.left, ok());
    if (next_ == end_) {
      fail(errc::truncated);
      return false;
    }
    if (*next_ != cbor_break)
      return true;
    ++next_;
    inside.indefinite = false;
    return false;
  }

  /// Skips one item of any type, without recursion.
  /// - errc::nesting_too_deep  more than max_nesting nested containers and tags
  void skip() noexcept;

private:
  std::uint64_t read_argument(cbor_major expected) noexcept {
    if (next_ == end_) {
      fail(errc::truncated);
      return 0;
    }
    const auto first = *next_;
    if ((first & 0xe0) != static_cast<std::uint8_t>(expected)) {
      fail(errc::type_mismatch);
      return 0;
    }
    const auto info = static_cast<std::uint8_t>(first & 0x1f);
    if (info >= 24)
      return read_long_argument();
    ++next_;
    return info;
  }

  bytes_view read_string(cbor_major kind) noexcept {
    const auto size = read_argument(kind);
    if (size > remaining()) {
      fail(errc::truncated);
      return {};
    }
    const bytes_view content{next_, static_cast<std::size_t>(size)};
    next_ += content.size();
    return content;
  }

  cbor_sequence enter(cbor_major kind, std::size_t smallest_item) noexcept {
    if (next_ != end_ && *next_ == (static_cast<std::uint8_t>(kind) | 0x1f)) {
      ++next_;
      return {.left = 0, .indefinite = true};
    }
    const auto count = read_argument(kind);
    if (count <= remaining() / smallest_item)
      return {.left = count, .indefinite = false};
    fail(errc::truncated);
    return {};
  }

  std::uint64_t read_long_argument() noexcept;
  void skip_indefinite_string(cbor_major kind) noexcept;

  const std::uint8_t* begin_;
  const std::uint8_t* next_;
  const std::uint8_t* end_;
  const std::uint8_t* failed_at_ = nullptr;
  errc problem_{};
};

/// Writes canonical CBOR into memory that the caller has measured; checks nothing.
class cbor_writer {
public:
  explicit cbor_writer(std::uint8_t* to) noexcept : next_{to} {}

  [[nodiscard]] std::uint8_t* position() const noexcept { return next_; }

  void array(std::uint64_t count) noexcept { head(cbor_major::array, count); }
  void map(std::uint64_t pairs) noexcept { head(cbor_major::map, pairs); }
  void unsigned_integer(std::uint64_t value) noexcept { head(cbor_major::unsigned_integer, value); }
  void byte_string_head(std::uint64_t size) noexcept { head(cbor_major::byte_string, size); }
  void byte_string(bytes_view data) noexcept {
    byte_string_head(data.size());
    raw(data);
  }
  void text(std::string_view utf8) noexcept {
    head(cbor_major::text_string, utf8.size());
    raw(as_bytes(utf8));
  }
  void boolean(bool value) noexcept { *next_++ = value ? cbor_true : cbor_false; }
  void null() noexcept { *next_++ = cbor_null; }

  /// Bytes of encoded CBOR.
  void raw(bytes_view data) noexcept {
    if (!data.empty())
      std::memcpy(next_, data.data(), data.size());
    next_ += data.size();
  }

private:
  void head(cbor_major major, std::uint64_t argument) noexcept {
    next_ = put_cbor_head(next_, major, argument);
  }

  std::uint8_t* next_;
};

/// Size of a byte or text string with its head.
constexpr std::size_t cbor_string_size(std::size_t size) noexcept {
  return cbor_head_size(size) + size;
}

} // namespace ockam::internal
