#pragma once

#include "ockam/actors/transport/connection_port.hpp"
#include "ockam/protocol/wire/frame.hpp"
#include "ockam/transports/detail/export.hpp"
#include "ockam/transports/engine/receive_credit.hpp"
#include "ockam/transports/engine/stream_format.hpp"
#include "ockam/transports/limits.hpp"

namespace ockam::sdk {

/// The input of a connection: bytes in, messages out, while there is credit. For one thread at a time.
class OCKAM_TRANSPORTS_EXPORT inbox {
public:
  /// @param reader  woken, by any thread, when there is memory again: read on
  inbox(const connection_limits& limits, const stream_format& format,
        ref_ptr<receive_credit> credit, ref_ptr<capacity_listener> reader,
        ref_ptr<memory_budget> buffers);

  /// For a new stream, or at the end: forgets the bytes of an unfinished message, with the memory that
  /// they are in, and expects a version byte.
  void begin_again();

  enum class state : std::uint8_t {
    wants_bytes, // every complete message was passed on
    no_credit,   // complete messages are left, but too many are unhandled
    has_more,    // complete messages are left: `max` were passed on
  };

  /// Where to read to; empty while all chunks are in use: then the reader is woken.
  std::span<std::uint8_t> prepare() { return decoder_.prepare(); }
  void commit(std::size_t count) noexcept { decoder_.commit(count); }

  /// Without lengths in the stream: the bytes committed since the last message are one.
  void end_message() noexcept { decoder_.end_body(); }

  /// Passes the complete messages to `port`, at most `max` of them, while there is credit.
  /// An error is final: close the connection.
  [[nodiscard]] result<state> decode(connection_port& port, compat::execution_context* context,
                                     std::size_t max);

  /// Whether decoding has to wait; then the reader is woken.
  [[nodiscard]] bool credit_exhausted() noexcept { return credit_->exhausted(); }

  /// As `frame_decoder::read_version`.
  [[nodiscard]] result<void> read_version() { return decoder_.read_version(); }
  [[nodiscard]] bool version_received() const noexcept { return decoder_.version_received(); }
  [[nodiscard]] std::uint64_t frames() const noexcept { return frames_; } ///< so far
  [[nodiscard]] bool in_frame() const noexcept { return decoder_.in_frame(); }

  /// An idle connection needs no chunk: called after a batch of input and now and then.
  void release_chunk() noexcept { decoder_.release_unshared_chunk(); }

  [[nodiscard]] std::size_t chunks_in_use() const { return pool_->in_use(); }

private:
  const connection_limits& limits_;
  const stream_format& format_;
  const ref_ptr<receive_credit> credit_;
  ref_ptr<buffer_pool> pool_;
  frame_decoder decoder_;
  std::uint64_t frames_ = 0;
};

} // namespace ockam::sdk
