#pragma once

#include "ockam/protocol/detail/credit.hpp"
#include "ockam/protocol/detail/pending_request.hpp"
#include "ockam/protocol/message.hpp"
#include "ockam/transports/detail/export.hpp"
#include "ockam/transports/engine/block_buffer.hpp"
#include "ockam/transports/engine/stream_format.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace ockam::sdk {

/// Encoded output that is written at once: small messages copied one behind the other, large payloads by
/// reference between them. Unused or shrunk, it holds no memory.
class OCKAM_TRANSPORTS_EXPORT write_batch {
public:
  using clock = std::chrono::steady_clock;

  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return content_ ? content_->left : 0; }
  [[nodiscard]] std::size_t messages() const noexcept { return content_ ? content_->messages : 0; }

  /// The next pieces to write, at most `max` of them and `max_bytes`; returns how many.
  std::size_t pieces(bytes_view* to, std::size_t max,
                     std::size_t max_bytes = SIZE_MAX) const noexcept;

  /// Without lengths in the stream: moves on to the next message, whose size it returns, as often as
  /// there are messages.
  std::size_t next_message_size() noexcept;

  /// The destination of that message, as given to `outbox::push`.
  [[nodiscard]] const ref_ptr<ref_counted>& destination() const noexcept {
    return content_->unframed[content_->next_unframed - 1].destination;
  }

  /// `count` bytes of `pieces` have been written.
  void advance(std::size_t count) noexcept;

  /// Releases the credit of the messages; keeps the memory for the next batch.
  void clear() noexcept;

  /// Frees the memory that is only kept for the next batch.
  void shrink() noexcept {
    if (messages() == 0 && empty())
      content_.reset();
  }

private:
  friend class outbox;

  struct piece {
    std::size_t at;           // its place in the stream of the batch
    const std::uint8_t* data; // in buffer, or of by_reference
    std::size_t size;
    shared_bytes by_reference;
  };
  struct unframed_message { // carries no length
    std::size_t at;
    std::size_t size;
    ref_ptr<ref_counted> destination;
  };
  /// A request, or a message that may expire.
  struct tracked_message {
    std::size_t at;
    std::size_t size;
    credit_share credit; // until the batch is written
    ref_ptr<pending_request> request;
    clock::time_point since{}; // only while there is no stream

    [[nodiscard]] bool is_given_up() const noexcept { return request && request->is_given_up(); }
  };
  struct range { // of the stream of the batch: whole messages
    std::size_t from;
    std::size_t to;
  };
  struct content {
    block_buffer buffer;
    std::vector<piece> pieces;
    std::vector<tracked_message> tracked;
    std::vector<credit_bundle> held; // of messages that are not tracked, until the batch is written
    std::vector<unframed_message> unframed;
    std::size_t next_unframed = 0;
    std::size_t messages = 0;
    std::size_t end = 0; // of the stream of the batch, cut messages included
    std::size_t left = 0;
    std::size_t next = 0;    // piece to write
    std::size_t written = 0; // bytes of it

    void append_copied(const std::uint8_t* data, std::size_t size);
    void append_reference(const shared_bytes& data);
    [[nodiscard]] std::size_t position() const noexcept; // of what is not begun
    void cut(const std::vector<range>& ranges);
  };

  content& make() {
    if (!content_) [[unlikely]]
      content_ = std::make_unique<content>();
    return *content_;
  }
  void append_version();
  /// @param size  what the format says of `what` with these options
  void append_message(const message& what, encode_options options, std::size_t size,
                      const stream_format& format, ref_ptr<ref_counted> destination);

  /// Follows the message that was appended last.
  void track(ref_ptr<pending_request> request, credit_share credit, std::size_t size,
             clock::time_point since);

  /// Keeps the credit of the message that was appended last.
  void hold(credit_share credit);

  /// Removes the tracked messages that `expired` selects and of which no byte is written; moves them
  /// to `removed`.
  void remove_if(const std::function<bool(const tracked_message&)>& expired,
                 std::vector<tracked_message>& removed);

  /// Removes all messages in front of a place in the stream of the batch.
  /// @param untracked  how many of them are not tracked, among which are all that are held; the
  ///                   others are moved to `removed`
  /// @returns what they held
  std::vector<credit_bundle> remove_before(std::size_t place, std::size_t untracked,
                                           std::vector<tracked_message>& removed);

  std::unique_ptr<content> content_; // most connections are idle
};

} // namespace ockam::sdk
