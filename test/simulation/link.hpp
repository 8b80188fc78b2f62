#pragma once

#include "dice.hpp"
#include "trace.hpp"
#include "wire.hpp"

#include "ockam/transports/engine/connection_engine.hpp"
#include "ockam/transports/io/cancellable.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace ockam::simulation {

class wire_carrier;

/// One end of a simulated connection: the engine of all connections, over a wire. It is the loop of
/// that engine, too: every step is an event that the simulation chooses, and each moves as much as it
/// likes.
class link final : public internal::event_loop,
                   public internal::cancellable,
                   public std::enable_shared_from_this<link> {
public:
  using setup = internal::link::setup;
  enum class step : std::uint8_t { call, flush, read_on, read, write, connect_again };

  struct surroundings {
    dice& random;
    trace& events;
    execution_context* io = nullptr;
    std::uint32_t node = 0;
    std::uint32_t number = 0; // of this link in the simulation
    std::size_t longest_step = 1;
    std::size_t longest_read = 1;
    const clock::time_point& now;
    std::function<std::shared_ptr<wire>()>
      connect{}; // again, after a loss; null: the link ends then
    std::chrono::milliseconds keep_for{};
    std::function<void(link&)> lost{};
    std::function<void(link&)> ended{};
  };

  explicit link(surroundings around) : around_{std::move(around)} {}

  /// Begins to use a wire, as its end 0 or 1.
  void start(const node_ptr& node, setup own, std::shared_ptr<wire> over, std::size_t end);

  [[nodiscard]] internal::connection_engine& engine() const noexcept { return *engine_; }

  /// When all has ended: the engine, and calls of it that nothing runs any more, hold this.
  void forget_engine() noexcept {
    calls_.clear();
    engine_.reset();
  }

  /// What can happen next.
  [[nodiscard]] std::vector<step> possible() const;
  void take(step what);

  /// Without a peer: whether a message waits that should have been dropped by now.
  [[nodiscard]] bool keeps_for_too_long() const;

  /// When something can happen that cannot yet; nullopt: nothing waits for that.
  [[nodiscard]] std::optional<clock::time_point> next_moment() const;

  /// It is later now than `before`.
  void on_time(clock::time_point before);

  /// The far end takes no byte, for it takes no message: what waits here may be what it waits for.
  [[nodiscard]] bool is_blocked() const noexcept;
  void miss_write_timeout();

  /// When nothing is possible: whether output waits for nothing.
  [[nodiscard]] bool overslept() const {
    return engine_->is_open() && engine_->pending_bytes() > 0 && !is_blocked();
  }

  /// Whether something that came in, or what it led to, is not done with.
  [[nodiscard]] bool is_busy() const;

  [[nodiscard]] std::uint32_t number() const noexcept { return around_.number; }
  [[nodiscard]] std::uint32_t node() const noexcept { return around_.node; }

  /// Another one for each wire.
  [[nodiscard]] std::uint64_t life() const noexcept { return mix(around_.number, lives_); }
  [[nodiscard]] const std::shared_ptr<wire>& current_wire() const noexcept { return wire_; }
  [[nodiscard]] std::shared_ptr<link> far_end() const;

  // -- event_loop ----------------------------------------------------------------------------------

  void post(std::function<void()> call) override { calls_.push_back(std::move(call)); }
  void dispatch(std::function<void()> call) override { call(); }
  void flush_soon(std::shared_ptr<internal::batched_io>, const execution_context*) override {
    flush_due_ = true;
  }
  void end_batch(std::shared_ptr<internal::batched_io> next) override {
    read_on_due_ = read_on_due_ || next;
  }
  void watch(std::weak_ptr<internal::watched>) override {}
  [[nodiscard]] execution_context* actor_context() noexcept override { return around_.io; }
  [[nodiscard]] clock::time_point now() const noexcept override { return around_.now; }

  // -- attempts to connect again -------------------------------------------------------------------

  void cancel() override { connected_again_ = nullptr; }

private:
  friend class wire_carrier;
  using on_connected = std::function<void(result<std::unique_ptr<internal::carrier>>)>;

  std::unique_ptr<internal::carrier> use(std::shared_ptr<wire> to, std::size_t end);
  std::shared_ptr<internal::cancellable> connect_later(on_connected done);
  void connect_again();
  void on_event(const connection_event& what);
  void on_end();

  const surroundings around_;
  std::shared_ptr<internal::connection_engine> engine_;
  std::shared_ptr<wire> wire_; // null between two of them
  wire_carrier* carrier_ = nullptr;
  std::deque<std::function<void()>> calls_;
  on_connected connected_again_;
  unsigned lives_ = 0;
  unsigned attempts_ = 0;           // to connect again
  clock::time_point connects_at_{}; // not before
  clock::time_point lost_at_{};
  clock::time_point last_push_{}; // that was taken
  std::uint64_t pushed_ = 0;      // messages, as far as was looked
  bool has_peer_ = true;          // none between the loss of one and the greeting of the next
  bool flush_due_ = false;
  bool read_on_due_ = false;
};

} // namespace ockam::simulation
