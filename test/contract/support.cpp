#include "support.hpp"

#include "metrics_text.hpp"

#include "ockam/actors/detail/caf_compat.hpp"

#include <algorithm>
#include <thread>

namespace ockam::test {

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    std::this_thread::sleep_for(std::chrono::microseconds{200});
  }
  return true;
}

namespace {

struct kept_log {
  std::mutex mutex;
  lines kept;
};

kept_log& log_of_the_program() {
  static kept_log log;
  return log;
}

} // namespace

lines logged_lines() {
  auto& log = log_of_the_program();
  const std::lock_guard guard{log.mutex};
  return log.kept;
}

void forget_log() {
  auto& log = log_of_the_program();
  const std::lock_guard guard{log.mutex};
  log.kept.clear();
}

void keep_logged_line(std::string_view level, std::string_view text) {
  auto& log = log_of_the_program();
  const std::lock_guard guard{log.mutex};
  log.kept.push_back(std::string{level} + ": " + std::string{text});
}

bool logged(std::initializer_list<std::string_view> parts) {
  return eventually([&] {
    return std::ranges::any_of(logged_lines(), [&](const std::string& line) {
      return std::ranges::all_of(parts, [&](std::string_view part) {
        return line.find(part) != std::string::npos;
      });
    });
  });
}

small_system::small_system() {
  compat::set_threads(config_, 2);
  system_.emplace(config_);
}

bool small_system::becomes_quiet() {
  return eventually([&] { return compat::running_actors(*system_) == 0; });
}

void expect_all_messages_accounted_for(const metrics& counted) {
  EXPECT_EQ(counted.in_flight(), 0u) << text_of(counted);
}

void expect_settled(ockam::node& stopped) {
  eventually([&] { return stopped.metrics().in_flight() == 0; });
  expect_all_messages_accounted_for(stopped.metrics());
}

} // namespace ockam::test
