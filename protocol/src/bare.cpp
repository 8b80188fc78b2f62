#include "ockam/protocol/bare.hpp"

#include "ockam/protocol/text.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace ockam {

namespace {

constexpr bool is_scalar_value(std::uint32_t code_point) noexcept {
  return code_point < 0xd800 || (code_point > 0xdfff && code_point <= 0x10ffff);
}

/// Enters a level of a reader or a writer.
template <class Stream>
bool enter_level(Stream& stream, std::size_t& depth) {
  if (depth == max_nesting)
    stream.fail(errc::nesting_too_deep,
                "a body of more than " + std::to_string(max_nesting)
                  + " nested values is refused; send it flat, as a list of nodes that "
                    "name their parents for instance");
  if (!stream.ok())
    return false;
  ++depth;
  return true;
}

} // namespace

void bare_reader::fail(ockam::error what) {
  if (!problem_)
    problem_ = std::move(what);
}

bytes_view bare_reader::take(std::size_t size) {
  if (!ok())
    return {};
  if (size > remaining()) {
    fail(errc::truncated, "the body ends at byte " + std::to_string(data_.size()) + ", but "
                            + std::to_string(size) + " bytes are needed from byte "
                            + std::to_string(position_));
    return {};
  }
  const auto part = data_.subspan(position_, size);
  position_ += size;
  return part;
}

std::uint64_t bare_reader::uint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    const auto next = take(1);
    if (next.empty())
      return 0;
    const std::uint64_t bits = next[0] & 0x7f;
    const bool more = (next[0] & 0x80) != 0;
    if (shift == 63 && (more || bits > 1)) { // the tenth byte holds bit 63 and nothing else
      fail(errc::varint_overflow,
           "the number before byte " + std::to_string(position_) + " has more than 64 bits");
      return 0;
    }
    value |= bits << shift;
    if (!more)
      return value;
  }
}

bool bare_reader::boolean() {
  const auto value = integer<std::uint8_t>();
  if (value > 1)
    fail(errc::unknown_variant, "a bool or option starts with " + std::to_string(value)
                                  + " at byte " + std::to_string(position_ - 1) + "; it is 0 or 1");
  return ok() && value == 1;
}

char32_t bare_reader::character() {
  const auto value = integer<std::uint32_t>();
  if (is_scalar_value(value))
    return value;
  fail(errc::integer_out_of_range, std::to_string(value) + " is not a Unicode character");
  return 0;
}

bytes_view bare_reader::data() {
  const auto size = uint();
  if (ok() && size > remaining()) {
    fail(errc::truncated, "a length of " + std::to_string(size) + " before byte "
                            + std::to_string(position_) + " exceeds the "
                            + std::to_string(remaining()) + " bytes that follow");
    return {};
  }
  return take(static_cast<std::size_t>(size));
}

std::string_view bare_reader::text() {
  const auto value = as_text(data());
  if (is_utf8(value))
    return value;
  fail(errc::invalid_utf8,
       "the text before byte " + std::to_string(position_) + " is not UTF-8; read it as bytes");
  return {};
}

shared_bytes bare_reader::shared_data() {
  return share(data());
}

shared_bytes bare_reader::rest() {
  return share(take(remaining()));
}

shared_bytes bare_reader::share(bytes_view part) const {
  if (source_ == nullptr || part.empty())
    return shared_bytes{part};
  return source_->slice(static_cast<std::size_t>(part.data() - data_.data()), part.size());
}

bool bare_reader::enter() {
  return enter_level(*this, depth_);
}

std::size_t bare_reader::memory_limit() const noexcept {
  constexpr auto most = std::numeric_limits<std::size_t>::max();
  const auto factor = limits_.memory_per_byte;
  const auto size = data_.size();
  const auto scaled = factor != 0 && size > most / factor ? most : size * factor;
  return std::max(scaled, limits_.least_memory);
}

bool bare_reader::charge(std::uint64_t objects, std::size_t size) {
  const auto left = memory_limit() - memory_;
  if (size != 0 && objects > left / size)
    fail(errc::resource_exhausted,
         std::to_string(objects) + " objects of " + std::to_string(size)
           + " bytes in memory are too many for a body of " + std::to_string(data_.size())
           + " bytes; it may become " + std::to_string(memory_limit())
           + " bytes: raise memory_per_byte of the body_limits that decode_payload is given");
  if (!ok())
    return false;
  memory_ += static_cast<std::size_t>(objects) * size;
  return true;
}

void bare_writer::fail(ockam::error what) {
  if (!problem_)
    problem_ = std::move(what);
}

void bare_writer::raw(bytes_view value) {
  if (!ok())
    return;
  if (!counting_) {
    if (value.size() > to_.size() - size_)
      return fail(errc::internal, "a body wrote more bytes than it had counted");
    if (!value.empty())
      std::memcpy(to_.data() + size_, value.data(), value.size());
  }
  size_ += value.size();
}

bool bare_writer::enter() {
  return enter_level(*this, depth_);
}

void bare_writer::uint(std::uint64_t value) {
  std::uint8_t groups[10];
  std::size_t count = 0;
  while (value >= 0x80) {
    groups[count++] = static_cast<std::uint8_t>(value | 0x80);
    value >>= 7;
  }
  groups[count++] = static_cast<std::uint8_t>(value);
  raw({groups, count});
}

void bare_writer::character(char32_t value) {
  if (!is_scalar_value(value))
    return fail(errc::integer_out_of_range,
                std::to_string(std::uint32_t{value}) + " is not a Unicode character");
  integer(static_cast<std::uint32_t>(value));
}

void bare_writer::data(bytes_view value) {
  uint(value.size());
  raw(value);
}

void bare_writer::text(std::string_view value) {
  if (!is_utf8(value))
    return fail(errc::invalid_utf8,
                "the text \"" + escaped(value, 64) + "\" is not UTF-8; send it as bytes");
  data(as_bytes(value));
}

} // namespace ockam
