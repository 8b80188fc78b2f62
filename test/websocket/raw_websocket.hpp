#pragma once

#include "transports/raw_peer.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace ockam::test {

inline constexpr std::uint8_t continuation = 0x0;
inline constexpr std::uint8_t text = 0x1;
inline constexpr std::uint8_t binary = 0x2;
inline constexpr std::uint8_t close = 0x8;
inline constexpr std::uint8_t ping = 0x9;
inline constexpr std::uint8_t pong = 0xa;

/// One frame as it is on the wire; the payload without its mask.
struct ws_frame {
  std::uint8_t opcode = binary;
  bytes payload{};
  bool fin = true;
  std::optional<std::uint32_t> mask{};

  [[nodiscard]] bytes encode() const;
  [[nodiscard]] std::uint16_t close_code() const; ///< 0 for another frame, or without a code
};

/// One that a client sends.
ws_frame masked(std::uint8_t opcode, bytes payload, bool fin = true);

/// A WebSocket whose every byte is written and read as it is; it answers nothing by itself.
class raw_websocket {
public:
  /// A client after its upgrade.
  static raw_websocket connect_to(std::uint16_t port, const std::string& path = "/");

  /// A server after it has agreed to an upgrade; `request` is what it was asked.
  static raw_websocket accept_from(const raw_listener& listener);
  [[nodiscard]] const std::string& request() const noexcept { return request_; }

  void write(const ws_frame& frame) const { peer_.write(frame.encode()); }
  [[nodiscard]] ws_frame read() const; ///< opcode 0xff when nothing comes
  [[nodiscard]] const raw_peer& bytes() const noexcept { return peer_; }
  [[nodiscard]] raw_peer& bytes() noexcept { return peer_; }

private:
  explicit raw_websocket(raw_peer peer) : peer_{std::move(peer)} {}
  raw_peer peer_;
  std::string request_;
};

/// Reads up to the empty line behind an HTTP head.
std::string read_head(const raw_peer& from);

void write_text(const raw_peer& to, const std::string& what);

/// Reads the request of a client and agrees to the upgrade.
/// @returns  the request
std::string agree_to_upgrade(const raw_peer& client);

/// The request of a client that wants to switch; `more` is put behind the fields.
std::string upgrade_request(const std::string& path = "/", const std::string& more = {});

/// The value of Sec-WebSocket-Accept for this request.
std::string accept_for(const std::string& request);

} // namespace ockam::test
