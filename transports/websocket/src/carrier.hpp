#pragma once

#include "stream.hpp"

#include "io_thread.hpp"

#include "ockam/transports/engine/carrier.hpp"
#include "ockam/transports/websocket.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace ockam::websocket::detail {

/// Moves the messages of a connection through a WebSocket, one a message of that.
class websocket_carrier final : public sdk::carrier, private stream_user {
public:
  /// @param over  open, on the thread of the connection
  websocket_carrier(std::shared_ptr<io_thread> thread, std::shared_ptr<stream> over,
                    const keepalive_options& keepalive);

  void attach(sdk::connection_engine& connection) override;
  void wait(direction what, on_ready then) override;
  result<input> read(sdk::inbox& to) override;
  result<output> write(sdk::write_batch& batch) override;
  void close(const ending& how) override;
  result<void> check(const tick& at, bool reading) override;
  [[nodiscard]] clock::time_point last_output() const noexcept override {
    return stream_->last_output();
  }
  void release_memory() override { stream_->shrink(); }

private:
  /// For handlers that are under way, which outlive this.
  struct shared_state {
    std::optional<on_ready> input{}; // of `wait`, until it happens
    std::optional<on_ready> output{};
    std::array<std::uint8_t, 1'536> first;  // of a message: while none comes, no more is held
    std::unique_ptr<std::uint8_t[]> more{}; // of a message that has begun
  };

  void on_read(std::size_t count, bool message_ends) override;
  void on_drained() override;
  void on_written() override;
  void on_lost(error cause) override;

  void read_ahead();
  [[nodiscard]] bool has_input() const noexcept { return !untaken_.empty() || message_ended_; }
  [[nodiscard]] result<void> ask_for_life(clock::time_point now);
  void show_life(clock::time_point now);

  const std::shared_ptr<io_thread> thread_;
  const std::shared_ptr<stream> stream_;
  const keepalive_options keepalive_;
  const std::shared_ptr<shared_state> state_ = std::make_shared<shared_state>();
  std::optional<error> lost_;
  std::span<const std::uint8_t> untaken_{}; // of either
  std::size_t leaving_ = 0;                 // bytes that are with the stream
  clock::time_point last_sign_;             // ping or pong of ours
  bool pinged_ = false;
  bool reads_ = false;         // the stream does
  bool arriving_ = false;      // as the last read said
  bool in_message_ = false;    // a part of it has been read
  bool message_ended_ = false; // it has been read whole, and not been taken
};

} // namespace ockam::websocket::detail
