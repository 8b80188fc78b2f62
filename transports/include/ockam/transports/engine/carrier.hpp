#pragma once

#include "ockam/protocol/detail/tick.hpp"
#include "ockam/protocol/result.hpp"
#include "ockam/transports/detail/export.hpp"
#include "ockam/transports/engine/inbox.hpp"
#include "ockam/transports/engine/write_batch.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace ockam::internal {

class connection_engine;

/// Moves the bytes of one connection: a socket, a WebSocket, a pipe. `connection_engine` decides when
/// to read and to write, how much in a row, and when the peer is late; a carrier does it, one batch a
/// call, and never blocks. All but `attach` happens on the thread of the connection's loop.
class OCKAM_TRANSPORTS_EXPORT carrier {
public:
  using clock = std::chrono::steady_clock;
  enum class direction : std::uint8_t { input, output };

  /// Continues the connection that called `wait`, if it still exists: it reads or writes in the call, and
  /// may destroy the carrier. An error ends the connection, or lets it connect again.
  class OCKAM_TRANSPORTS_EXPORT on_ready {
  public:
    on_ready(std::weak_ptr<connection_engine> engine, direction what, unsigned carrier) noexcept
      : engine_{std::move(engine)}, carrier_{carrier}, direction_{what} {}
    void operator()(const result<void>& outcome = {}) const;

    /// Whether the connection still has the carrier that waits: otherwise that is gone.
    [[nodiscard]] bool is_current() const noexcept;

  private:
    [[nodiscard]] std::shared_ptr<connection_engine> waiting() const noexcept;

    std::weak_ptr<connection_engine> engine_;
    unsigned carrier_; // its number in the life of the connection
    direction direction_;
  };

  /// What a `read` found.
  enum class input : std::uint8_t {
    nothing, ///< no byte is here: wait
    drained, ///< bytes are in the inbox, most likely all that were here
    more,    ///< bytes are in the inbox, and more may be here
    arriving, ///< bytes are in the inbox, and the carrier has more that it cannot pass on yet: the next
              ///< `wait` is short
    no_room, ///< the inbox has no memory: its reader is woken when it has
    ended,   ///< the peer sends nothing more
  };

  /// What a `write` did.
  struct output {
    enum class next : std::uint8_t { write_on, wait, at_next_tick };
    std::size_t written = 0; ///< bytes of the batch that the system has taken, or refused for good
    std::size_t refused = 0; ///< messages among them that the system refused
    bool holds_some = false; ///< bytes of the batch are with the carrier: they count as not written
    next then = next::write_on;
  };

  virtual ~carrier() = default;

  /// Names the connection, which outlives the carrier; once, before everything else.
  virtual void attach(connection_engine& connection) { connection_ = &connection; }

  /// Calls `then` once, later, when a read or a write may succeed. One call a direction at a time.
  virtual void wait(direction what, on_ready then) = 0;

  /// Reads a batch of bytes into `to`. An error ends the stream.
  virtual result<input> read(inbox& to) = 0;

  /// Passes the messages that were read to the port of the connection, at most `max`, while there is
  /// credit. An error ends the stream. Those of a stream of bytes are in the inbox.
  virtual result<inbox::state> decode(inbox& from, execution_context* context, std::size_t max);

  /// Writes a part of `batch`, and advances it. With an empty batch: what the carrier still holds.
  virtual result<output> write(write_batch& batch) = 0;

  /// How a stream ends.
  struct ending {
    const std::optional<error>& cause; ///< none: after what was written; otherwise at once
    bool node_stops = false;           ///< the reason, for protocols that tell it
    bool is_stuck = false;             ///< the peer takes no byte: no closing handshake either
  };

  /// Ends the stream: the last call.
  virtual void close(const ending& how) = 0;

  // -- for carriers with more of their own ---------------------------------------------------------

  /// At every tick. An error ends the stream. While the connection reads, silence is the peer's.
  virtual result<void> check(const tick&, bool /*reading*/) { return {}; }

  /// When the system last took a byte, if the carrier knows better than `write` tells.
  [[nodiscard]] virtual clock::time_point last_output() const noexcept { return {}; }

  /// Gives memory back that is only kept for the next output.
  virtual void release_memory() {}

  /// What the log says when messages can pass; empty: that there is a connection.
  [[nodiscard]] virtual std::string opening() const { return {}; }

protected:
  [[nodiscard]] connection_engine& connection() const noexcept { return *connection_; }

private:
  connection_engine* connection_ = nullptr;
};

} // namespace ockam::internal
