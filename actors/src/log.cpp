#include "log.hpp"

#include "ockam/protocol/text.hpp"

#include <memory>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace ockam::internal {

namespace {

/// The host's logger of that name, or one of ours that prints warnings to stderr.
spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
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
  }();
  return *instance;
}

} // namespace

bool log_limit::allow() {
  const auto now = std::chrono::steady_clock::now();
  std::uint64_t left_out = 0;
  {
    const std::lock_guard guard{mutex_};
    if (now - window_ >= std::chrono::seconds{1}) {
      window_ = now;
      used_ = 0;
      left_out = std::exchange(left_out_, 0);
    }
    if (used_ == lines_per_second) {
      ++left_out_;
      return false;
    }
    ++used_;
  }
  if (left_out > 0)
    logger().warn("{} similar lines were left out", left_out);
  return true;
}

void log_debug(std::string_view text) {
  logger().debug("{}", text);
}

void log_info(std::string_view text) {
  logger().info("{}", text);
}

void log_warning(std::string_view text) {
  logger().warn("{}", text);
}

void log_error(std::string_view text) {
  logger().error("{}", text);
}

namespace {

std::string remedy_of(const access_control& control, const relay_message& what) {
  try {
    return control.remedy(what);
  } catch (const std::exception& thrown) {
    return std::string{"no remedy is known: "} + thrown.what();
  }
}

} // namespace

void log_denial(std::string_view direction, const relay_message& what,
                const access_control& control, const result<bool>& verdict) {
  const auto from = escaped(to_string(what.source));
  const auto to = escaped(to_string(what.destination));
  if (verdict)
    logger().warn("{} access control dropped a message from {} to {}: {}", direction, from, to,
                  escaped(remedy_of(control, what), 1024));
  else
    logger().warn("{} access control failed for a message from {} to {}: {}", direction, from, to,
                  to_string(verdict.error()));
}

} // namespace ockam::internal
