#pragma once

#include "byte_stream.hpp"
#include "layer_owner.hpp"

#include "ockam/protocol/bytes.hpp"
#include "ockam/protocol/result.hpp"
#include "ockam/transports/io/watched.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <boost/asio/steady_timer.hpp>

namespace ockam::websocket::detail {

/// Why a WebSocket is closed (RFC 6455, 7.4).
enum class close_code : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  unsupported_data = 1003,
  policy_violation = 1008,
  try_again_later = 1013,
};

/// The user of an open stream. Called on the thread of the stream.
class stream_user {
public:
  virtual ~stream_user() = default;

  /// `count` bytes were read, which end a message or not.
  virtual void on_read(std::size_t count, bool message_ends) = 0;

  /// All that has come was read: the next `on_read` waits for the peer. Called in `read`, or later.
  virtual void on_drained() = 0;

  /// All that was written is with the operating system.
  virtual void on_written() = 0;

  /// The stream has ended.
  virtual void on_lost(error cause) = 0;
};

/// The clients that a server accepts.
struct admission {
  std::string path{};                 // empty: for any
  std::vector<std::string> origins{}; // of pages in browsers
  std::size_t max_request_size;
  std::chrono::milliseconds limit; // for TLS and the request
};

/// One WebSocket from the first byte of its socket to the last: TLS, HTTP, messages, the closing handshake.
/// Everything on its I/O thread, which has to watch it. It lives as long as anything is under way.
class stream final : public std::enable_shared_from_this<stream>,
                     public internal::watched,
                     private layer_owner {
public:
  using on_open = std::function<void(result<void>)>;

  /// @param peer      for texts
  /// @param closing_timeout  for the closing handshake
  /// @param slot      dropped when the socket is closed
  static std::shared_ptr<stream> create(std::unique_ptr<byte_stream> below, std::string peer,
                                        std::size_t max_message_size,
                                        std::chrono::milliseconds closing_timeout,
                                        std::shared_ptr<void> slot = nullptr);
  ~stream() override;

  // -- opening: one of them, then `opened` is called once ------------------------------------------

  void accept(admission rules, on_open opened);
  void connect(const std::string& host, const std::string& target, on_open opened);

  /// Gives up while it is being opened; later without effect. Any thread.
  void cancel_opening();

  // -- open ----------------------------------------------------------------------------------------

  /// `user` is called until `detach`, `close` or `on_lost`.
  void attach(stream_user& user) noexcept { user_ = &user; }
  void detach() noexcept { user_ = nullptr; }

  /// Reads some bytes of one binary message. `owner` of the room is kept: what was asked for may still
  /// come when the user has detached.
  void read(std::span<std::uint8_t> room, std::shared_ptr<const void> owner);

  /// Whether more has come already: the next `read` need not wait.
  [[nodiscard]] bool has_input() const noexcept;

  /// Collects one message, in pieces, which leaves with `flush`. Never waits.
  void write(std::span<const net::const_buffer> message);
  [[nodiscard]] std::size_t unsent() const noexcept;
  void flush();

  /// Gives memory back that is only kept for the next output.
  void shrink();

  void ping();
  void pong(); ///< unasked: we are alive, although we do not read

  [[nodiscard]] clock::time_point last_input() const noexcept { return last_input_; }
  [[nodiscard]] clock::time_point last_output() const noexcept { return last_output_; }

  // -- the end -------------------------------------------------------------------------------------

  /// Sends a close frame behind what was written, waits for that of the peer, and closes.
  void close(close_code why, const std::string& reason);

  // -- watched -------------------------------------------------------------------------------------

  void check_deadlines(const tick& at) override;
  void abort() override; ///< closes the socket

private:
  struct websocket;
  struct request;

  stream(std::unique_ptr<byte_stream> below, std::string peer, std::size_t max_message_size,
         std::chrono::milliseconds closing_timeout, std::shared_ptr<void> slot);

  void input_wanted() override;
  void input_came() override { last_input_ = clock::now(); }
  void output_went() override { last_output_ = clock::now(); }
  void output_done() override;
  void output_failed(const error_code& failed) override { lose(failed); }

  void handshake_below(std::function<void()> then);
  void read_request(std::shared_ptr<request> from);
  void answer(const request& from);
  void refuse(const request& from, unsigned status, std::string why);
  void finish_opening(result<void> outcome);
  void lose(const error_code& failed);
  void tell_user(error cause);
  void linger();
  void limit_closing();
  void wait_until_closed();
  [[nodiscard]] error cause_of(const error_code& failed) const;

  const std::string peer_;
  const std::size_t max_message_size_;
  const std::chrono::milliseconds closing_timeout_;
  std::shared_ptr<void> slot_;
  const std::unique_ptr<websocket> websocket_;
  stream_user* user_ = nullptr;
  on_open opened_;
  clock::time_point deadline_ = clock::time_point::max();
  std::unique_ptr<net::steady_timer>
    closing_timer_; // until the deadline: ticks end with the transport
  clock::time_point last_input_ = clock::now();
  clock::time_point last_output_ = last_input_;
  bool peer_closes_ = false;
  bool ended_ = false; // nothing more is read or written
  bool aborted_ = false;
};

} // namespace ockam::websocket::detail
