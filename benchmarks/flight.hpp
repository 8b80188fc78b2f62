#pragma once

// How the measuring thread waits for what other threads do; every wait has an end.

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

namespace bench {

/// Nothing here may take longer: then it hangs.
inline constexpr std::chrono::seconds hang_limit{60};

/// Crossed once at the end of a run; the measuring thread waits for it.
class finish_line {
public:
  void begin() {
    const std::lock_guard guard{mutex_};
    crossed_ = false;
    problem_.clear();
  }

  void cross(std::string problem = {}) {
    const std::lock_guard guard{mutex_};
    crossed_ = true;
    problem_ = std::move(problem);
    changed_.notify_one();
  }

  void wait() {
    std::unique_lock guard{mutex_};
    if (!changed_.wait_for(guard, hang_limit / 2, [this] { return crossed_; }))
      throw std::runtime_error{"messages did not come back in time"};
    if (!problem_.empty())
      throw std::runtime_error{problem_};
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool crossed_ = false;
  std::string problem_;
};

/// A number of messages of which a window is on its way: each that comes back lets another one go.
/// Begun and awaited on the measuring thread; `next` is called by the sender and receiver.
class flight {
public:
  void begin(std::size_t messages, std::size_t window) {
    landing_.begin();
    to_send_ = to_return_ = messages;
    window_ = window;
    flying_ = false;
  }

  /// Call it for the message that says "go" and for every one that comes back.
  /// @returns how many messages to send now
  std::size_t next() {
    if (!std::exchange(flying_, true))
      return take(window_);
    if (--to_return_ > 0)
      return take(1);
    landing_.cross();
    return 0; // and touch nothing: the next flight may have begun
  }

  /// True when none is left on its way; for those that ask instead of waiting.
  [[nodiscard]] bool landed() const noexcept { return to_return_ == 0; }

  void fail(std::string why) { landing_.cross(std::move(why)); }
  void wait() { landing_.wait(); }

private:
  std::size_t take(std::size_t wanted) {
    const auto count = std::min(wanted, to_send_);
    to_send_ -= count;
    return count;
  }

  finish_line landing_;
  std::size_t to_send_ = 0;
  std::size_t to_return_ = 0;
  std::size_t window_ = 1;
  bool flying_ = false;
};

} // namespace bench
