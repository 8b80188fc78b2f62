#include "log_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <thread>
#include <utility>

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

namespace ockam::internal {

log_writer::log_writer(int descriptor, std::function<std::string(std::uint64_t)> report_left_out,
                       std::size_t capacity)
  : descriptor_{descriptor}, report_left_out_{std::move(report_left_out)}, capacity_{capacity} {}

void log_writer::push(std::string line) {
  std::unique_lock guard{mutex_};
  if (!enqueue(std::move(line)))
    return;
  if (!std::exchange(started_, true))
    start();
  filled_.notify_one();
  if (exiting_)
    wait_at_exit(guard);
}

/// False when the line is left out.
bool log_writer::enqueue(std::string&& line) {
  if (!lines_.empty() && bytes_ + line.size() > capacity_) {
    ++left_out_;
    return false;
  }
  if (left_out_ > 0) // where they would have been
    bytes_ += lines_.emplace_back(report_left_out_(std::exchange(left_out_, 0))).size();
  bytes_ += line.size();
  lines_.push_back(std::move(line));
  return true;
}

/// Its signals are blocked: those of the process are for the threads of the program, and SIGPIPE is
/// no reason to end it.
void log_writer::start() {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    std::thread{[this] { run(); }}.detach();
  } catch (const std::system_error&) { // no thread is left: try again with the next line
    started_ = false;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void log_writer::run() {
  std::unique_lock guard{mutex_};
  for (;;) {
    if (lines_.empty() && left_out_ > 0)
      bytes_ += lines_.emplace_back(report_left_out_(std::exchange(left_out_, 0))).size();
    if (lines_.empty()) {
      emptied_.notify_all();
      filled_.wait(guard, [this] { return !lines_.empty(); });
    }
    const auto line = std::move(lines_.front());
    lines_.pop_front();
    bytes_ -= line.size();
    writing_ = true;
    guard.unlock();
    write(line);
    guard.lock();
    writing_ = false;
  }
}

void log_writer::write(std::string_view text) const {
  while (!text.empty()) {
    const auto written = ::write(descriptor_, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      pollfd writable{descriptor_, POLLOUT, 0};
      ::poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      return; // the line has nowhere to go
    }
  }
}

bool log_writer::wait_until_written(std::chrono::milliseconds limit) {
  std::unique_lock guard{mutex_};
  return emptied_.wait_for(guard, limit, [this] { return lines_.empty() && !writing_; });
}

void log_writer::wait_at_exit(std::unique_lock<std::mutex>& guard) {
  const auto began = clock::now();
  emptied_.wait_for(guard, exit_timeout_, [this] { return lines_.empty() && !writing_; });
  exit_timeout_ -= std::min<clock::duration>(exit_timeout_, clock::now() - began);
}

void log_writer::begin_exit(std::chrono::milliseconds exit_timeout) {
  std::unique_lock guard{mutex_};
  exiting_ = true;
  exit_timeout_ = exit_timeout;
  wait_at_exit(guard);
}

} // namespace ockam::internal
