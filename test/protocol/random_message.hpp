#pragma once

#include "ockam/protocol/message.hpp"

#include <algorithm>
#include <iterator>
#include <random>
#include <string>

namespace ockam::test {

/// Sizes around the boundaries of CBOR heads and BARE varints, up to `largest`.
inline std::size_t random_size(std::mt19937& random, std::size_t largest) {
  constexpr std::size_t interesting[] = {0, 1, 23, 24, 32, 127, 128, 255, 256, 1000};
  return std::min(interesting[random() % std::size(interesting)], largest);
}

inline std::string random_text(std::mt19937& random, std::size_t size) {
  std::string text(size, '\0');
  for (auto& c : text)
    c = static_cast<char>(random() % 0x80);
  return text;
}

inline bytes random_bytes(std::mt19937& random, std::size_t size) {
  bytes data(size);
  for (auto& byte : data)
    byte = static_cast<std::uint8_t>(random());
  return data;
}

inline route random_route(std::mt19937& random, std::size_t most_hops, std::size_t largest) {
  route hops;
  for (auto left = random() % (most_hops + 1); left > 0; --left) {
    const auto value = random_bytes(random, random_size(random, largest));
    hops.prepend(address_view{static_cast<std::uint8_t>(random()), as_text(value)});
  }
  return hops;
}

/// Any message that every decoder has to accept.
inline message random_message(std::mt19937& random, std::size_t most_hops = 30,
                              std::size_t largest = 1000) {
  message value{random_route(random, most_hops, largest), random_route(random, most_hops, largest),
                shared_bytes::adopt(random_bytes(random, random_size(random, largest)))};
  if (random() % 2 == 0)
    return value;
  return std::move(value).set_tracing_context(random_text(random, random_size(random, largest)));
}

} // namespace ockam::test
