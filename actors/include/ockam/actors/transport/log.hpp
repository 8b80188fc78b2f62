#pragma once

#include "ockam/actors/detail/export.hpp"
#include "ockam/actors/log.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace ockam {

/// At most 10 lines a second about one party. Thread-safe.
class log_limit {
public:
  static constexpr std::uint64_t most_left_out = 0xffff;

  /// Whether a line may be written now.
  struct verdict {
    bool allowed = false;
    std::uint64_t left_out_before = 0; // since the last time that this was not 0; ends its count
  };
  [[nodiscard]] OCKAM_ACTORS_EXPORT verdict take() noexcept;

private:
  static constexpr unsigned lines_per_second = 10;

  // milliseconds when the window began (40 bits), lines that were left out (16), lines (8)
  std::atomic<std::uint64_t> state_{0};
};

/// Whether a line of this level would be written.
OCKAM_ACTORS_EXPORT bool log_shows(log_level level) noexcept;

/// The log of one node. Its lines begin with the name of the node. What a peer can cause is limited
/// for the whole node, because a stranger has as many connections as it likes. Thread-safe.
class OCKAM_ACTORS_EXPORT node_log {
public:
  /// Before the first line. `most` lines a second are what peers can cause: so many of warnings, and
  /// so many below.
  void configure(std::string name, std::uint32_t most);

  /// A line about what this node itself does.
  void say(log_level level, std::string_view text) const;

  /// A line that a peer can cause. `make` returns its text, and is not called for a line that is left
  /// out.
  template <class Make>
  void report(log_level level, const Make& make) {
    if (log_shows(level) && take(level))
      say(level, make());
  }

  /// The same, also limited to the `share` of one worker or connection.
  template <class Make>
  void report(log_limit& share, log_level level, const Make& make) {
    if (!log_shows(level))
      return;
    const auto taken = share.take();
    if (!taken.allowed)
      return;
    if (taken.left_out_before > 0)
      report(log_level::warning, [&] { return similar_lines(taken.left_out_before); });
    report(level, make);
  }

  /// Logs how many lines were suppressed since the last such line.
  void report_left_out();

private:
  using clock = std::chrono::steady_clock;

  struct window {
    clock::time_point began{};
    std::uint32_t lines = 0;
    std::uint64_t left_out = 0;
  };

  bool take(log_level level);
  void say_left_out(log_level level, std::uint64_t lines) const;
  static std::string similar_lines(std::uint64_t left_out);

  std::string name_;
  std::uint32_t most_ = 0;
  std::mutex mutex_;
  window warnings_;
  window others_; // of their own: connections that come and go do not hide a warning
};

} // namespace ockam
