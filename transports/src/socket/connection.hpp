#pragma once

#include "../stream/stream_link.hpp"
#include "stream_socket.hpp"

#include "io/io_thread.hpp"

#include "ockam/transports/limits.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include <asio/steady_timer.hpp>

namespace ockam::internal {

/// A connection over a socket: moves bytes between its socket and the shared stream machinery.
///
/// Everything that touches the socket runs on the connection's I/O thread.
class socket_connection final : public stream_link, public watched, public batched_io {
public:
  using on_end = std::function<void(const std::shared_ptr<socket_connection>&)>;

  socket_connection(const setup& own, const stream_format& format,
                    std::shared_ptr<io_thread> thread, stream_socket socket);

  /// Connects again when the connection is lost: `connect` calls back with a socket, or an error,
  /// and returns what cancels it. Before `start`.
  using on_socket = std::function<void(result<stream_socket>)>;
  using reconnector = std::function<std::function<void()>(on_socket)>;
  void set_reconnect(reconnect_policy policy, reconnector connect);

  /// `ended` is called once, on the I/O thread, when all is over; one for many connections. Before
  /// anybody knows of this one.
  void set_on_end(std::shared_ptr<const on_end> ended) { ended_ = std::move(ended); }

  /// Begins to read and write.
  void start();

  [[nodiscard]] const std::shared_ptr<io_thread>& thread() const noexcept { return thread_; }

  // -- watched -------------------------------------------------------------------------------------

  void check_deadlines(const tick& at) override;
  void abort() override { end(error{errc::shutting_down, "the node has stopped"}); }

private:
  struct reconnecting {
    reconnect_policy policy;
    reconnector connect;
    asio::steady_timer pause;
    std::chrono::milliseconds back_off;
    std::function<void()> cancel{}; // an attempt
    clock::time_point connected_since{};
    std::uint64_t frames_before = 0; // that came over earlier sockets
    unsigned attempts = 0;           // since the connection was lost
  };

  void wake_writer(compat::execution_context* context) override;
  void wake_reader() override;
  void begin_close() override;

  [[nodiscard]] std::shared_ptr<socket_connection> self() {
    return std::static_pointer_cast<socket_connection>(shared_from_this());
  }

  void wait_for_input();
  void read();
  void deliver();
  void read_on() override;
  void end_delivery();
  void flush() override; // writes what waits
  std::size_t write_some(std::error_code& failed);
  void wait_until_writable();
  bool greet();
  void end(std::optional<error> cause);
  void lose(const error& cause);
  [[nodiscard]] bool has_lasted();
  void connect_again_later();
  void connect_again();

  const std::shared_ptr<io_thread> thread_;
  stream_socket socket_;
  write_batch batch_; // being written
  std::shared_ptr<const on_end> ended_;
  std::unique_ptr<reconnecting> reconnect_; // of a lasting connection
  unsigned stream_ = 0; // number of the socket: what was begun on an earlier one is ignored
  clock::time_point last_input_ = clock::now(); // or when there was a socket
  clock::time_point frame_began_{};
  std::uint64_t frames_ = 0; // complete ones, when frame_began_ was set
  clock::time_point last_output_ = last_input_;
  bool waits_for_input_ = false;
  int reads_ = 0; // in a row
  bool socket_is_empty_ = false;
  bool has_no_room_ = false; // for input
  inbox::state delivered_ = inbox::state::wants_bytes;
  bool paused_ = false; // no credit, or no chunk
  bool waits_until_writable_ = false;
  bool writes_at_next_tick_ = false;
  bool closing_ = false;        // write what waits, then end
  bool without_socket_ = false; // between two of them
  bool greeted_ = true;         // by the peer, unless the socket is not the first one
  bool over_ = false;
};

} // namespace ockam::internal
