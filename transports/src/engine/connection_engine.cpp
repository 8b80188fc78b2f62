#include "ockam/transports/engine/connection_engine.hpp"

#include "ockam/protocol/text.hpp"
#include "ockam/protocol/time_span.hpp"

#include <algorithm>
#include <utility>

namespace ockam::internal {

namespace {

/// Reads in a row before other connections get their turn.
constexpr int max_reads = 8;

/// Messages decoded before the workers that they wake run: so few that those find them in the cache.
constexpr std::size_t max_decoded = 64;

/// Writes in a row before other connections get their turn.
constexpr int max_writes = 16;

/// Memory for output is given back this long after the last one, that of the carrier later.
constexpr std::chrono::milliseconds idle_memory{100};
constexpr std::chrono::seconds idle_carrier_memory{1};

} // namespace

connection_engine::connection_engine(const setup& own, const stream_format& format,
                                     std::shared_ptr<event_loop> loop,
                                     std::unique_ptr<carrier> over)
  : link{own, format},
    loop_{std::move(loop)},
    carrier_{std::move(over)},
    input_{limits(), format, credit(), reader(), own.buffers},
    last_input_{loop_->now()},
    last_output_{last_input_} {
  carrier_->attach(*this);
}

connection_engine::~connection_engine() = default;

void connection_engine::start() {
  later([](connection_engine& me) {
    me.loop_->watch(me.self());
    if (me.reconnect_)
      me.reconnect_->begin(me.loop_->now(), 0);
    me.announce_connected();
    me.flush(); // begins with the version byte
    me.wait_for_input();
  });
}

/// Takes `step` on the thread of the loop, unless the connection has ended before.
template <class Step>
void connection_engine::later(Step step) {
  loop_->post([me = self(), step] {
    if (me->current_phase() != phase::closed)
      step(*me);
  });
}

// -- waiting for the carrier -----------------------------------------------------------------------

void connection_engine::wait(carrier::direction what) {
  carrier_->wait(what, {self(), what, carrier_number_});
}

void connection_engine::on_ready(carrier::direction what, const result<void>& outcome) {
  const bool is_input = what == carrier::direction::input;
  (is_input ? waits_for_input_ : waits_until_writable_) = false;
  if (!outcome)
    return end(outcome.error());
  if (is_input) {
    reads_ = 0;
    return paused_ || workers_run_ ? void() : read(); // what has been read before comes first
  }
  remove_given_up(batch_);
  flush();
  if (decoded_ == 0) // otherwise the batch of input ends soon, and its workers run once
    loop_->end_batch(nullptr);
}

std::string connection_engine::opening() const {
  auto own = carrier_ ? carrier_->opening() : std::string{};
  return own.empty() ? link::opening() : own;
}

// -- input -----------------------------------------------------------------------------------------

void connection_engine::wait_for_input() {
  if (carrier_ && !paused_ && !std::exchange(waits_for_input_, true))
    wait(carrier::direction::input);
}

void connection_engine::read() {
  const auto outcome = carrier_->read(input_);
  if (!outcome)
    return end(outcome.error());
  read_ = *outcome;
  switch (read_) {
    case carrier::input::nothing:
      return decoded_ > 0 ? end_input_batch() : wait_for_input();
    case carrier::input::ended:
      return end(input_.in_frame() || !input_.version_received()
                   ? error{errc::truncated, escaped(peer()) + " closed in the middle of a message"}
                   : error{errc::closed_by_peer, escaped(peer()) + " closed the connection"});
    case carrier::input::no_room:
      return decode(); // ends the connection when there is no memory for a large frame
    case carrier::input::drained:
    case carrier::input::more:
    case carrier::input::arriving:
      break;
  }
  last_input_ = loop_->now();
  if (read_ == carrier::input::drained)
    wait_for_input(); // here: outside a handler of the loop it takes memory
  if (greet())
    decode();
}

/// A peer that was lost is there again when its version byte is: not everything that accepts a socket
/// is a node. False when the connection has ended.
bool connection_engine::greet() {
  if (greeted_)
    return true;
  if (auto read = input_.read_version(); !read) {
    end(std::move(read.error()));
    return false;
  }
  greeted_ = input_.version_received();
  if (greeted_) {
    announce_connected(reconnect_->take_attempts());
    flush();
  }
  return carrier_ != nullptr;
}

/// Passes on some of what has been read.
void connection_engine::decode() {
  const auto before = input_.frames();
  auto state = carrier_->decode(input_, loop_->actor_context(), max_decoded - decoded_);
  if (!state) {
    end(std::move(state.error()));
    return loop_->end_batch(nullptr);
  }
  left_ = *state;
  decoded_ += input_.frames() - before;
  const bool more_arrives = left_ == inbox::state::wants_bytes && read_ == carrier::input::arriving;
  if (!more_arrives || decoded_ >= max_decoded)
    return end_input_batch();
  note_frame();
  wait_for_input();
}

/// Lets the workers of the batch run; then the loop calls `read_on`.
void connection_engine::end_input_batch() {
  decoded_ = 0;
  workers_run_ = true;
  loop_->end_batch(self());
}

/// The workers may have freed credit, and may have ended this connection.
void connection_engine::read_on() {
  workers_run_ = false;
  if (!carrier_)
    return;
  if (left_ != inbox::state::wants_bytes) {
    paused_ = left_ == inbox::state::no_credit && input_.credit_exhausted();
    return paused_ ? void() : decode();
  }
  note_frame();
  if (read_ == carrier::input::no_room)
    paused_ = true;
  else if (read_ == carrier::input::more && ++reads_ < max_reads)
    read();
  else
    wait_for_input();
}

/// All that is whole has been passed on; a part of a frame may be left.
void connection_engine::note_frame() {
  if (!input_.in_frame()) {
    frame_began_ = {};
    input_.release_chunk();
  } else if (frame_began_ == clock::time_point{} || frames_ != input_.frames()) {
    frame_began_ = last_input_;
    frames_ = input_.frames();
  }
}

void connection_engine::wake_reader() {
  if (!is_open()) // the loop may have ended too
    return;
  later([](connection_engine& me) {
    if (me.read_ == carrier::input::no_room)
      me.read_ = carrier::input::more; // also before `read_on`, which would pause for it
    if (!me.carrier_ || !std::exchange(me.paused_, false))
      return;
    me.last_input_ = me.loop_->now(); // a pause of ours is not time that the peer took
    me.frame_began_ = {};
    me.decode();
  });
}

// -- output ----------------------------------------------------------------------------------------

result<void> connection_engine::push(routed_message& content, execution_context* context) {
  if (!addressing_)
    return link::push(content, context);
  auto chosen = addressing_->choose(content.local_message());
  if (!chosen)
    return fail(std::move(chosen.error()));
  return chosen->waits ? result<void>{} : push_to(std::move(chosen->destination), content, context);
}

void connection_engine::push_late(message& content, result<ref_ptr<ref_counted>> destination) {
  const auto pushed = destination ? output().push(content, port().observed() ? &port() : nullptr,
                                                  std::move(*destination))
                                  : result<bool>{fail(std::move(destination.error()))};
  if (!pushed)
    lose(reason_of_refusal(pushed.error()), content, pushed.error());
}

void connection_engine::wake_writer(execution_context* context) {
  loop_->flush_soon(self(), context);
}

void connection_engine::flush() {
  if (!carrier_ || waits_until_writable_)
    return;
  for (int writes = 0; next_output(); ++writes) {
    if (writes == max_writes) // a sender is as fast as this
      return later([](connection_engine& me) { me.flush(); });
    const auto outcome = carrier_->write(batch_);
    if (!outcome)
      return end(outcome.error());
    if (outcome->written > 0) {
      last_output_ = loop_->now();
      bytes_written(outcome->written);
    }
    refused_ += outcome->refused;
    carrier_holds_some_ = outcome->holds_some;
    if (outcome->then == carrier::output::next::wait)
      return wait_until_writable();
    writes_at_next_tick_ = outcome->then == carrier::output::next::at_next_tick;
    if (writes_at_next_tick_)
      return;
  }
  if (current_phase() == phase::draining)
    end(std::nullopt);
}

/// Whether there is something to write: the rest of a batch, or another one.
bool connection_engine::next_output() {
  if (!batch_.empty() || carrier_holds_some_)
    return true;
  if (batch_.messages() > 0) {
    batch_written(batch_, std::exchange(refused_, 0));
    batch_.clear();
  }
  if (!next_batch(batch_))
    return false;
  last_output_ = loop_->now();
  return true;
}

void connection_engine::wait_until_writable() {
  waits_until_writable_ = true;
  wait(carrier::direction::output);
}

// -- deadlines -------------------------------------------------------------------------------------

void connection_engine::check_deadlines(const tick& at) {
  if (current_phase() == phase::closed)
    return;
  for (auto* since : {&last_input_, &frame_began_, &last_output_})
    at.excuse(*since);
  if (reconnect_)
    reconnect_->excuse(at);
  if (!carrier_ || !greeted_)
    expire_waiting(at);
  if (!carrier_)
    return;
  if (auto checked = carrier_->check(at, !paused_); !checked)
    return end(std::move(checked.error()));
  input_.release_chunk(); // if the messages in it are handled by now
  if (std::exchange(writes_at_next_tick_, false))
    flush();
  release_idle_memory(at.now);
  if (auto missed = missed_deadline(at.now))
    end(std::move(missed), is_stuck(at.now));
}

/// Whether the peer has taken no byte for too long.
bool connection_engine::is_stuck(clock::time_point now) const {
  return carrier_ && (!batch_.empty() || carrier_holds_some_)
         && is_over(limits().write_timeout, std::max(last_output_, carrier_->last_output()), now);
}

void connection_engine::release_idle_memory(clock::time_point now) {
  if (!batch_.empty() || carrier_holds_some_ || !is_over(idle_memory, last_output_, now))
    return;
  batch_.shrink();
  output().shrink();
  if (carrier_ && is_over(idle_carrier_memory, last_output_, now))
    carrier_->release_memory();
}

/// What the peer should have done by now.
std::optional<error> connection_engine::missed_deadline(clock::time_point now) const {
  const auto late = [&](const char* what, std::chrono::milliseconds limit, const char* option) {
    return error{errc::timeout, escaped(peer()) + ' ' + what + " within "
                                  + std::to_string(limit.count()) + " ms (" + option + ')'};
  };
  const auto& limit = limits();
  if (is_stuck(now))
    return late("took no byte", limit.write_timeout, "write-timeout");
  if (paused_)
    return std::nullopt;
  if (!input_.version_received() && is_over(limit.handshake_timeout, last_input_, now))
    return late("sent no version byte", limit.handshake_timeout, "handshake-timeout");
  if (frame_began_ != clock::time_point{} && is_over(limit.frame_timeout, frame_began_, now))
    return late("did not finish a frame", limit.frame_timeout, "frame-timeout");
  if (is_over(limit.idle_timeout, std::max(last_input_, last_output_), now))
    return late("was idle and sent nothing", limit.idle_timeout, "idle-timeout");
  return std::nullopt;
}

// -- the end ---------------------------------------------------------------------------------------

void connection_engine::begin_close() {
  later([](connection_engine& me) {
    me.drain();
    me.carrier_ ? me.flush() : me.end(std::nullopt);
  });
}

void connection_engine::abort() {
  reconnect_.reset();
  end(error{errc::shutting_down, "the node has stopped"});
}

void connection_engine::end(std::optional<error> cause, bool is_stuck) {
  if (current_phase() == phase::closed)
    return;
  if (cause && reconnect_ && current_phase() == phase::open)
    return lose_carrier(*cause, is_stuck);
  reconnect_.reset();
  if (const auto last = std::move(carrier_)) // before observers are told, which may want the port
    last->close({cause, node_stops(), is_stuck});
  finish(std::move(cause), batch_);
  batch_.clear();
  input_.begin_again(); // a handle may keep the rest
  if (const auto ended = std::exchange(ended_, nullptr))
    (*ended)(*this);
}

// -- another carrier for the same connection -------------------------------------------------------

void connection_engine::lose_carrier(const error& cause, bool is_stuck) {
  if (!carrier_)
    return;
  std::exchange(carrier_, nullptr)->close({cause, false, is_stuck});
  ++carrier_number_;
  waits_for_input_ = waits_until_writable_ = paused_ = writes_at_next_tick_ = false;
  carrier_holds_some_ = false;
  refused_ = decoded_ = 0;
  frame_began_ = {};
  const auto now = loop_->now();
  reconnect_->end(now, input_.frames());
  begin_again(cause, batch_, now);
  batch_.clear();
  input_.begin_again();
  connect_again();
}

void connection_engine::connect_again() {
  reconnect_->try_again([weak = std::weak_ptr{self()}](result<std::unique_ptr<carrier>> another) {
    const auto me = weak.lock();
    if (!me || !me->reconnect_)
      return;
    if (another)
      me->use(std::move(*another));
    else
      me->connect_again();
  });
}

void connection_engine::use(std::unique_ptr<carrier> another) {
  carrier_ = std::move(another);
  carrier_->attach(*this);
  last_input_ = last_output_ = loop_->now();
  reconnect_->begin(last_input_, input_.frames());
  greeted_ = false;
  if (greet()) // nothing to wait for where there is no version byte
    flush();   // the version byte; what waits follows when the peer has greeted
  wait_for_input();
}

} // namespace ockam::internal
