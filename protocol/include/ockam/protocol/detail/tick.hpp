#pragma once

#include <algorithm>
#include <chrono>
#include <utility>

namespace ockam {

/// A time at which an I/O thread checks its deadlines, with the pause before it.
///
/// A stopped process (SIGSTOP), a paused virtual machine and a handler that blocks the thread read
/// nothing. A peer is not to blame for that time: deadlines of peers move by it.
struct tick {
  using clock = std::chrono::steady_clock;

  clock::time_point now{};
  clock::duration paused{0}; ///< since the tick before

  /// Moves the start of a wait, not beyond `now`. The epoch stands for "not waiting".
  void excuse(clock::time_point& since) const noexcept {
    if (paused > clock::duration::zero() && since != clock::time_point{})
      since = std::min(since + paused, std::max(since, now));
  }

  /// Moves the end of a wait; the largest time stands for "never".
  void postpone(clock::time_point& until) const noexcept {
    if (until < clock::time_point::max() - paused)
      until += paused;
  }
};

/// Makes ticks from the times at which a timer with this interval is first set and then fires. A
/// tick that is late by up to one more interval is no pause: busy machines are late.
class tick_meter {
public:
  explicit tick_meter(tick::clock::duration interval) noexcept : interval_{interval} {}

  tick next(tick::clock::time_point now) noexcept {
    const auto before = std::exchange(last_, now);
    if (before == tick::clock::time_point{})
      return {now};
    return {now, std::max(now - before - 2 * interval_, tick::clock::duration::zero())};
  }

private:
  tick::clock::duration interval_;
  tick::clock::time_point last_{};
};

} // namespace ockam
