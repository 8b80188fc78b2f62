#include "ockam/protocol/text.hpp"

#include <cstdint>
#include <cstring>

namespace ockam {

namespace {

constexpr char hex_digits[] = "0123456789abcdef";

/// Length of the well-formed UTF-8 sequence at the start of `text`, 0 if there is none.
std::size_t sequence_length(std::string_view text) noexcept {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const auto continues = [&](std::size_t i, std::uint8_t low = 0x80, std::uint8_t high = 0xbf) {
    return i < text.size() && at(i) >= low && at(i) <= high;
  };
  const auto first = at(0);
  if (first < 0x80)
    return 1;
  if (first >= 0xc2 && first <= 0xdf)
    return continues(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    // 0xe0 would be overlong below 0xa0; 0xed above 0x9f would be a surrogate
    const std::uint8_t low = first == 0xe0 ? 0xa0 : 0x80;
    const std::uint8_t high = first == 0xed ? 0x9f : 0xbf;
    return continues(1, low, high) && continues(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    // 0xf0 would be overlong below 0x90; 0xf4 above 0x8f is beyond U+10FFFF
    const std::uint8_t low = first == 0xf0 ? 0x90 : 0x80;
    const std::uint8_t high = first == 0xf4 ? 0x8f : 0xbf;
    return continues(1, low, high) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

/// A lower bound of the leading ASCII bytes of `text`, counted eight at a time.
std::size_t ascii_length(std::string_view text) noexcept {
  constexpr std::uint64_t high_bits = 0x8080808080808080;
  std::size_t length = 0;
  for (std::uint64_t word = 0; text.size() - length >= sizeof word; length += sizeof word) {
    std::memcpy(&word, text.data() + length, sizeof word);
    if ((word & high_bits) != 0)
      break;
  }
  return length;
}

} // namespace

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    text.remove_prefix(ascii_length(text));
    if (text.empty())
      break;
    const auto length = sequence_length(text);
    if (length == 0)
      return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string escaped(std::string_view text, std::size_t max_length) {
  std::string safe;
  const bool cut = text.size() > max_length;
  text = text.substr(0, max_length);
  safe.reserve(text.size() + 3);
  while (!text.empty()) {
    const auto length = sequence_length(text);
    const auto first = static_cast<std::uint8_t>(text[0]);
    // C1 controls are two bytes in UTF-8: 0xc2 0x80..0x9f
    const bool control = first < 0x20 || first == 0x7f
                         || (first == 0xc2 && length == 2
                             && static_cast<std::uint8_t>(text[1]) < 0xa0);
    const auto taken = length == 0 ? std::size_t{1} : length;
    if (length == 0 || control) {
      for (std::size_t i = 0; i < taken; ++i) {
        const auto value = static_cast<std::uint8_t>(text[i]);
        safe += "\\x";
        safe += hex_digits[value >> 4];
        safe += hex_digits[value & 0xf];
      }
    } else {
      safe += text.substr(0, taken);
    }
    text.remove_prefix(taken);
  }
  if (cut)
    safe += "...";
  return safe;
}

} // namespace ockam
