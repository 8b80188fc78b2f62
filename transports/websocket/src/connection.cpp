#include "connection.hpp"

#include <algorithm>

#include <boost/asio/post.hpp>

namespace ockam::websocket::detail {

namespace {

/// Messages delivered before the workers that they woke run: so few that those find them in the cache.
constexpr std::size_t max_deliveries = 64;

/// Bytes of a large message that are read at a time.
constexpr std::size_t read_size = 64u << 10;

/// What the stream collects before it writes; one message may be larger.
constexpr std::size_t max_collected = 256u << 10;

/// A message has a head, a payload and a tail.
constexpr std::size_t max_pieces = 3;

/// Memory for output is given back this long after the last one.
constexpr std::chrono::seconds idle_memory{1};

bool over(std::chrono::steady_clock::time_point now, std::chrono::steady_clock::time_point since,
          time_span limit) {
  return internal::is_over(limit, since, now);
}

} // namespace

websocket_connection::websocket_connection(const setup& own, const keepalive_options& keepalive,
                                           std::shared_ptr<io_thread> thread,
                                           std::shared_ptr<stream> over)
  : stream_link{own, internal::websocket_format},
    keepalive_{keepalive},
    thread_{std::move(thread)},
    stream_{std::move(over)} {}

void websocket_connection::start() {
  if (over_)
    return;
  thread_->watch(self());
  stream_->attach(*this);
  announce_connected();
  flush();
  read();
}

// -- input -----------------------------------------------------------------------------------------

/// Into memory of our own: a read goes on when the connection has ended, and its chunks are gone.
void websocket_connection::read() {
  reads_ = true;
  if (!in_message_)
    return stream_->read(first_bytes_, self());
  if (!more_bytes_)
    more_bytes_.reset(new std::uint8_t[read_size]); // not cleared first
  stream_->read({more_bytes_.get(), read_size}, self());
}

void websocket_connection::on_read(std::size_t count, bool message_ends) {
  reads_ = false;
  last_message_ = clock::now();
  untaken_ = {in_message_ ? more_bytes_.get() : first_bytes_.data(), count};
  if (!in_message_)
    message_began_ = last_message_;
  in_message_ = true;
  message_ended_ = message_ends;
  take();
}

/// Takes what has been read.
void websocket_connection::take() {
  has_no_room_ = false;
  while (!untaken_.empty() && !has_no_room_) {
    const auto room = input().prepare();
    const auto count = std::min(room.size(), untaken_.size());
    std::copy_n(untaken_.begin(), count, room.begin());
    input().commit(count);
    untaken_ = untaken_.subspan(count);
    has_no_room_ = room.empty(); // every chunk is held by messages: goes on when one comes back, or
  }                              // there is no memory for a large message: then it ends here
  if (untaken_.empty() && std::exchange(message_ended_, false)) {
    input().end_message();
    in_message_ = false;
    more_bytes_.reset();
    message_began_ = {};
  }
  deliver();
}

/// Delivers some of what has been taken. The workers that it wakes run when nothing more is here, at
/// `on_drained` at the latest; then `read_on` goes on.
void websocket_connection::deliver() {
  auto state = input().deliver(port(), thread_->actor_context());
  if (!state) {
    end(std::move(state.error())); // no memory for a message of this size
    stream_->close(close_code::try_again_later, "");
    return thread_->end_batch();
  }
  left_ = *state;
  if (left_ == internal::inbox::state::wants_bytes && ++delivered_ < max_deliveries
      && stream_->has_input())
    end_delivery();
  else
    run_workers();
}

void websocket_connection::run_workers() {
  delivered_ = 0;
  thread_->end_batch(self());
}

/// The workers may have freed credit, and may have ended this connection.
void websocket_connection::read_on() {
  if (over_)
    return;
  input().release_chunk();
  if (reads_ || paused_)
    return; // they ran late
  if (left_ == internal::inbox::state::wants_bytes)
    end_delivery();
  else if (input().credit_exhausted())
    paused_ = true;
  else
    deliver();
}

/// All that is whole has been delivered.
void websocket_connection::end_delivery() {
  if (has_no_room_)
    paused_ = true;
  else
    read();
}

/// What seemed to be more was not a whole message.
void websocket_connection::on_drained() {
  if (delivered_ > 0)
    net::post(thread_->context(), [me = self()] {
      if (!me->over_)
        me->run_workers();
    });
}

void websocket_connection::wake_reader() {
  if (!is_open()) // the thread may have ended too
    return;
  net::post(thread_->context(), [me = self()] {
    if (me->over_ || !me->paused_)
      return;
    me->paused_ = false;
    me->last_message_ = clock::now(); // a pause of ours is not time that the peer took
    me->message_began_ = me->in_message_ ? me->last_message_ : clock::time_point{};
    me->pinged_ = false;
    me->take();
  });
}

// -- output ----------------------------------------------------------------------------------------

void websocket_connection::wake_writer(compat::execution_context* context) {
  thread_->flush_soon(self(), context);
}

void websocket_connection::flush() {
  if (over_ || writing_)
    return;
  if (batch_.empty()) {
    if (batch_.messages() > 0) {
      batch_written(batch_);
      batch_.clear();
    }
    if (!next_batch(batch_)) {
      if (closing_)
        end(std::nullopt);
      return;
    }
    last_message_ = clock::now();
  }
  while (!batch_.empty() && leaving_ < max_collected) {
    const auto size = batch_.next_message_size();
    std::array<bytes_view, max_pieces> pieces;
    std::array<net::const_buffer, max_pieces> buffers;
    const auto count = batch_.pieces(pieces.data(), max_pieces, size);
    for (std::size_t i = 0; i < count; ++i)
      buffers[i] = net::const_buffer{pieces[i].data(), pieces[i].size()};
    stream_->write({buffers.data(), count});
    batch_.advance(size);
    leaving_ += size;
  }
  writing_ = true; // until `on_written`
  writing_since_ = clock::now();
  stream_->flush();
}

void websocket_connection::on_written() {
  if (!writing_) // a pong
    return;
  const auto keep = self();
  writing_ = false;
  bytes_written(std::exchange(leaving_, 0));
  flush();
}

// -- the end ---------------------------------------------------------------------------------------

void websocket_connection::begin_close() {
  net::post(thread_->context(), [me = self()] {
    me->closing_ = true;
    me->flush();
  });
}

void websocket_connection::go_away() {
  going_away_ = true;
  close();
}

void websocket_connection::on_lost(error cause) {
  end(std::move(cause));
}

void websocket_connection::abort() {
  if (end(error{errc::shutting_down, "the node has stopped"}))
    stream_->abort();
}

/// False when it had ended before.
bool websocket_connection::end(std::optional<error> cause) {
  const auto keep = self();
  if (std::exchange(over_, true))
    return false;
  stream_->detach();
  const bool was_asked_for = !cause;
  finish(std::move(cause), batch_);
  batch_.clear();
  if (was_asked_for)
    stream_->close(going_away_ ? close_code::going_away : close_code::normal, "");
  if (ended_)
    std::exchange(ended_, nullptr)(*this);
  return true;
}

/// Its stream has been asked before: it has been watched for longer.
void websocket_connection::check_deadlines(const tick& at) {
  if (over_)
    return;
  const auto now = at.now;
  for (auto* since : {&last_message_, &message_began_, &last_sign_, &writing_since_})
    at.excuse(*since);
  if (!in_message_)          // otherwise a chunk is being read to
    input().release_chunk(); // if the messages in it are handled by now
  if (!writing_ && over(now, stream_->last_output(), idle_memory)) {
    batch_.shrink();
    output().shrink();
    stream_->shrink();
  }
  const auto late = [this](const char* what, std::chrono::milliseconds limit, const char* option) {
    end(error{errc::timeout, peer() + ' ' + what + " within " + std::to_string(limit.count())
                               + " ms (" + option + ')'});
  };
  if (writing_
      && over(now, std::max(stream_->last_output(), writing_since_), limits().write_deadline)) {
    late("took no byte", limits().write_deadline, "write-deadline");
    stream_->abort();
  } else if (paused_) {
    show_life(now);
  } else if (message_began_ != clock::time_point{}
             && over(now, message_began_, limits().frame_timeout)) {
    late("did not finish a message", limits().frame_timeout, "frame-timeout");
    stream_->close(close_code::policy_violation, "unfinished message");
  } else if (over(now, last_message_, limits().idle_timeout)) {
    late("was idle and sent nothing", limits().idle_timeout, "idle-timeout");
    stream_->close(close_code::policy_violation, "idle");
  } else if (pinged_ && stream_->last_input() <= last_sign_
             && over(now, last_sign_, keepalive_.answer)) {
    late("did not answer a ping", keepalive_.answer, "keepalive");
    stream_->abort();
  } else {
    ask_for_life(now);
  }
}

/// Pings a peer that has been silent for long.
void websocket_connection::ask_for_life(clock::time_point now) {
  if (pinged_ && stream_->last_input() <= last_sign_)
    return;
  pinged_ = over(now, stream_->last_input(), keepalive_.idle);
  if (!pinged_)
    return;
  last_sign_ = now;
  stream_->ping();
}

/// While nothing is read no ping is answered: so that the peer does not give us up.
void websocket_connection::show_life(clock::time_point now) {
  if (!over(now, std::max(last_sign_, stream_->last_output()), keepalive_.idle)
      || stream_->unsent() > 0)
    return;
  last_sign_ = now;
  stream_->pong();
}

} // namespace ockam::websocket::detail
