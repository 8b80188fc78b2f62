#pragma once

#include "protocol/hex.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ockam::test {

/// `hex` of the vector with this name in test/data.
bytes wire_vector(std::string_view name);

/// A descriptor of this process.
class descriptor {
public:
  explicit descriptor(int number = -1) noexcept : number_{number} {}
  descriptor(descriptor&& other) noexcept;
  descriptor& operator=(descriptor&& other) noexcept;
  ~descriptor();
  [[nodiscard]] int number() const noexcept { return number_; }
  void close() noexcept;

private:
  int number_;
};

/// A peer that is no node: a TCP socket on which every byte is written and read as it is.
class raw_peer {
public:
  raw_peer(); ///< not connected yet
  explicit raw_peer(descriptor socket);
  void connect(std::uint16_t port) const;
  static raw_peer connect_to(std::uint16_t port);

  void write(bytes_view data) const;

  /// `count` bytes; fewer when the stream ends before, or nothing comes for a long time.
  [[nodiscard]] bytes read(std::size_t count) const;

  /// Reads until the other side closes, in order or not. False when it does not.
  [[nodiscard]] bool is_closed() const;

  /// Whether the other side is open and silent for this long.
  [[nodiscard]] bool is_silent(std::chrono::milliseconds span) const;

  void shut_down_writing() const;
  void shut_down() const noexcept; ///< both directions; a `read` of another thread returns
  void close_at_once();            ///< with a reset
  void close() { socket_.close(); }
  [[nodiscard]] int option(int level, int name) const;
  [[nodiscard]] std::uint16_t local_port() const;
  [[nodiscard]] int number() const noexcept { return socket_.number(); }

private:
  descriptor socket_;
};

/// Accepts raw peers on a free port of 127.0.0.1.
class raw_listener {
public:
  /// @param small_buffers  as little as possible is received without being read
  explicit raw_listener(int backlog = 16, bool small_buffers = false);
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] raw_peer accept() const;
  [[nodiscard]] raw_peer accept_for_ever() const;
  /// Nothing when none comes in this time.
  [[nodiscard]] std::optional<raw_peer> accept_within(std::chrono::milliseconds limit) const;

private:
  descriptor socket_;
  std::uint16_t port_ = 0;
};

} // namespace ockam::test
