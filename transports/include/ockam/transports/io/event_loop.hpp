#pragma once

#include "ockam/actors/transport/message_sink.hpp"
#include "ockam/transports/io/timed.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace ockam::sdk {

/// An object that reads and writes in batches.
class batched_io {
public:
  virtual ~batched_io() = default;

  /// Writes the queued output: that of one batch of input leaves together.
  virtual void flush() = 0;

  /// The actors that the last batch woke have run, and what they sent has left.
  virtual void read_on() = 0;
};

/// What a connection needs of the thread that serves it: `basic_io_thread` where there are sockets. All
/// that it runs runs one after the other.
class event_loop {
public:
  using clock = std::chrono::steady_clock;

  virtual ~event_loop() = default;

  /// Runs `call` later. Any thread.
  virtual void post(std::function<void()> call) = 0;

  /// Runs `call` now on the thread of the loop, otherwise later.
  virtual void dispatch(std::function<void()> call) = 0;

  /// Flushes `output`: after the actors that are ready have run, when one of them calls this. Any thread.
  virtual void flush_soon(std::shared_ptr<batched_io> output, const execution_context* caller) = 0;

  // -- on the thread of the loop -------------------------------------------------------------------

  /// Ends a batch of input, at the end of a handler: the actors that it woke run, what they send
  /// leaves, and `next` reads on.
  virtual void end_batch(std::shared_ptr<batched_io> next) = 0;

  /// Checks the deadlines of `what` during its lifetime.
  virtual void watch(std::weak_ptr<timed> what) = 0;

  // -- any thread ----------------------------------------------------------------------------------

  /// For mail that is enqueued on the thread of the loop.
  [[nodiscard]] virtual execution_context* actor_context() noexcept = 0;

  /// To a few milliseconds.
  [[nodiscard]] virtual clock::time_point now() const noexcept = 0;
};

} // namespace ockam::sdk
