#pragma once

#include "ockam/protocol/bytes.hpp"
#include "ockam/protocol/detail/buffer_pool.hpp"
#include "ockam/protocol/detail/export.hpp"
#include "ockam/protocol/result.hpp"
#include "ockam/protocol/shared_bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace ockam {

/// How a byte stream delimits messages (docs/wire_format.md, "TCP stream", "Unix socket stream").
///
///     version   u8         once, always 1, sent at once by both sides
///     frame*    length     big-endian, in bytes
///               body       that many bytes
struct stream_framing {
  /// Bytes of a length, 2 or 4. 0: no length, the carrier knows where a body ends.
  std::size_t length_size = 4;
  bool version_byte = true;
};

inline constexpr stream_framing tcp_framing{.length_size = 4, .version_byte = true};
inline constexpr stream_framing uds_framing{.length_size = 2, .version_byte = false};
inline constexpr stream_framing no_framing{.length_size = 0, .version_byte = false};

inline constexpr std::uint8_t tcp_protocol_version = 1;
inline constexpr std::size_t frame_header_size = tcp_framing.length_size;

/// Bytes of the largest body that a length can express; unlimited without lengths.
[[nodiscard]] constexpr std::size_t largest_body(const stream_framing& how) noexcept {
  return how.length_size == 2 ? 0xffff : 0xffff'ffff;
}

/// Bytes of the largest body that peers accept.
inline constexpr std::size_t default_max_frame_size = 16u << 20;

inline constexpr std::size_t default_chunk_size = 64u << 10;

/// Writes the length of a body, if the framing has lengths, and returns the position behind it.
inline std::uint8_t* put_frame_header(std::uint8_t* to, std::size_t length,
                                      const stream_framing& how = tcp_framing) noexcept {
  for (auto left = how.length_size; left > 0; --left)
    *to++ = static_cast<std::uint8_t>(length >> 8 * (left - 1));
  return to;
}

/// Splits a byte stream into frame bodies without copying them.
///
/// Performs no I/O: the caller reads into `prepare()`, reports the size with `commit`, and takes
/// bodies with `next` until there are none. Any split of the same stream yields the same bodies.
///
///     for (;;) {
///       auto room = decoder.prepare();
///       if (room.empty()) { /* read no more until the pool has a chunk again */ }
///       decoder.commit(read(socket, room));
///       while (auto body = decoder.next()) ...
///     }
///
/// A body refers to the chunk it was read into, and its bytes are never overwritten. A body larger
/// than a chunk gets its own memory, which grows with the bytes received, not with the length
/// claimed: less than twice the bytes received, or 64 KiB. Not thread-safe; the bodies are.
class OCKAM_PROTOCOL_EXPORT frame_decoder {
public:
  /// @param pool            the source of chunks; not null
  /// @param max_frame_size  bytes of the largest accepted body
  explicit frame_decoder(ref_ptr<buffer_pool> pool,
                         std::size_t max_frame_size = default_max_frame_size,
                         const stream_framing& how = tcp_framing);

  frame_decoder(frame_decoder&&) noexcept;
  frame_decoder& operator=(frame_decoder&&) noexcept;
  ~frame_decoder();

  /// The memory to read the next bytes into. Call `next` until it returns nothing first.
  ///
  /// Empty when the pool has no free chunk, and after a failure. Valid until the next call.
  [[nodiscard]] std::span<std::uint8_t> prepare();

  /// Reports that the first `count` bytes of `prepare()` were read.
  void commit(std::size_t count) noexcept;

  /// Marks the end of a body (`no_framing`): the committed bytes that are not taken yet. Take it
  /// before reading more.
  void end_body() noexcept { body_ended_ = true; }

  /// Copies as many bytes as fit into `prepare()` and returns their number.
  std::size_t feed(bytes_view received);

  /// Takes an expected version byte if it was received, as `next` does first. Check
  /// `version_received` afterwards.
  /// - errc::unsupported_protocol_version  the first byte is not 1
  [[nodiscard]] result<void> read_version();

  /// Removes and returns the next body, or `nullopt` if more bytes are needed. An empty body is a
  /// frame of length 0, to be ignored.
  ///
  /// Errors are final: report them and close the connection.
  /// - errc::unsupported_protocol_version  the first byte is not 1
  /// - errc::frame_too_large               length > max_frame_size; nothing was allocated
  /// - errc::resource_exhausted            no budget left for a large body
  [[nodiscard]] result<std::optional<shared_bytes>> next();

  // -- for deadlines and the end of the stream; valid when `next` returns nothing ------------------

  /// Whether the version byte was received, or none is expected.
  [[nodiscard]] bool version_received() const noexcept { return !version_expected_; }

  /// Whether a part of a frame was received.
  [[nodiscard]] bool in_frame() const noexcept {
    return static_cast<bool>(large_) || read_ != written_;
  }

  /// Whether the stream may end here; otherwise its end is errc::truncated.
  [[nodiscard]] bool at_boundary() const noexcept { return version_received() && !in_frame(); }

  /// The number of missing bytes of the frame in progress, as far as known; 0 without lengths.
  [[nodiscard]] std::size_t wanted() const noexcept;

  /// Returns the chunk if it holds no part of a frame: an idle connection needs none.
  void release_chunk() noexcept;

  /// As `release_chunk`, but keeps a chunk that bodies refer to: later bytes fit behind them, so
  /// that a stored small message does not occupy a chunk alone.
  void release_unshared_chunk() noexcept {
    if (chunk_ && chunk_->unique())
      release_chunk();
  }

private:
  class large_body;

  [[nodiscard]] result<std::optional<shared_bytes>> next_without_length();
  [[nodiscard]] bool length_received() const noexcept {
    return framing_.length_size > 0 && written_ - read_ >= framing_.length_size;
  }
  [[nodiscard]] std::size_t announced_length() const noexcept; ///< once `length_received`
  [[nodiscard]] bool needs_own_memory(std::size_t chunk_size) const noexcept;
  bool make_room();
  void move_to_own_memory();
  std::span<std::uint8_t> room_in_own_memory();
  void fail_for_want_of_memory();
  [[nodiscard]] shared_bytes take_large_body();
  tl::unexpected<error> fail_for_size(std::size_t length);

  ref_ptr<buffer_pool> pool_;
  std::size_t max_frame_size_;
  stream_framing framing_;
  ref_ptr<chunk> chunk_;
  std::size_t read_ = 0;    // in chunk_: bytes before are consumed
  std::size_t written_ = 0; // in chunk_: bytes behind are free
  ref_ptr<large_body> large_;
  std::unique_ptr<const error> failed_; // rare, so a pointer
  bool version_expected_;
  bool body_ended_ = false; // by `end_body`
};

} // namespace ockam
