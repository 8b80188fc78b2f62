#pragma once

#include "protocol/hex.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace ockam::test {

/// A message as another implementation has sent it: the body of a frame.
struct captured_frame {
  std::string name;
  bytes body;
};

inline void PrintTo(const captured_frame& frame, std::ostream* out) {
  *out << frame.name;
}

/// The messages in a file of data/, in its order.
inline std::vector<captured_frame> read_captured_frames(const std::string& file) {
  std::ifstream in{std::string{OCKAM_TEST_DATA_DIR "/"} + file};
  if (!in)
    throw std::runtime_error{"there is no test/data/" + file};
  std::vector<captured_frame> frames;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#')
      continue;
    std::istringstream words{line};
    std::string name;
    std::string hex;
    words >> name >> hex;
    frames.push_back({name, from_hex(hex)});
  }
  return frames;
}

/// Hex in which a long run of one byte is written once: (61*300).
inline std::string to_packed_hex(bytes_view data) {
  std::string text;
  for (auto at = data.begin(); at != data.end();) {
    const auto end = std::find_if(at, data.end(), [&](auto each) { return each != *at; });
    const auto run = static_cast<std::size_t>(end - at);
    if (run < 8) {
      text += to_hex({at, end});
    } else {
      text += '(' + to_hex({at, at + 1}) + '*' + std::to_string(run) + ')';
    }
    at = end;
  }
  return text;
}

/// The same message with a zero for each digit of a random address, which is 32 hex digits.
inline bytes without_random(bytes body) {
  constexpr std::size_t digits = 32;
  std::size_t run = 0;
  for (std::size_t i = 0; i < body.size(); ++i) {
    run = std::isdigit(body[i]) != 0 || (body[i] >= 'a' && body[i] <= 'f') ? run + 1 : 0;
    if (run == digits) {
      std::fill_n(body.begin() + static_cast<std::ptrdiff_t>(i + 1 - digits), digits, '0');
      run = 0;
    }
  }
  return body;
}

} // namespace ockam::test
