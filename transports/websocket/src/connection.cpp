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

bool over(watched::clock::time_point now, watched::clock::time_point since, time_span limit) {
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
  if (!in_message_)
    return stream_->read(first_bytes_, self());
  if (!more_bytes_)
    more_bytes_.reset(new std::uint8_t[read_size]); // not cleared first
  stream_->read({more_bytes_.get(), read_size}, self());
}

/// Every chunk is held by messages: goes on when one comes back, unless there is no memory for a large
/// message, which ends the connection.
void websocket_connection::pause_for_memory() {
  if (deliver())
    paused_ = true;
}

void websocket_connection::on_read(std::size_t count, bool message_ends) {
  const auto keep = self(); // what is delivered may end it
  last_message_ = clock::now();
  untaken_ = {in_message_ ? more_bytes_.get() : first_bytes_.data(), count};
  if (!in_message_)
    message_began_ = last_message_;
  in_message_ = true;
  message_ended_ = message_ends;
  go_on();
}

/// Goes on with what has been read, then reads.
void websocket_connection::go_on() {
  while (!untaken_.empty()) {
    const auto room = input().prepare();
    if (room.empty())
      return pause_for_memory();
    const auto count = std::min(room.size(), untaken_.size());
    std::copy_n(untaken_.begin(), count, room.begin());
    input().commit(count);
    untaken_ = untaken_.subspan(count);
  }
  if (std::exchange(message_ended_, false)) {
    input().end_message();
    in_message_ = false;
    more_bytes_.reset();
    message_began_ = {};
  }
  if (deliver())
    read();
}

/// Delivers what has been read, and runs the workers that it wakes when nothing more is here. False
/// when reading stops: the connection has ended, or too much is unhandled.
bool websocket_connection::deliver() {
  for (;;) {
    auto state = input().deliver(port(), &thread_->actors());
    if (!state) {
      end(std::move(state.error())); // no memory for a message of this size
      stream_->close(close_code::try_again_later, "");
      thread_->actors().run_ready();
      return false;
    }
    const bool all = *state == internal::inbox::state::wants_bytes;
    if (all && ++delivered_ < max_deliveries && stream_->has_input())
      return true;      // the workers run later: `on_drained` at the latest
    if (!run_workers()) // may free credit
      return false;
    if (all)
      return true;
    if (input().credit_exhausted()) {
      paused_ = true;
      return false;
    }
  }
}

/// False when the connection has ended.
bool websocket_connection::run_workers() {
  delivered_ = 0;
  thread_->actors().run_ready();
  if (over_)
    return false;
  input().release_chunk();
  return true;
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
    me->go_on();
  });
}

// -- output ----------------------------------------------------------------------------------------

void websocket_connection::wake_writer(compat::execution_context* context) {
  if (context == &thread_->actors() && thread_->is_this_thread())
    thread_->actors().flush_later(self());
  else
    net::post(thread_->context(), [me = self()] { me->flush(); });
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
