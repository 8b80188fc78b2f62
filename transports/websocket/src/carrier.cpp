#include "carrier.hpp"

#include "ockam/protocol/time_span.hpp"
#include "ockam/transports/engine/connection_engine.hpp"

#include <algorithm>
#include <utility>

namespace ockam::websocket::detail {

namespace {

/// Bytes of a large message that are read at a time.
constexpr std::size_t read_size = 64u << 10;

/// What the stream collects before it writes; one message may be larger.
constexpr std::size_t max_collected = 256u << 10;

/// A message has a head, a payload and a tail.
constexpr std::size_t max_pieces = 3;

/// Calls what waits, which may destroy the carrier: last in a function.
void call(std::optional<sdk::carrier::on_ready>& waiting, const result<void>& outcome = {}) {
  if (const auto then = std::exchange(waiting, std::nullopt))
    (*then)(outcome);
}

} // namespace

websocket_carrier::websocket_carrier(std::shared_ptr<io_thread> thread,
                                     std::shared_ptr<stream> over,
                                     const keepalive_options& keepalive)
  : thread_{std::move(thread)},
    stream_{std::move(over)},
    keepalive_{keepalive},
    last_sign_{clock::now()} {}

void websocket_carrier::attach(sdk::connection_engine& connection) {
  carrier::attach(connection);
  stream_->attach(*this);
}

// -- waiting ---------------------------------------------------------------------------------------

void websocket_carrier::wait(direction what, on_ready then) {
  const bool is_input = what == direction::input;
  auto& mine = is_input ? state_->input : state_->output;
  mine.emplace(std::move(then));
  if (lost_ || (is_input && has_input()) || (!is_input && leaving_ == 0))
    return thread_->post([state = state_, is_input, lost = lost_] {
      call(is_input ? state->input : state->output,
           lost ? result<void>{fail(*lost)} : result<void>{});
    });
  if (is_input && !reads_)
    read_ahead();
}

/// Into memory of this, not of the inbox: a read goes on when the connection has ended.
void websocket_carrier::read_ahead() {
  reads_ = true;
  if (!in_message_)
    return stream_->read(state_->first, state_);
  if (!state_->more)
    state_->more.reset(new std::uint8_t[read_size]); // not cleared first
  stream_->read({state_->more.get(), read_size}, state_);
}

// -- stream_user -----------------------------------------------------------------------------------

void websocket_carrier::on_read(std::size_t count, bool message_ends) {
  reads_ = false;
  untaken_ = {in_message_ ? state_->more.get() : state_->first.data(), count};
  in_message_ = true;
  message_ended_ = message_ends;
  call(state_->input);
}

/// What seemed to be more is not a whole message: a `read` finds nothing.
void websocket_carrier::on_drained() {
  if (std::exchange(arriving_, false) && state_->input)
    thread_->post([state = state_] { call(state->input); });
}

void websocket_carrier::on_written() {
  if (leaving_ > 0) // otherwise a pong
    call(state_->output);
}

void websocket_carrier::on_lost(error cause) {
  lost_ = std::move(cause);
  const auto state = state_;
  const result<void> outcome = fail(*lost_);
  call(state->input, outcome);
  call(state->output, outcome); // of a connection that has ended, or paused
}

// -- input -----------------------------------------------------------------------------------------

result<sdk::carrier::input> websocket_carrier::read(sdk::inbox& to) {
  if (!has_input())
    return input::nothing;
  while (!untaken_.empty()) {
    const auto room = to.prepare();
    if (room.empty())
      return input::no_room;
    const auto count = std::min(room.size(), untaken_.size());
    std::copy_n(untaken_.begin(), count, room.begin());
    to.commit(count);
    untaken_ = untaken_.subspan(count);
  }
  if (std::exchange(message_ended_, false)) {
    to.end_message();
    in_message_ = false;
    state_->more.reset();
  }
  arriving_ = stream_->has_input();
  return arriving_ ? input::arriving : input::drained;
}

// -- output ----------------------------------------------------------------------------------------

result<sdk::carrier::output> websocket_carrier::write(sdk::write_batch& batch) {
  output done{.written = std::exchange(leaving_, 0)};
  while (!batch.empty() && leaving_ < max_collected) {
    const auto size = batch.next_message_size();
    std::array<bytes_view, max_pieces> pieces;
    std::array<net::const_buffer, max_pieces> buffers;
    const auto count = batch.pieces(pieces.data(), max_pieces, size);
    for (std::size_t i = 0; i < count; ++i)
      buffers[i] = net::const_buffer{pieces[i].data(), pieces[i].size()};
    stream_->write({buffers.data(), count});
    batch.advance(size);
    leaving_ += size;
  }
  if (leaving_ == 0)
    return done;
  done.holds_some = true;
  done.then = output::next::wait; // until `on_written`
  stream_->flush();
  return done;
}

// -- the end ---------------------------------------------------------------------------------------

void websocket_carrier::close(const ending& how) {
  const auto& cause = how.cause;
  state_->input.reset();
  state_->output.reset();
  stream_->detach();
  if (!cause)
    return stream_->close(how.node_stops ? close_code::going_away : close_code::normal, "");
  if (*cause == errc::shutting_down || how.is_stuck)
    return stream_->abort();
  if (*cause == errc::timeout)
    return stream_->close(close_code::policy_violation,
                          in_message_ ? "unfinished message" : "idle");
  stream_->close(close_code::try_again_later, ""); // no memory for a message of this size
}

// -- a silent peer ---------------------------------------------------------------------------------

result<void> websocket_carrier::check(const tick& at, bool reading) {
  at.excuse(last_sign_);
  if (lost_)
    return fail(*lost_);
  if (reading)
    return ask_for_life(at.now);
  show_life(at.now);
  return {};
}

/// Pings a peer that has been silent for long. An error when it has not answered the last ping.
result<void> websocket_carrier::ask_for_life(clock::time_point now) {
  if (pinged_ && stream_->last_input() <= last_sign_) {
    if (!internal::is_over(keepalive_.answer, last_sign_, now))
      return {};
    stream_->abort();
    return fail(errc::timeout, connection().peer() + " did not answer a ping within "
                                 + std::to_string(keepalive_.answer.count()) + " ms (keepalive)");
  }
  pinged_ = internal::is_over(keepalive_.idle, stream_->last_input(), now);
  if (pinged_) {
    last_sign_ = now;
    stream_->ping();
  }
  return {};
}

/// While nothing is read no ping is answered: so that the peer does not give us up.
void websocket_carrier::show_life(clock::time_point now) {
  pinged_ = false;
  if (!internal::is_over(keepalive_.idle, std::max(last_sign_, stream_->last_output()), now)
      || stream_->unsent() > 0)
    return;
  last_sign_ = now;
  stream_->pong();
}

} // namespace ockam::websocket::detail
