#include "log_target.hpp"

#include <atomic>
#include <memory>
#include <mutex>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace ockam {

namespace internal {

namespace {

/// The program's logger of that name, or one of ours that prints warnings to stderr.
std::shared_ptr<spdlog::logger> find_or_make_logger() {
  if (auto existing = spdlog::get("ockam"))
    return existing;
  auto fresh = std::make_shared<spdlog::logger>(
    "ockam", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  fresh->set_level(spdlog::level::warn);
  try {
    spdlog::register_logger(fresh);
  } catch (const spdlog::spdlog_ex&) {
    if (auto existing = spdlog::get("ockam")) // another thread or library was quicker
      return existing;
  }
  return fresh;
}

// Neither of the two is destroyed: a node in a static object may log after both would be gone.

spdlog::logger& logger() {
  static const auto& instance = *new auto{find_or_make_logger()};
  return *instance;
}

spdlog::level::level_enum level_for_spdlog(log_level level) noexcept {
  switch (level) {
    case log_level::debug:
      return spdlog::level::debug;
    case log_level::info:
      return spdlog::level::info;
    case log_level::warning:
      return spdlog::level::warn;
    case log_level::error:
      return spdlog::level::err;
    case log_level::off:
      break;
  }
  return spdlog::level::off;
}

struct program_sink {
  log_sink take;
  log_level least;
};

/// The sink of the program, which may be replaced while lines are on their way to it.
class sink_holder {
public:
  void set(std::shared_ptr<const program_sink> sink) {
    const std::lock_guard guard{mutex_};
    sink_.swap(sink); // the earlier one ends without the lock
  }
  std::shared_ptr<const program_sink> get() {
    const std::lock_guard guard{mutex_};
    return sink_;
  }

private:
  std::mutex mutex_;
  std::shared_ptr<const program_sink> sink_;
};

sink_holder& holder() {
  static auto& instance = *new sink_holder;
  return instance;
}

/// False when there is no sink, or it failed: then the line is for the logger.
bool write_to_sink(log_level level, std::string_view text) {
  const auto sink = holder().get();
  if (!sink)
    return false;
  if (level < sink->least)
    return true;
  try {
    sink->take(level, text);
    return true;
  } catch (...) {
    return false;
  }
}

} // namespace

void write_line(log_level level, std::string_view text) noexcept {
  if (!write_to_sink(level, text))
    logger().log(level_for_spdlog(level), "{}", text);
}

bool would_write(log_level level) noexcept {
  const auto sink = holder().get();
  return sink ? level >= sink->least : logger().should_log(level_for_spdlog(level));
}

} // namespace internal

std::string_view to_string(log_level level) noexcept {
  switch (level) {
    case log_level::debug:
      return "debug";
    case log_level::info:
      return "info";
    case log_level::warning:
      return "warning";
    case log_level::error:
      return "error";
    case log_level::off:
      break;
  }
  return "off";
}

void set_log_sink(log_sink sink, log_level least) {
  using internal::program_sink;
  internal::holder().set(
    sink ? std::make_shared<const program_sink>(program_sink{std::move(sink), least}) : nullptr);
}

} // namespace ockam
