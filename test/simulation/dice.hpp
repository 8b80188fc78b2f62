#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>

namespace ockam::simulation {

/// Mixes two numbers into one; for hashes that are the same everywhere.
constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  auto z = a * 0x9e3779b97f4a7c15 + b + 0x632be59bd9b4e019; // SplitMix64
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/// Random numbers that follow from a seed.
class dice {
public:
  explicit dice(std::uint64_t seed) noexcept : state_{seed} {}

  std::uint64_t roll() noexcept { return mix(state_, ++rolls_); }

  /// 0 to n - 1.
  std::size_t below(std::size_t n) noexcept { return roll() % n; }
  std::size_t between(std::size_t least, std::size_t most) noexcept {
    return least + below(most - least + 1);
  }
  bool percent(std::size_t chance) noexcept { return below(100) < chance; }

  template <class T>
  T any_of(std::initializer_list<T> values) noexcept {
    return *std::next(values.begin(), static_cast<std::ptrdiff_t>(below(values.size())));
  }
  template <class Range>
  auto& any_in(Range& values) noexcept {
    return values[below(values.size())];
  }

private:
  const std::uint64_t state_;
  std::uint64_t rolls_ = 0;
};

} // namespace ockam::simulation
