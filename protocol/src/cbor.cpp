#include "cbor.hpp"

#include "ockam/protocol/text.hpp"

#include <array>

namespace ockam::internal {

namespace {

constexpr std::uint8_t indefinite_info = 31;

/// A container that `skip` has entered, or a tag, which contains the item behind it.
struct open_container {
  std::uint64_t items_left; // of a definite one
  bool indefinite;
  bool pairs;     // indefinite map: items must come in pairs
  bool odd_items; // indefinite map: a key was read, its value was not
};

} // namespace

std::string_view cbor_cursor::read_text() noexcept {
  const auto* start = next_;
  const auto text = as_text(read_string(cbor_major::text_string));
  if (is_utf8(text))
    return text;
  next_ = start;
  fail(errc::invalid_utf8);
  return {};
}

bool cbor_cursor::read_bool() noexcept {
  if (next_ == end_) {
    fail(errc::truncated);
    return false;
  }
  if (*next_ != cbor_true && *next_ != cbor_false) {
    fail(errc::type_mismatch);
    return false;
  }
  return *next_++ == cbor_true;
}

std::uint64_t cbor_cursor::read_long_argument() noexcept {
  const auto info = *next_ & 0x1f;
  if (info > 27) { // 28..30 are reserved; 31, indefinite, is handled before where allowed
    fail(errc::type_mismatch);
    return 0;
  }
  auto left = std::size_t{1} << (info - 24);
  if (left > remaining() - 1) {
    fail(errc::truncated);
    return 0;
  }
  ++next_;
  std::uint64_t value = 0;
  for (; left > 0; --left)
    value = (value << 8) | *next_++;
  return value;
}

/// Chunks of the same kind, each of known length, up to the break.
void cbor_cursor::skip_indefinite_string(cbor_major kind) noexcept {
  cbor_sequence chunks{.left = 0, .indefinite = true};
  while (next(chunks))
    read_string(kind);
}

void cbor_cursor::skip() noexcept {
  std::array<open_container, max_nesting> open; // NOLINT: filled as far as `depth` says
  std::size_t depth = 0;

  const auto enter_definite = [&](std::uint64_t items) {
    if (items == 0)
      return;
    if (depth == open.size())
      fail(errc::nesting_too_deep);
    else
      open[depth++] = {items, false, false, false};
  };
  const auto enter_indefinite = [&](bool pairs) {
    ++next_;
    if (depth == open.size())
      fail(errc::nesting_too_deep);
    else
      open[depth++] = {0, true, pairs, false};
  };
  /// Leaves every container that the last item completes.
  const auto item_done = [&] {
    while (depth > 0) {
      auto& inner = open[depth - 1];
      if (inner.indefinite) {
        inner.odd_items = inner.pairs && !inner.odd_items;
        return;
      }
      if (--inner.items_left > 0)
        return;
      --depth;
    }
  };

  do {
    if (next_ == end_)
      return fail(errc::truncated);
    const auto first = *next_;
    const auto major = static_cast<cbor_major>(first & 0xe0);
    const bool indefinite = (first & 0x1f) == indefinite_info;

    if (first == cbor_break) {
      const bool expected = depth > 0 && open[depth - 1].indefinite && !open[depth - 1].odd_items;
      if (!expected)
        return fail(errc::type_mismatch);
      ++next_;
      --depth;
      item_done();
      continue;
    }

    const auto depth_before = depth;
    switch (major) {
      case cbor_major::unsigned_integer:
      case cbor_major::negative_integer:
        read_argument(major);
        break;
      case cbor_major::byte_string:
      case cbor_major::text_string:
        if (indefinite) {
          ++next_;
          skip_indefinite_string(major);
        } else {
          read_string(major);
        }
        break;
      case cbor_major::array:
        if (indefinite)
          enter_indefinite(false);
        else
          enter_definite(enter(major, 1).left);
        break;
      case cbor_major::map:
        if (indefinite)
          enter_indefinite(true);
        else
          enter_definite(2 * enter(major, 2).left);
        break;
      case cbor_major::tag:
        read_argument(major);
        enter_definite(1);
        break;
      case cbor_major::simple: // also floats, as arguments of 2, 4 and 8 bytes
        read_argument(major);
        break;
    }
    if (depth == depth_before)
      item_done();
  } while (ok() && depth > 0);
}

} // namespace ockam::internal
