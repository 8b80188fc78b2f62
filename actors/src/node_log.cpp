#include "node_log.hpp"

#include <utility>

namespace ockam::internal {

void node_log::configure(std::string name, std::uint32_t most) {
  name_ = std::move(name);
  most_ = most;
}

void node_log::say(log_level level, std::string_view text) const {
  if (name_.empty())
    log_line(level, text);
  else
    log_line(level, std::string{name_}.append(": ").append(text));
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

} // namespace ockam::internal
