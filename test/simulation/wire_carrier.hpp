#pragma once

#include "link.hpp"
#include "wire.hpp"

#include <memory>
#include <optional>
#include <utility>

namespace ockam::simulation {

/// Moves bytes of a simulated link through a wire: as many as the dice say.
class wire_carrier final : public sdk::carrier {
public:
  wire_carrier(link& of, std::shared_ptr<wire> over, std::size_t end)
    : link_{of}, wire_{std::move(over)}, end_{end} {}

  void wait(direction what, on_ready then) override {
    (what == direction::input ? input_ : output_).emplace(std::move(then));
  }
  result<input> read(sdk::inbox& to) override;
  result<output> write(sdk::write_batch& batch) override;
  void close(const ending& how) override;

  [[nodiscard]] bool waits_for_input() const noexcept { return input_.has_value(); }
  [[nodiscard]] bool waits_for_room() const noexcept { return output_.has_value(); }
  [[nodiscard]] bool can_read() const noexcept {
    return waits_for_input() && (more_arrives_ || wire_->is_readable(end_));
  }
  [[nodiscard]] bool can_write() const noexcept {
    return waits_for_room() && wire_->has_room(end_);
  }
  /// Writes again when time has passed.
  [[nodiscard]] bool waits_for_tick() const noexcept { return waits_for_tick_; }

  void read_now() { (*std::exchange(input_, std::nullopt))(); }
  void write_now() { (*std::exchange(output_, std::nullopt))(); }

private:
  link& link_;
  const std::shared_ptr<wire> wire_;
  const std::size_t end_;
  std::optional<on_ready> input_;
  std::optional<on_ready> output_;
  bool more_arrives_ = false; // as the last read said, and perhaps nothing does
  bool waits_for_tick_ = false;
};

} // namespace ockam::simulation
