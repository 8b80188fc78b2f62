#pragma once

#include "dice.hpp"
#include "trace.hpp"
#include "wire.hpp"

#include "stream/stream_link.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace ockam::simulation {

/// One end of a simulated connection, made like the one of TCP: the same shared machinery moves its
/// bytes, but every step is an event that the simulation chooses, and each moves as much as it likes.
class link final : public internal::stream_link {
public:
  using clock = std::chrono::steady_clock;
  enum class step : std::uint8_t { write, read, read_on, close, connect_again };

  struct surroundings {
    dice& random;
    trace& events;
    compat::execution_context* io = nullptr;
    std::uint32_t node = 0;
    std::uint32_t number = 0; // of this link in the simulation
    std::size_t longest_step = 1;
    std::size_t longest_read = 1;
    const clock::time_point& now;
    std::function<std::shared_ptr<wire>()>
      connect{}; // again, after a loss; null: the link ends then
    clock::duration keep_for{};
    std::function<void(link&)> lost{};
    std::function<void(link&)> ended{};
  };

  link(const setup& own, surroundings around);

  /// Begins to use a wire, as its end 0 or 1; in place of one that was lost.
  void use(std::shared_ptr<wire> to, std::size_t end);

  /// What can happen next.
  [[nodiscard]] std::vector<step> possible() const;
  void take(step what);

  /// Without a wire: whether a message waits that should have been dropped by now.
  [[nodiscard]] bool keeps_for_too_long() const noexcept {
    return !over_ && !wire_ && pending_bytes() > 0 && around_.now - last_push_ >= around_.keep_for
           && around_.now - lost_at_ >= around_.keep_for;
  }

  /// When something can happen that cannot yet; nullopt: nothing waits for that.
  [[nodiscard]] std::optional<clock::time_point> next_moment() const;

  /// It is later now.
  void on_time();

  result<void> push(routed_message& content, compat::execution_context* context) override;

  /// Breaks it off: what was not written is lost.
  void abort(error cause);

  /// The far end takes no byte, for it takes no message: what waits here may be what it waits for.
  [[nodiscard]] bool is_blocked() const noexcept { return waits_until_writable_ && !over_; }
  void miss_write_deadline();

  /// When nothing is possible: whether output waits for nothing.
  [[nodiscard]] bool overslept() const noexcept {
    return !over_ && pending_bytes() > 0 && !is_blocked();
  }

  /// Whether something that came in, or what it led to, is not done with.
  [[nodiscard]] bool is_busy() const noexcept { return !over_ && (paused_ || credit()->in_use()); }

  [[nodiscard]] std::uint32_t number() const noexcept { return around_.number; }
  [[nodiscard]] std::uint32_t node() const noexcept { return around_.node; }

  /// Another one for each wire.
  [[nodiscard]] std::uint64_t life() const noexcept { return mix(around_.number, lives_); }
  [[nodiscard]] const std::shared_ptr<wire>& current_wire() const noexcept { return wire_; }
  [[nodiscard]] std::shared_ptr<link> far_end() const;

private:
  void wake_writer(compat::execution_context*) override { write_due_ = true; }
  void wake_reader() override { read_on_due_ = true; }
  void begin_close() override { close_due_ = true; }

  void write();
  void read();
  bool deliver();
  void read_on();
  void close_now();
  void connect_again();
  void connect_later();
  void end(std::optional<error> cause);
  void lose(const error& cause);

  const surroundings around_;
  std::shared_ptr<wire> wire_; // null between two of them
  std::size_t end_ = 0;
  internal::write_batch batch_; // being written
  unsigned lives_ = 0;
  unsigned attempts_ = 0;           // to connect again
  clock::time_point connects_at_{}; // not before
  clock::time_point lost_at_{};
  clock::time_point last_push_{}; // that was taken
  bool write_due_ = false;
  bool read_on_due_ = false;
  bool close_due_ = false;
  bool waits_for_input_ = false;
  bool waits_until_writable_ = false;
  bool paused_ = false; // no credit, no chunk, or enough for now
  bool closing_now_ = false;
  bool over_ = false;
};

} // namespace ockam::simulation
