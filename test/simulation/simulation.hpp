#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ockam::simulation {

/// What came of one seed.
struct outcome {
  std::string settings;
  std::string violation; // empty: all rules were kept
  std::vector<std::string> last_events;
  std::uint64_t hash = 0; // of all events
  std::uint64_t events = 0;
  std::size_t messages = 0;
  std::size_t deliveries = 0;
  std::size_t blockades = 0; // that a write deadline had to end
};

/// Runs one seed. After a violation what it has made is left alone, for it may not be able to end.
outcome simulate(std::uint64_t seed, bool print);

} // namespace ockam::simulation
