#include "outbox.hpp"

#include <algorithm>
#include <optional>

namespace ockam::internal {

namespace {

/// Payloads up to here are copied: one buffer leaves faster than many pieces.
constexpr std::size_t max_copied_payload = 4096;

} // namespace

// -- batches ---------------------------------------------------------------------------------------

void write_batch::content::append_copied(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return;
  if (!pieces.empty() && pieces.back().by_reference.empty()
      && pieces.back().data + pieces.back().size == data)
    pieces.back().size += size;
  else
    pieces.push_back({data, size, {}});
}

void write_batch::append_version() {
  static constexpr std::uint8_t version = tcp_protocol_version;
  auto& to = make();
  to.append_copied(&version, 1);
  to.left = 1;
}

void write_batch::append_message(const message& what, std::size_t size, const stream_format& how,
                                 ref_ptr<ref_counted> destination) {
  auto& to = make();
  const auto& frames = how.frames;
  const auto& form = how.form;
  const bool copied = what.payload().size() <= max_copied_payload;
  const auto head_size = frames.length_size + (copied ? size : form.head_size(what));
  auto* head = to.buffer.grow(head_size);
  auto* behind = put_frame_header(head, size, frames);
  if (copied) {
    form.encode(what, behind);
    to.append_copied(head, head_size);
  } else {
    form.encode_head(what, behind);
    to.append_copied(head, head_size);
    to.pieces.push_back({what.payload().data(), what.payload().size(), what.payload()});
    const auto tail_size = form.tail_size(what);
    auto* tail = to.buffer.grow(tail_size);
    form.encode_tail(what, tail);
    to.append_copied(tail, tail_size);
  }
  if (frames.length_size == 0)
    to.unframed.push_back({size, std::move(destination)});
  ++to.messages;
  to.left += frames.length_size + size;
}

std::size_t write_batch::pieces(bytes_view* to, std::size_t max,
                                std::size_t max_bytes) const noexcept {
  if (!content_)
    return 0;
  const auto& all = content_->pieces;
  std::size_t count = 0;
  auto skip = content_->written;
  for (auto i = content_->next; i < all.size() && count < max && max_bytes > 0; ++i, skip = 0) {
    const auto size = std::min(all[i].size - skip, max_bytes);
    to[count++] = {all[i].data + skip, size};
    max_bytes -= size;
  }
  return count;
}

std::size_t write_batch::next_message_size() noexcept {
  return content_->unframed[content_->next_unframed++].size;
}

void write_batch::advance(std::size_t count) noexcept {
  if (count == 0)
    return;
  auto& all = *content_;
  all.left -= count;
  while (count > 0) {
    const auto rest = all.pieces[all.next].size - all.written;
    if (count < rest) {
      all.written += count;
      return;
    }
    count -= rest;
    ++all.next;
    all.written = 0;
  }
}

void write_batch::clear() noexcept {
  if (!content_)
    return;
  auto& all = *content_;
  all.buffer.clear();
  all.pieces.clear();
  all.held.clear();
  all.unframed.clear();
  all.messages = all.left = all.next = all.written = all.next_unframed = 0;
}

// -- the queue -------------------------------------------------------------------------------------

outbox::outbox(const connection_limits& limits, const stream_format& format,
               ref_ptr<memory_budget> buffers)
  : limits_{limits},
    format_{format},
    buffers_{std::move(buffers)},
    version_due_{format.frames.version_byte} {}

void outbox::written(std::size_t count) noexcept {
  leaving_bytes_.store(leaving_bytes_.load(std::memory_order_relaxed) - count,
                       std::memory_order_relaxed);
  if (buffers_)
    buffers_->give_back(count);
}

/// What was being written is lost, and all that waits but this.
void outbox::forget(std::size_t waiting) noexcept {
  const auto before = pending_bytes();
  waiting_bytes_.store(waiting, std::memory_order_relaxed);
  leaving_bytes_.store(0, std::memory_order_relaxed);
  if (buffers_)
    buffers_->give_back(before - waiting);
}

bool outbox::relieved() const {
  const auto pending = pending_bytes();
  return pending == 0
         || (pending <= limits_.max_pending_bytes / 2
             && (!buffers_ || buffers_->used() <= buffers_->limit() / 2));
}

std::size_t outbox::largest_message() const noexcept {
  return std::min(limits_.max_frame_size, largest_body(format_.frames));
}

/// Whether a message that was made in this node may wait too. One always fits into an empty queue.
result<void> outbox::admit(std::size_t size) const {
  const auto pending = pending_bytes();
  if (pending > 0 && pending + size > limits_.max_pending_bytes)
    return fail(errc::resource_exhausted,
                std::to_string(pending) + " bytes wait to be written (max-pending-bytes is "
                  + std::to_string(limits_.max_pending_bytes)
                  + "); send slower, or wait for the connection to be writable");
  if (pending > 0 && buffers_ && !buffers_->has_room_for(size))
    return fail(errc::resource_exhausted, "the buffers of this node hold "
                                            + std::to_string(buffers_->used())
                                            + " bytes (max-buffer-bytes is "
                                            + std::to_string(buffers_->limit()) + "); send slower");
  return {};
}

result<bool> outbox::push(message& content, const connection_port* watched,
                          ref_ptr<ref_counted> destination) {
  const address own{content.onward_route().front()};
  content = std::move(*std::move(content).pop_front_onward_route());
  std::optional<address> remote;
  if (destination) {
    remote.emplace(content.onward_route().front());
    content = std::move(*std::move(content).pop_front_onward_route());
  }
  const auto size = format_.form.size(content);
  const auto refuse = [&](error why) {
    if (remote)
      content = std::move(content).push_front_onward_route(*remote);
    content = std::move(content).push_front_onward_route(own);
    return fail(std::move(why));
  };
  if (const auto largest = largest_message(); size > largest)
    return refuse(
      {errc::message_too_large, "the message has " + std::to_string(size)
                                  + " bytes, the connection takes " + std::to_string(largest)
                                  + (largest == limits_.max_frame_size ? " (max-frame-size)" : "")
                                  + "; send less at once"});

  std::unique_lock guard{mutex_};
  if (closed_) {
    guard.unlock();
    return refuse({errc::not_found, "the connection is closed; connect again"});
  }
  if (!content.holds_credit())
    if (auto admitted = admit(size); !admitted) {
      guard.unlock();
      return refuse(std::move(admitted.error()));
    }
  if (watched != nullptr) [[unlikely]]
    watched->note_write(content);
  waiting_.append_message(content, size, format_, std::move(destination));
  const auto bytes = format_.frames.length_size + size;
  waiting_bytes_.store(waiting_bytes_.load(std::memory_order_relaxed) + bytes,
                       std::memory_order_relaxed);
  if (buffers_)
    buffers_->take(bytes);
  taken_.store(taken() + 1, std::memory_order_relaxed);
  if (content.holds_credit())
    waiting_.hold(std::move(content));
  return !std::exchange(writer_awake_, true);
}

bool outbox::next_batch(write_batch& done) {
  done.clear(); // may drop last references: not under the lock
  const std::lock_guard guard{mutex_};
  if (std::exchange(version_due_, false)) { // alone: whatever waits, and from whom, comes after it
    done.append_version();
    leaving_bytes_.store(done.size(), std::memory_order_relaxed);
    if (buffers_)
      buffers_->take(done.size());
    return true;
  }
  std::swap(done, waiting_);
  leaving_bytes_.store(done.size(), std::memory_order_relaxed); // first: it is never too little
  waiting_bytes_.store(0, std::memory_order_relaxed);
  if (!done.empty())
    return true;
  writer_awake_ = false;
  notify_drained();
  return false;
}

void outbox::shrink() {
  const std::lock_guard guard{mutex_};
  waiting_.shrink();
}

void outbox::begin_again() {
  const std::lock_guard guard{mutex_};
  version_due_ = format_.frames.version_byte;
  writer_awake_ = true;
  forget(waiting_.size());
}

void outbox::close() {
  const std::lock_guard guard{mutex_};
  closed_ = true;
}

std::size_t outbox::abandon() {
  write_batch dropped; // destroyed without the lock
  const std::lock_guard guard{mutex_};
  closed_ = true;
  abandoned_ = true;
  std::swap(dropped, waiting_);
  forget(0);
  notify_drained();
  return dropped.messages();
}

bool outbox::closed() const {
  const std::lock_guard guard{mutex_};
  return closed_;
}

bool outbox::wait_until_written(std::chrono::milliseconds timeout) const {
  std::unique_lock guard{mutex_};
  if (!drained_)
    drained_ = std::make_unique<std::condition_variable>();
  return drained_->wait_until(guard, moment_after(timeout), [this] {
    return abandoned_ || !writer_awake_;
  }) && !abandoned_;
}

void outbox::notify_drained() const {
  if (drained_)
    drained_->notify_all();
}

} // namespace ockam::internal
