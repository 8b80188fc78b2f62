#pragma once

#include "ockam/protocol/bytes.hpp"
#include "ockam/protocol/shared_bytes.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

namespace ockam::test {

/// Hex to bytes. Blanks are ignored and `(61*300)` is 300 times `61`.
inline bytes from_hex(std::string_view text) {
  const auto digit = [](char c) -> int {
    if (c >= '0' && c <= '9')
      return c - '0';
    if (c >= 'a' && c <= 'f')
      return c - 'a' + 10;
    throw std::invalid_argument{std::string{"not a hex digit: "} + c};
  };
  bytes data;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == ' ' || text[i] == '\n') {
      ++i;
    } else if (text[i] == '(') {
      const auto star = text.find('*', i);
      const auto close = text.find(')', i);
      const auto unit = from_hex(text.substr(i + 1, star - i - 1));
      for (auto left = std::stoul(std::string{text.substr(star + 1, close - star - 1)}); left > 0;
           --left)
        data.insert(data.end(), unit.begin(), unit.end());
      i = close + 1;
    } else {
      data.push_back(static_cast<std::uint8_t>(digit(text[i]) << 4 | digit(text.at(i + 1))));
      i += 2;
    }
  }
  return data;
}

inline std::string to_hex(bytes_view data) {
  std::string text;
  for (const auto byte : data) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 0xf];
  }
  return text;
}

inline shared_bytes shared_hex(std::string_view text) {
  return shared_bytes::adopt(from_hex(text));
}

} // namespace ockam::test
