#pragma once

// What tests with nodes use, in the contract of transports and elsewhere.

#include "ockam/actors/node.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace ockam {

// what a failed expectation shows
inline void PrintTo(const address& value, std::ostream* out) {
  *out << to_string(value);
}
inline void PrintTo(const route& value, std::ostream* out) {
  *out << to_string(value);
}
inline void PrintTo(const error& value, std::ostream* out) {
  *out << to_string(value);
}
inline void PrintTo(errc value, std::ostream* out) {
  *out << to_string(value);
}

} // namespace ockam

namespace ockam::test {

using namespace std::chrono_literals;

/// How long a test waits for something that is going to happen.
inline constexpr auto long_timeout = 10s;

/// A door that threads wait at until it is opened. Copies are the same door.
class gate {
public:
  void open() const {
    const std::lock_guard guard{state_->mutex};
    state_->open = true;
    state_->changed.notify_all();
  }
  /// False when it was not opened.
  [[nodiscard]] bool wait(std::chrono::milliseconds limit = long_timeout) const {
    std::unique_lock guard{state_->mutex};
    return state_->changed.wait_for(guard, limit, [this] { return state_->open; });
  }

private:
  struct state {
    std::mutex mutex;
    std::condition_variable changed;
    bool open = false;
  };
  std::shared_ptr<state> state_ = std::make_shared<state>();
};

/// What happened, in order; any thread writes. Copies are the same journal, so that a worker may
/// keep one and outlive the test's variables.
class journal {
public:
  void write(std::string entry) const {
    const std::lock_guard guard{state_->mutex};
    state_->entries.push_back(std::move(entry));
    state_->changed.notify_all();
  }

  /// The entries, as soon as there are `count`; fewer when they do not come.
  [[nodiscard]] std::vector<std::string> wait_for(std::size_t count) const {
    std::unique_lock guard{state_->mutex};
    state_->changed.wait_for(guard, long_timeout, [&] { return state_->entries.size() >= count; });
    return state_->entries;
  }

  [[nodiscard]] std::vector<std::string> entries() const { return wait_for(0); }
  [[nodiscard]] std::size_t size() const { return wait_for(0).size(); }

private:
  struct state {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> entries;
  };
  std::shared_ptr<state> state_ = std::make_shared<state>();
};

using lines = std::vector<std::string>;

/// Polls a condition that the rule itself calls asynchronous; false when it does not come true.
bool eventually(const std::function<bool()>& condition,
                std::chrono::milliseconds limit = long_timeout);

/// What the nodes logged since the test began: "warning: text".
lines logged_lines();

/// A test begins.
void forget_log();

/// Keeps a line for `logged_lines`. Any thread.
void keep_logged_line(std::string_view level, std::string_view text);

/// Waits until a line contains all of `parts`.
bool logged(std::initializer_list<std::string_view> parts);
inline bool logged(std::string_view part) {
  return logged({part});
}

/// A system of actors with two threads.
class small_system {
public:
  small_system();
  caf::actor_system& operator*() noexcept { return *system_; }
  caf::actor_system* operator->() noexcept { return &*system_; }

  /// Whether every actor but CAF's own has ended.
  bool becomes_quiet();

private:
  caf::actor_system_config config_;
  std::optional<caf::actor_system> system_;
};

/// Every message of a stopped node was delivered or dropped once, and counted once.
void expect_all_messages_accounted_for(const metrics& counted);
void expect_settled(node& stopped);

} // namespace ockam::test
