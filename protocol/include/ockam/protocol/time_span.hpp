#pragma once

#include <algorithm>
#include <chrono>
#include <compare>

namespace ockam {

/// A time limit or a delay: a duration of any unit, clamped to a century. `max()` of any unit
/// therefore means "never" and can be added to a time point.
class time_span {
public:
  using duration = std::chrono::steady_clock::duration;
  static constexpr std::chrono::hours century{24 * 36'525};

  template <class Rep, class Period>
  constexpr time_span(std::chrono::duration<Rep, Period> any) noexcept // NOLINT: as durations do
    : value_{any > century    ? duration{century}
             : any < -century ? duration{-century}
                              : std::chrono::duration_cast<duration>(any)} {}

  constexpr operator duration() const noexcept { return value_; } // NOLINT: one of a clock
  [[nodiscard]] constexpr duration value() const noexcept { return value_; }

  friend constexpr bool operator==(time_span, time_span) noexcept = default;
  friend constexpr auto operator<=>(time_span, time_span) noexcept = default;

private:
  duration value_;
};

namespace internal {

/// The time point `delay` from `now`; `now` itself for a negative delay.
[[nodiscard]] inline std::chrono::steady_clock::time_point moment_after(
  time_span delay, std::chrono::steady_clock::time_point now = std::chrono::steady_clock::now()) {
  return now + std::max(delay.value(), time_span::duration::zero());
}

/// Whether more than `limit` has passed since `since`; 0 stands for no limit.
[[nodiscard]] inline bool is_over(time_span limit, std::chrono::steady_clock::time_point since,
                                  std::chrono::steady_clock::time_point now) noexcept {
  return limit.value() > time_span::duration::zero() && now - since > limit.value();
}

} // namespace internal

} // namespace ockam
