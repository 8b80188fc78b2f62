#include "ockam/actors/transport/log.hpp"

#include "log.hpp"

#include <algorithm>
#include <utility>

namespace ockam {

log_limit::verdict log_limit::take() noexcept {
  using namespace std::chrono;
  const auto now = static_cast<std::uint64_t>(
    duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count());
  auto state = state_.load(std::memory_order_relaxed);
  for (;;) {
    auto began = state >> 24;
    auto left_out = (state >> 8) & most_left_out;
    auto lines = state & 0xff;
    const bool first_of_window = lines == 0 || now - began >= 1'000;
    const bool allowed = first_of_window || lines < lines_per_second;
    std::uint64_t to_report = 0;
    if (first_of_window) {
      began = now;
      lines = 1;
      to_report = std::exchange(left_out, 0);
    } else if (allowed) {
      ++lines;
    } else {
      left_out = std::min(left_out + 1, most_left_out);
    }
    if (!state_.compare_exchange_weak(state, began << 24 | left_out << 8 | lines,
                                      std::memory_order_relaxed))
      continue;
    return {allowed, to_report};
  }
}

void node_log::configure(std::string name, std::uint32_t most) {
  name_ = std::move(name);
  most_ = most;
}

void node_log::say(log_level level, std::string_view text) const {
  if (name_.empty())
    internal::log_line(level, text);
  else
    internal::log_line(level, std::string{name_}.append(": ").append(text));
}

bool node_log::take(log_level level) {
  std::uint64_t left_out = 0;
  {
    const std::lock_guard guard{mutex_};
    auto& now_open = level < log_level::warning ? others_ : warnings_;
    if (const auto now = clock::now(); now - now_open.began >= std::chrono::seconds{1}) {
      now_open.began = now;
      now_open.lines = 0;
    }
    if (now_open.lines >= most_) {
      ++now_open.left_out;
      return false;
    }
    ++now_open.lines;
    left_out = std::exchange(now_open.left_out, 0);
  }
  if (left_out > 0)
    say_left_out(level, left_out);
  return true;
}

void node_log::report_left_out() {
  std::uint64_t warnings = 0;
  std::uint64_t others = 0;
  {
    const std::lock_guard guard{mutex_};
    warnings = std::exchange(warnings_.left_out, 0);
    others = std::exchange(others_.left_out, 0);
  }
  if (others > 0)
    say_left_out(log_level::info, others);
  if (warnings > 0)
    say_left_out(log_level::warning, warnings);
}

void node_log::say_left_out(log_level level, std::uint64_t lines) const {
  say(level, std::to_string(lines) + " lines were left out; max-log-lines is "
               + std::to_string(most_) + " a second");
}

std::string node_log::similar_lines(std::uint64_t left_out) {
  return std::to_string(left_out) + (left_out == log_limit::most_left_out ? " or more" : "")
         + " similar lines were left out";
}

} // namespace ockam
