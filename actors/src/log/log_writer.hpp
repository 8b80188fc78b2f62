#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace ockam::internal {

/// Writes lines to a descriptor on a thread of its own: a call that logs does not wait for a terminal
/// that is stopped, or for a pipe that is not read. Lines beyond the queue are left out and counted.
///
/// Never destroyed once it has begun: its thread may be in a system call for ever. Thread-safe.
class log_writer {
public:
  static constexpr std::size_t default_capacity = 256u << 10;

  /// @param report_left_out  makes a line that says how many were left out
  log_writer(int descriptor, std::function<std::string(std::uint64_t)> report_left_out,
             std::size_t capacity = default_capacity);
  log_writer(const log_writer&) = delete;
  log_writer& operator=(const log_writer&) = delete;

  /// Takes a line with its line end. Does not wait before `begin_exit`.
  void push(std::string line);

  /// False when the lines are not written within the limit.
  bool wait_until_written(std::chrono::milliseconds limit);

  /// The process ends: waits for what is queued. Later lines are waited for too; all of it takes at
  /// most `exit_timeout`.
  void begin_exit(std::chrono::milliseconds exit_timeout);

private:
  using clock = std::chrono::steady_clock;

  bool enqueue(std::string&& line);
  void wait_at_exit(std::unique_lock<std::mutex>& guard);
  void start();
  [[noreturn]] void run();
  void write(std::string_view text) const;

  const int descriptor_;
  const std::function<std::string(std::uint64_t)> report_left_out_;
  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable filled_;
  std::condition_variable emptied_;
  std::deque<std::string> lines_;
  std::size_t bytes_ = 0; // of them
  std::uint64_t left_out_ = 0;
  clock::duration exit_timeout_{0};
  bool writing_ = false;
  bool started_ = false;
  bool exiting_ = false;
};

} // namespace ockam::internal
