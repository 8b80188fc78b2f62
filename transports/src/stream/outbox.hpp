#pragma once

#include "block_buffer.hpp"
#include "stream_format.hpp"

#include "ockam/actors/transport_port.hpp"
#include "ockam/protocol/memory_budget.hpp"
#include "ockam/transports/connection.hpp"
#include "ockam/transports/limits.hpp"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

namespace ockam::internal {

/// Encoded output that is written in one go: small messages copied one behind the other, large
/// payloads by reference between them. One that was never used, or was shrunk, is a null pointer.
class OCKAM_TRANSPORTS_EXPORT write_batch {
public:
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return content_ ? content_->left : 0; }
  [[nodiscard]] std::size_t messages() const noexcept { return content_ ? content_->messages : 0; }

  /// The next pieces to write, at most `max` of them and `max_bytes`; returns how many.
  std::size_t pieces(bytes_view* to, std::size_t max,
                     std::size_t max_bytes = SIZE_MAX) const noexcept;

  /// Without lengths in the stream: moves on to the next message, whose size it returns, as often as
  /// there are messages.
  std::size_t next_message_size() noexcept;

  /// Where that message goes, as `outbox::push` was told.
  [[nodiscard]] const ref_ptr<ref_counted>& destination() const noexcept {
    return content_->unframed[content_->next_unframed - 1].destination;
  }

  /// `count` bytes of `pieces` have been written.
  void advance(std::size_t count) noexcept;

  /// Gives back what the messages held; keeps the memory for the next batch.
  void clear() noexcept;

  /// Gives the memory back that is only kept for the next batch.
  void shrink() noexcept {
    if (messages() == 0 && empty())
      content_.reset();
  }

private:
  friend class outbox;

  struct piece {
    const std::uint8_t* data; // in buffer, or of by_reference
    std::size_t size;
    shared_bytes by_reference;
  };
  struct unframed_message { // carries no length
    std::size_t size;
    ref_ptr<ref_counted> destination;
  };
  struct content {
    block_buffer buffer;
    std::vector<piece> pieces;
    std::vector<message> held; // keep the credit of the connections they came from until written
    std::vector<unframed_message> unframed;
    std::size_t next_unframed = 0;
    std::size_t messages = 0;
    std::size_t left = 0;
    std::size_t next = 0;    // piece to write
    std::size_t written = 0; // bytes of it

    void append_copied(const std::uint8_t* data, std::size_t size);
  };

  content& make() {
    if (!content_) [[unlikely]]
      content_ = std::make_unique<content>();
    return *content_;
  }
  void append_version();
  void append_message(const message& what, std::size_t size, const stream_format& how,
                      ref_ptr<ref_counted> destination);
  void hold(message&& what) { content_->held.push_back(std::move(what)); }

  std::unique_ptr<content> content_; // most connections are idle
};

/// The output of a connection: takes messages on any thread, hands out batches to one writer.
class OCKAM_TRANSPORTS_EXPORT outbox {
public:
  /// The first batch is the version byte, if there is one. The writer is awake: it takes batches unasked.
  /// @param buffers  what the output of all connections takes together; nullptr: not counted
  outbox(const connection_limits& limits, const stream_format& format,
         ref_ptr<memory_budget> buffers);
  ~outbox() { forget(0); }
  outbox(const outbox&) = delete;
  outbox& operator=(const outbox&) = delete;

  /// Encodes a message whose first onward address is the connection's own.
  /// - errc::not_found           closed
  /// - errc::message_too_large   above `max_frame_size`; nothing else is affected (DEC-14)
  /// - errc::resource_exhausted  too much waits; not for messages of other connections
  /// @param watched      shown the message as it leaves, before anybody can write it; nullptr: nobody
  /// @param destination  of a link to several peers; the second onward address says the same, and does
  ///                     not leave either
  /// @returns whether the writer has to be woken. A refused message is as it was.
  result<bool> push(message& content, const connection_port* watched = nullptr,
                    ref_ptr<ref_counted> destination = {});

  /// Swaps what waits for `done`, which is cleared. False when nothing waits: the next `push`
  /// returns true again.
  bool next_batch(write_batch& done);

  /// Gives memory back that only waits for messages: now and then.
  void shrink();

  /// For a new stream: begins anew, with the version byte before what waits. Only while the writer
  /// is awake.
  void begin_again();

  /// `count` bytes of the batch do not wait any more.
  void written(std::size_t count) noexcept;

  /// No `push` succeeds from now on; what waits can still be taken.
  void close();

  /// The writer will take no more batches: what waits is dropped.
  /// @returns the number of messages
  std::size_t abandon();

  [[nodiscard]] std::uint64_t taken() const noexcept { ///< messages, so far
    return taken_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::size_t pending_bytes() const noexcept {
    return waiting_bytes_.load(std::memory_order_relaxed)
           + leaving_bytes_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] bool overloaded() const noexcept {
    return pending_bytes() > limits_.max_pending_bytes;
  }
  /// Whether senders that were refused may try again: what waits here, and in the whole node, has
  /// fallen to half of its limit, or nothing waits here.
  [[nodiscard]] bool relieved() const;
  [[nodiscard]] bool closed() const;

  /// Waits until nothing is pending or `abandon` was called.
  bool wait_until_written(std::chrono::milliseconds timeout) const;

private:
  [[nodiscard]] std::size_t largest_message() const noexcept;
  [[nodiscard]] result<void> admit(std::size_t size) const;
  void forget(std::size_t waiting) noexcept;

  const connection_limits& limits_;
  const stream_format& format_;
  const ref_ptr<memory_budget> buffers_;
  void notify_drained() const; // with the lock

  mutable std::mutex mutex_;
  mutable std::unique_ptr<std::condition_variable>
    drained_; // of those who wait, if anybody ever did
  write_batch waiting_;
  std::atomic<std::size_t> waiting_bytes_{0}; // changed under the lock
  std::atomic<std::size_t> leaving_bytes_{0}; // of the batch that is being written, by its writer
  std::atomic<std::uint64_t> taken_{0};       // changed under the lock
  bool writer_awake_ = true;
  bool version_due_;
  bool closed_ = false;
  bool abandoned_ = false;
};

} // namespace ockam::internal
