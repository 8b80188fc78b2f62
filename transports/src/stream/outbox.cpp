#include "outbox.hpp"

#include <algorithm>
#include <optional>

namespace ockam::internal {

namespace {

/// Payloads up to here are copied: one buffer leaves faster than many pieces.
constexpr std::size_t max_copied_payload = 4096;

} // namespace

// -- batches ---------------------------------------------------------------------------------------

void write_batch::append_copied(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return;
  if (!pieces_.empty() && pieces_.back().by_reference.empty()
      && pieces_.back().data + pieces_.back().size == data)
    pieces_.back().size += size;
  else
    pieces_.push_back({data, size, {}});
}

void write_batch::append_version() {
  static constexpr std::uint8_t version = tcp_protocol_version;
  append_copied(&version, 1);
  left_ = 1;
}

void write_batch::append_message(const message& content, std::size_t size, const stream_format& how,
                                 ref_ptr<ref_counted> destination) {
  const auto& frames = how.frames;
  const auto& form = how.form;
  const bool copied = content.payload().size() <= max_copied_payload;
  const auto head_size = frames.length_size + (copied ? size : form.head_size(content));
  auto* head = buffer_.grow(head_size);
  auto* behind = put_frame_header(head, size, frames);
  if (copied) {
    form.encode(content, behind);
    append_copied(head, head_size);
  } else {
    form.encode_head(content, behind);
    append_copied(head, head_size);
    pieces_.push_back({content.payload().data(), content.payload().size(), content.payload()});
    const auto tail_size = form.tail_size(content);
    auto* tail = buffer_.grow(tail_size);
    form.encode_tail(content, tail);
    append_copied(tail, tail_size);
  }
  if (frames.length_size == 0)
    unframed_.push_back({size, std::move(destination)});
  ++messages_;
  left_ += frames.length_size + size;
}

std::size_t write_batch::pieces(bytes_view* to, std::size_t max,
                                std::size_t max_bytes) const noexcept {
  std::size_t count = 0;
  auto skip = written_;
  for (auto i = next_; i < pieces_.size() && count < max && max_bytes > 0; ++i, skip = 0) {
    const auto size = std::min(pieces_[i].size - skip, max_bytes);
    to[count++] = {pieces_[i].data + skip, size};
    max_bytes -= size;
  }
  return count;
}

std::size_t write_batch::next_message_size() noexcept {
  return unframed_[next_unframed_++].size;
}

void write_batch::advance(std::size_t count) noexcept {
  left_ -= count;
  while (count > 0) {
    const auto rest = pieces_[next_].size - written_;
    if (count < rest) {
      written_ += count;
      return;
    }
    count -= rest;
    ++next_;
    written_ = 0;
  }
}

void write_batch::clear() noexcept {
  buffer_.clear();
  pieces_.clear();
  held_.clear();
  unframed_.clear();
  messages_ = left_ = next_ = written_ = next_unframed_ = 0;
}

void write_batch::shrink() noexcept {
  buffer_.shrink();
  if (pieces_.empty())
    pieces_.shrink_to_fit();
  if (held_.empty())
    held_.shrink_to_fit();
  if (unframed_.empty())
    unframed_.shrink_to_fit();
}

// -- the queue -------------------------------------------------------------------------------------

outbox::outbox(const connection_limits& limits, const stream_format& format,
               ref_ptr<memory_budget> buffers)
  : limits_{limits},
    format_{format},
    buffers_{std::move(buffers)},
    version_due_{format.frames.version_byte} {}

void outbox::add_pending(std::size_t count) noexcept {
  pending_.fetch_add(count, std::memory_order_relaxed);
  if (buffers_)
    buffers_->take(count);
}

void outbox::written(std::size_t count) noexcept {
  pending_.fetch_sub(count, std::memory_order_relaxed);
  if (buffers_)
    buffers_->give_back(count);
}

void outbox::set_pending(std::size_t count) noexcept {
  const auto before = pending_.exchange(count, std::memory_order_relaxed);
  if (buffers_ && count > before)
    buffers_->take(count - before);
  else if (buffers_ && count < before)
    buffers_->give_back(before - count);
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
  add_pending(format_.frames.length_size + size);
  taken_.store(taken() + 1, std::memory_order_relaxed);
  if (content.holds_credit())
    waiting_.held_.push_back(std::move(content));
  return !std::exchange(writer_awake_, true);
}

bool outbox::next_batch(write_batch& done) {
  done.clear(); // may drop last references: not under the lock
  const std::lock_guard guard{mutex_};
  if (std::exchange(version_due_, false)) { // alone: whatever waits, and from whom, comes after it
    done.append_version();
    add_pending(done.size());
    return true;
  }
  std::swap(done, waiting_);
  set_pending(done.size());
  if (!done.empty())
    return true;
  writer_awake_ = false;
  drained_.notify_all();
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
  set_pending(waiting_.size()); // without what was lost
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
  set_pending(0);
  drained_.notify_all();
  return dropped.messages();
}

bool outbox::closed() const {
  const std::lock_guard guard{mutex_};
  return closed_;
}

bool outbox::wait_until_written(std::chrono::milliseconds timeout) const {
  std::unique_lock guard{mutex_};
  return drained_.wait_for(guard, timeout, [this] { return abandoned_ || !writer_awake_; })
         && !abandoned_;
}

} // namespace ockam::internal
