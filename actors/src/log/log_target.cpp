#include "log.hpp"
#include "log_writer.hpp"

#include "ockam/actors/transport/log.hpp"
#include "ockam/protocol/text.hpp"

#include <atomic>
#include <cstdlib>
#include <memory>
#include <mutex>

#include <pthread.h>
#include <unistd.h>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/sink.h>
#include <spdlog/spdlog.h>

namespace ockam {

namespace internal {

namespace {

// Nothing here is destroyed: a node in a static object may log when all static objects are gone.

/// A longer one is cut: many routes have room in it.
constexpr std::size_t longest_line = 8u << 10;

/// How long the end of the process waits for a stderr that takes nothing.
constexpr std::chrono::milliseconds exit_timeout{250};

/// Lines for stderr, which a thread writes. A child after `fork` has a writer of its own: it has no
/// thread of its parent, and what is queued is the parent's to write.
class stderr_sink final : public spdlog::sinks::sink {
public:
  static const std::shared_ptr<stderr_sink>& instance() {
    static const auto& made = *new std::shared_ptr<stderr_sink>{new stderr_sink};
    return made;
  }

  void log(const spdlog::details::log_msg& line) override { writer()->push(format(line)); }
  void flush() override {} // lines leave as soon as they can
  void set_pattern(const std::string& pattern) override {
    set_formatter(std::make_unique<spdlog::pattern_formatter>(pattern));
  }
  void set_formatter(std::unique_ptr<spdlog::formatter> formatter) override {
    const std::lock_guard guard{mutex_};
    formatter_ = std::move(formatter);
  }

private:
  stderr_sink() {
    pthread_atfork([] { instance()->mutex_.lock(); }, [] { instance()->mutex_.unlock(); },
                   [] {
                     instance()->writer_ = make_writer();
                     instance()->mutex_.unlock();
                   });
    std::atexit([] { instance()->writer()->begin_exit(exit_timeout); });
  }

  log_writer* writer() {
    const std::lock_guard guard{mutex_};
    return writer_;
  }

  static log_writer* make_writer() {
    return new log_writer{STDERR_FILENO, [](std::uint64_t lines) {
                            const auto text = std::to_string(lines)
                                              + " lines were left out; stderr took none";
                            return instance()->format({"ockam", spdlog::level::warn, text});
                          }};
  }

  /// Also called by a writer that holds its lock: with ours no writer is called.
  std::string format(const spdlog::details::log_msg& line) {
    const std::lock_guard guard{mutex_};
    spdlog::memory_buf_t text;
    formatter_->format(line, text);
    return {text.data(), text.size()};
  }

  std::mutex mutex_;
  std::unique_ptr<spdlog::formatter> formatter_ = std::make_unique<spdlog::pattern_formatter>();
  log_writer* writer_ = make_writer();
};

/// The program's logger of that name, or one of ours that prints warnings to stderr.
std::shared_ptr<spdlog::logger> find_or_make_logger() {
  if (auto existing = spdlog::get("ockam"))
    return existing;
  auto fresh = std::make_shared<spdlog::logger>("ockam", stderr_sink::instance());
  fresh->set_level(spdlog::level::warn);
  try {
    spdlog::register_logger(fresh);
  } catch (const spdlog::spdlog_ex&) {
    if (auto existing = spdlog::get("ockam")) // another thread or library was quicker
      return existing;
  }
  return fresh;
}

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

void log_line(log_level level, std::string_view text) noexcept {
  const auto line = escaped(text, longest_line); // leaves what is escaped already as it is
  if (!write_to_sink(level, line))
    logger().log(level_for_spdlog(level), "{}", line);
}

} // namespace internal

bool log_shows(log_level level) noexcept {
  const auto sink = internal::holder().get();
  return sink ? level >= sink->least
              : internal::logger().should_log(internal::level_for_spdlog(level));
}

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
