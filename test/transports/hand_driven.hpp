#pragma once

#include "ockam/transports/engine/connection_engine.hpp"
#include "ockam/transports/io/event_loop.hpp"

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ockam::test {

/// An event loop whose steps the test takes, in any order.
class hand_loop final : public sdk::event_loop {
public:
  void post(std::function<void()> call) override { calls.push_back(std::move(call)); }
  void dispatch(std::function<void()> call) override { call(); }
  void flush_soon(std::shared_ptr<sdk::batched_io> output, const execution_context*) override {
    post([output = std::move(output)] { output->flush(); });
  }
  void end_batch(std::shared_ptr<sdk::batched_io> next) override {
    if (next)
      reading = std::move(next);
  }
  void watch(std::weak_ptr<sdk::timed>) override {}
  [[nodiscard]] execution_context* actor_context() noexcept override { return nullptr; }
  [[nodiscard]] clock::time_point now() const noexcept override { return time; }

  /// Runs what was posted, and what that posts.
  void run_calls() {
    while (!calls.empty()) {
      const auto call = std::move(calls.front());
      calls.pop_front();
      call();
    }
  }

  /// Lets the connection read on, as if its workers had run.
  void read_on() {
    if (const auto next = std::exchange(reading, nullptr))
      next->read_on();
  }

  std::deque<std::function<void()>> calls;
  std::shared_ptr<sdk::batched_io> reading;
  clock::time_point time{std::chrono::hours{1}};
};

/// The outcomes that a `scripted_carrier` returns, and the calls that it received; outlives it.
struct script {
  using carrier = sdk::carrier;

  std::deque<carrier::input> reads;   // then `nothing`
  std::deque<carrier::output> writes; // then all of a batch, at once
  std::optional<carrier::on_ready> input{};
  std::optional<carrier::on_ready> output{};
  std::vector<std::string> calls; // "read", "write 12", "close"
  std::string end;                // the cause, "" for none
};

/// Moves nothing: a write takes the bytes that its script says.
class scripted_carrier final : public sdk::carrier {
public:
  explicit scripted_carrier(std::shared_ptr<script> by) : script_{std::move(by)} {}

  void wait(direction what, on_ready then) override {
    (what == direction::input ? script_->input : script_->output).emplace(std::move(then));
  }
  result<input> read(sdk::inbox&) override {
    script_->calls.emplace_back("read");
    return next_of(script_->reads, input::nothing);
  }
  result<output> write(sdk::write_batch& batch) override {
    script_->calls.push_back("write " + std::to_string(batch.size()));
    const auto done = next_of(script_->writes, output{.written = batch.size()});
    batch.advance(done.holds_some ? batch.size() : std::min(done.written, batch.size()));
    return done;
  }
  void close(const ending& how) override {
    script_->calls.emplace_back("close");
    script_->end = how.cause ? to_string(*how.cause) : "";
  }

private:
  template <class T>
  static T next_of(std::deque<T>& from, T otherwise) {
    if (from.empty())
      return otherwise;
    const auto next = from.front();
    from.pop_front();
    return next;
  }

  const std::shared_ptr<script> script_;
};

} // namespace ockam::test
