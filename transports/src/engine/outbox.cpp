#include "ockam/transports/engine/outbox.hpp"

#include "ockam/transports/io/event_loop.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace ockam::internal {

namespace {

/// Written requests that are remembered before those that have ended are looked for.
constexpr std::size_t least_sweep = 64;

} // namespace

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

bool outbox::has_room_for(std::size_t size) const noexcept {
  const auto pending = pending_bytes();
  return pending == 0
         || (pending + size <= limits_.max_pending_bytes
             && (!buffers_ || buffers_->used() + size <= buffers_->limit()));
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

/// Whether this message may come in now. With the lock.
result<void> outbox::accept(const message& content, std::size_t size) const {
  if (closed_)
    return fail(errc::connection_closed, "the connection is closed; connect again");
  if (suspension_ && suspension_->active && suspension_->keep_for <= clock::duration::zero())
    return fail(errc::connection_closed,
                "the connection is lost and is being made again, and messages do not wait for it "
                "(reconnect_policy.keep_for is 0); send again when it is connected");
  if (content.request() != nullptr && content.request()->is_given_up())
    return fail(errc::cancelled, "the requester has given up");
  if (content.holds_credit() || content.waited_for_room())
    return {};
  return admit(size);
}

result<bool> outbox::push(message& content, const connection_port* watched,
                          ref_ptr<ref_counted> destination) {
  const encode_options without_own{.skip_hops = destination ? std::size_t{2} : std::size_t{1}};
  const auto size = format_.form.size(content, without_own);
  if (const auto largest = largest_message(); size > largest)
    return fail(errc::message_too_large,
                "the message has " + std::to_string(size) + " bytes, the connection takes "
                  + std::to_string(largest)
                  + (largest == limits_.max_frame_size ? " (max-frame-size)" : "")
                  + "; send less at once");
  if (auto fits = check_limits(content, limits_.decode, without_own.skip_hops); !fits)
    return fail(std::move(fits.error()));

  const std::lock_guard guard{mutex_};
  if (auto accepted = accept(content, size); !accepted)
    return fail(std::move(accepted.error()));
  if (watched != nullptr) [[unlikely]]
    watched->note_write(content, without_own.skip_hops);
  waiting_.append_message(content, without_own, size, format_, std::move(destination));
  const auto bytes = format_.frames.length_size + size;
  waiting_bytes_.store(waiting_bytes_.load(std::memory_order_relaxed) + bytes,
                       std::memory_order_relaxed);
  if (buffers_)
    buffers_->take(bytes);
  taken_.store(taken() + 1, std::memory_order_relaxed);
  const bool suspended = suspension_ && suspension_->active;
  content.occupy(credit_use::output);
  if (content.request() != nullptr || suspended) {
    ref_ptr<pending_request> request{content.request()};
    waiting_.track(std::move(request), std::move(content).take_credit_share(), bytes,
                   suspended ? suspension_->now() : clock::time_point{});
  } else if (content.holds_credit()) {
    waiting_.hold(std::move(content).take_credit_share());
  }
  return !std::exchange(writer_awake_, true);
}

bool outbox::next_batch(write_batch& done) {
  for (;;) {
    done.clear(); // may drop last references: not under the lock
    {
      const std::lock_guard guard{mutex_};
      if (std::exchange(version_due_,
                        false)) { // alone: all queued messages come after it
        done.append_version();
        leaving_bytes_.store(done.size(), std::memory_order_relaxed);
        if (buffers_)
          buffers_->take(done.size());
        return true;
      }
      if (suspension_ && suspension_->active && !closed_)
        return false;
      std::swap(done, waiting_);
      leaving_bytes_.store(done.size(), std::memory_order_relaxed); // first: it is never too little
      waiting_bytes_.store(0, std::memory_order_relaxed);
      if (done.empty()) {
        writer_awake_ = false;
        notify_drained();
        return false;
      }
      remember(done);
    }
    expired_ += remove_given_up(done);
    if (!done.empty())
      return true;
  }
}

std::size_t outbox::remove_given_up(write_batch& unwritten) {
  const auto& content = unwritten.content_;
  if (!content
      || std::ranges::none_of(content->tracked, &write_batch::tracked_message::is_given_up))
    return 0;
  std::vector<write_batch::tracked_message> ended;
  const auto before = unwritten.size();
  unwritten.remove_if([](const auto& each) { return each.is_given_up(); }, ended);
  written(before - unwritten.size());
  return ended.size();
}

/// Requests of a batch that is being written from now on. With the lock.
void outbox::remember(const write_batch& leaving) {
  for (const auto& each : leaving.content_->tracked)
    if (each.request && each.request->is_pending())
      sent_.push_back(each.request);
  if (sent_.size() >= sweep_at_)
    sweep();
}

/// Forgets requests that have ended; as often as there are as many new ones. With the lock.
void outbox::sweep() {
  std::erase_if(sent_, [](const auto& each) { return !each->is_pending(); });
  sweep_at_ = std::max(least_sweep, 2 * sent_.size());
}

void outbox::shrink() {
  const std::lock_guard guard{mutex_};
  waiting_.shrink();
  sweep();
  if (sent_.empty())
    requests{}.swap(sent_);
}

// -- without a stream ------------------------------------------------------------------------------

outbox::clock::time_point outbox::suspension::now() const noexcept {
  return loop != nullptr ? loop->now() : clock::now();
}

void outbox::set_keep_for(clock::duration limit, const event_loop* loop) {
  const std::lock_guard guard{mutex_};
  suspension_ = std::make_unique<suspension>();
  suspension_->keep_for = limit;
  suspension_->loop = loop;
}

outbox::requests outbox::begin_again(clock::time_point now) {
  const std::lock_guard guard{mutex_};
  version_due_ = format_.frames.version_byte;
  writer_awake_ = true;
  forget(waiting_.size());
  if (suspension_ && !suspension_->active) {
    suspension_->active = true;
    suspension_->since = now;
    const auto& waiting = waiting_.content_;
    suspension_->waiting_end = waiting ? waiting->end : 0;
    suspension_->waiting_untracked = waiting ? waiting->messages - waiting->tracked.size() : 0;
  }
  return std::exchange(sent_, {});
}

void outbox::resume() {
  const std::lock_guard guard{mutex_};
  if (suspension_)
    suspension_->active = false;
}

void outbox::excuse(const tick& at) {
  const std::lock_guard guard{mutex_};
  if (!suspension_ || !suspension_->active)
    return;
  at.excuse(suspension_->since);
  if (waiting_.content_)
    for (auto& each : waiting_.content_->tracked)
      at.excuse(each.since);
}

outbox::dropped outbox::expire(clock::time_point now) {
  std::vector<write_batch::tracked_message> removed; // destroyed without the lock
  std::vector<credit_bundle> held;                   // likewise
  dropped all;
  const std::lock_guard guard{mutex_};
  if (!suspension_ || !suspension_->active)
    return all;
  auto& pause = *suspension_;
  const auto is_over = [&](clock::time_point since) { return now - since >= pause.keep_for; };
  const auto before = waiting_.size();
  const auto messages_before = waiting_.messages();
  if (is_over(pause.since))
    held = waiting_.remove_before(std::exchange(pause.waiting_end, 0),
                                  std::exchange(pause.waiting_untracked, 0), removed);
  waiting_.remove_if(
    [&](const write_batch::tracked_message& each) {
      return each.is_given_up() || (each.at >= pause.waiting_end && is_over(each.since));
    },
    removed);
  waiting_bytes_.store(waiting_.size(), std::memory_order_relaxed);
  if (buffers_)
    buffers_->give_back(before - waiting_.size());
  all.messages = messages_before - waiting_.messages();
  for (const auto& each : removed)
    if (each.request)
      all.requests.push_back(each.request);
  return all;
}

// -- the end ---------------------------------------------------------------------------------------

void outbox::close() {
  const std::lock_guard guard{mutex_};
  closed_ = true;
}

outbox::dropped outbox::abandon() {
  write_batch waiting; // destroyed without the lock
  dropped all;
  {
    const std::lock_guard guard{mutex_};
    closed_ = true;
    abandoned_ = true;
    std::swap(waiting, waiting_);
    all.requests = std::exchange(sent_, {});
    forget(0);
    notify_drained();
  }
  all.messages = waiting.messages();
  if (waiting.content_)
    for (auto& each : waiting.content_->tracked)
      if (each.request)
        all.requests.push_back(std::move(each.request));
  return all;
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
