#pragma once

#include "io_thread.hpp"
#include "stream.hpp"

#include "stream/stream_link.hpp"

#include "ockam/transports/websocket.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>

namespace ockam::websocket::detail {

/// One WebSocket connection: moves messages between its stream and the shared machinery.
///
/// Everything that touches the stream runs on the connection's I/O thread.
class websocket_connection final : public internal::stream_link,
                                   public internal::batched_io,
                                   public stream_user,
                                   public internal::watched {
public:
  using on_end = std::function<void(const websocket_connection&)>;

  /// @param over  a stream that is open; its thread is this connection's
  websocket_connection(const setup& own, const keepalive_options& keepalive,
                       std::shared_ptr<io_thread> thread, std::shared_ptr<stream> over);

  /// `ended` is called once, on the I/O thread, when all is over. Before anybody knows of it.
  void set_on_end(on_end ended) { ended_ = std::move(ended); }

  /// Begins to read and write. On the I/O thread.
  void start();

  void go_away() override;

  // -- watched -------------------------------------------------------------------------------------

  void check_deadlines(const tick& at) override;
  void abort() override;

  [[nodiscard]] const std::shared_ptr<io_thread>& thread() const noexcept { return thread_; }

private:
  void wake_writer(compat::execution_context* context) override;
  void wake_reader() override;
  void begin_close() override;

  void on_read(std::size_t count, bool message_ends) override;
  void on_drained() override;
  void on_written() override;
  void on_lost(error cause) override;

  [[nodiscard]] std::shared_ptr<websocket_connection> self() {
    return std::static_pointer_cast<websocket_connection>(shared_from_this());
  }

  void read();
  void take();
  void deliver();
  void run_workers();
  void read_on() override;
  void end_delivery();
  void flush() override; // writes what waits
  void ask_for_life(clock::time_point now);
  void show_life(clock::time_point now);
  bool end(std::optional<error> cause);

  const keepalive_options keepalive_;
  const std::shared_ptr<io_thread> thread_;
  const std::shared_ptr<stream> stream_;
  internal::write_batch batch_; // being written
  std::size_t leaving_ = 0;     // bytes of it that are with the stream
  on_end ended_;
  std::array<std::uint8_t, 1'536> first_bytes_; // of a message: while none comes, no memory is held
  std::unique_ptr<std::uint8_t[]> more_bytes_;  // of a message that has begun
  std::span<const std::uint8_t> untaken_{};     // of either
  std::size_t delivered_ = 0;                   // messages, since workers ran
  internal::inbox::state left_ = internal::inbox::state::wants_bytes; // by the last delivery
  bool has_no_room_ = false;                                          // for input
  bool reads_ = false;                                                // the stream does
  clock::time_point last_message_ = clock::now();                     // in either direction
  clock::time_point message_began_{};
  clock::time_point last_sign_ = last_message_; // ping or pong of ours
  bool pinged_ = false;
  bool in_message_ = false;    // a part of it has been read
  bool message_ended_ = false; // it has been read whole, and not been taken
  bool writing_ = false;
  clock::time_point writing_since_{};
  bool paused_ = false;  // no credit, or no chunk
  bool closing_ = false; // write what waits, then end
  std::atomic<bool> going_away_{false};
  bool over_ = false;
};

} // namespace ockam::websocket::detail
