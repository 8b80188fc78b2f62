#pragma once

#include "log.hpp"

#include <chrono>
#include <mutex>
#include <string>

namespace ockam::internal {

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

  /// Says how many lines were left out since the last time that it was said.
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

} // namespace ockam::internal
