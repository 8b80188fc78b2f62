#pragma once

#include "ockam/actors/transport/connection_port.hpp"
#include "ockam/protocol/detail/memory_budget.hpp"
#include "ockam/protocol/detail/pending_request.hpp"
#include "ockam/protocol/detail/tick.hpp"
#include "ockam/transports/engine/write_batch.hpp"
#include "ockam/transports/limits.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

namespace ockam::internal {

class event_loop;

/// The output of a connection: takes messages on any thread, hands out batches to one writer.
class OCKAM_TRANSPORTS_EXPORT outbox {
public:
  using clock = write_batch::clock;
  using requests = std::vector<ref_ptr<pending_request>>;

  /// Messages that were taken and are not going to be written, and the requests among them.
  struct dropped {
    std::size_t messages = 0;
    outbox::requests requests{};
  };

  /// The first batch is the version byte, if there is one. The writer is awake: it takes batches unasked.
  /// @param buffers  what the output of all connections takes together; nullptr: not counted
  outbox(const connection_limits& limits, const stream_format& format,
         ref_ptr<memory_budget> buffers);
  ~outbox() { forget(0); }
  outbox(const outbox&) = delete;
  outbox& operator=(const outbox&) = delete;

  /// Encodes a message without its first onward address, which is the connection's own.
  /// - errc::connection_closed   closed, or without a stream while `keep_for` is 0
  /// - errc::message_too_large   above `max_frame_size`; nothing else is affected
  /// - errc::route_too_long, errc::address_too_long  no peer with these limits takes it; likewise
  /// - errc::resource_exhausted  too much waits; not for messages that a connection's credit pays for
  /// - errc::cancelled           a request whose requester has given up
  /// @param watched      shown the message as it leaves, before any thread can write it; nullptr: none
  /// @param destination  of a link to several peers; the second onward address says the same, and is
  ///                     not encoded either
  /// @returns whether the writer has to be woken. Of a message that is taken, its credit is moved; a
  ///          refused one is not changed.
  result<bool> push(message& content, const connection_port* watched = nullptr,
                    ref_ptr<ref_counted> destination = {});

  /// Swaps what waits for `done`, which is cleared. False when nothing waits: the next `push`
  /// returns true again. Also false before `resume`; then the writer stays awake. Leaves out requests
  /// that were given up while they waited.
  bool next_batch(write_batch& done);

  /// How many `next_batch` left out since the last call. For the writer.
  std::size_t take_expired() noexcept { return std::exchange(expired_, 0); }

  /// Takes requests that were given up out of a batch that could not be written for a while.
  /// @returns how many
  std::size_t remove_given_up(write_batch& unwritten);

  /// Gives memory back that only waits for messages: now and then.
  void shrink();

  // -- for a link that gets another stream when one is lost ----------------------------------------

  /// How long messages wait for another stream; without end by default.
  /// @param loop  that has the time; nullptr: that of the system. Not used in the destructor.
  void set_keep_for(clock::duration limit, const event_loop* loop = nullptr);

  /// The stream is lost: begins anew, with the version byte. What waits stays until `resume`. Only
  /// while the writer is awake.
  /// @returns the requests that were written, or were being written, and cannot be answered now
  requests begin_again(clock::time_point now);

  /// There is a peer again: the writer takes what waits.
  void resume();

  /// A pause of ours is not time without a stream.
  void excuse(const tick& at);

  /// Drops what has waited for a stream for too long.
  dropped expire(clock::time_point now);

  /// `count` bytes of the batch do not wait any more.
  void written(std::size_t count) noexcept;

  /// No `push` succeeds from now on; what waits can still be taken.
  void close();

  /// The writer will take no more batches: what waits is dropped.
  /// @returns what was dropped, and in its requests also those that were written
  dropped abandon();

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
  /// Whether a message of this size, made in this node, would be taken now.
  [[nodiscard]] bool has_room_for(std::size_t size) const noexcept;
  /// Whether senders that were refused may try again: what waits here, and in the whole node, has
  /// fallen to half of its limit, or nothing waits here.
  [[nodiscard]] bool relieved() const;
  [[nodiscard]] bool closed() const;

  /// Waits until nothing is pending or `abandon` was called.
  bool wait_until_written(std::chrono::milliseconds timeout) const;

private:
  [[nodiscard]] std::size_t largest_message() const noexcept;
  [[nodiscard]] result<void> admit(std::size_t size) const;
  [[nodiscard]] result<void> accept(const message& content, std::size_t size) const;
  void forget(std::size_t waiting) noexcept;
  void remember(const write_batch& leaving);
  void sweep();
  void notify_drained() const; // with the lock

  /// A link without a stream, for now.
  struct suspension {
    clock::duration keep_for = clock::duration::max();
    const event_loop* loop = nullptr;
    bool active = false;
    clock::time_point since{};
    std::size_t waiting_end = 0;       // what waited at that time ends here
    std::size_t waiting_untracked = 0; // messages of it

    [[nodiscard]] clock::time_point now() const noexcept;
  };

  const connection_limits& limits_;
  const stream_format& format_;
  const ref_ptr<memory_budget> buffers_;

  mutable std::mutex mutex_;
  mutable std::unique_ptr<std::condition_variable>
    drained_; // of waiting threads, if there ever were any
  write_batch waiting_;
  requests sent_; // and not known to have ended
  std::size_t sweep_at_ = 0;
  std::size_t expired_ = 0;                   // the writer's
  std::unique_ptr<suspension> suspension_;    // of a lasting connection
  std::atomic<std::size_t> waiting_bytes_{0}; // changed under the lock
  std::atomic<std::size_t> leaving_bytes_{0}; // of the batch that is being written, by its writer
  std::atomic<std::uint64_t> taken_{0};       // changed under the lock
  bool writer_awake_ = true;
  bool version_due_;
  bool closed_ = false;
  bool abandoned_ = false;
};

} // namespace ockam::internal
