#include "connection.hpp"

#include "closing.hpp"

#include "ockam/actors/transport/clock.hpp"
#include "ockam/protocol/text.hpp"

#include <algorithm>
#include <array>
#include <random>

#include <asio/buffer.hpp>
#include <asio/error.hpp>

namespace ockam::internal {

namespace {

/// Reads in a row before other connections get their turn.
constexpr int max_reads = 8;

/// Messages delivered before the workers that they woke run: so few that those find them in the cache.
constexpr std::size_t max_deliveries = 64;

/// Batches written in a row before other connections get their turn.
constexpr int max_batches = 16;

/// Memory for output is given back this long after the last one.
constexpr std::chrono::milliseconds idle_memory{100};

/// Pieces in one system call.
constexpr std::size_t max_pieces = 64;

/// Between two attempts to connect again: a policy that allows none would take a core.
constexpr std::chrono::milliseconds least_pause{10};

} // namespace

socket_connection::socket_connection(const setup& own, const stream_format& format,
                                     std::shared_ptr<io_thread> thread, stream_socket socket)
  : stream_link{own, format}, thread_{std::move(thread)}, socket_{std::move(socket)} {}

void socket_connection::start() {
  thread_->post([me = self()] {
    if (me->over_)
      return;
    me->thread_->watch(me);
    if (me->reconnect_)
      me->reconnect_->connected_since = clock::now();
    me->announce_connected();
    me->flush(); // begins with the version byte
    me->wait_for_input();
  });
}

// -- input -----------------------------------------------------------------------------------------

void socket_connection::wait_for_input() {
  if (over_ || paused_ || waits_for_input_ || without_socket_)
    return;
  waits_for_input_ = true;
  thread_->wait(socket_, asio::socket_base::wait_read,
                [me = self(), stream = stream_](const std::error_code& failed) {
                  if (me->over_ || stream != me->stream_)
                    return;
                  me->waits_for_input_ = false;
                  if (failed)
                    return me->end(
                      socket_error(failed, socket_use::transfer, "waiting for " + me->peer()));
                  me->reads_ = 0;
                  if (!me->paused_)
                    me->read();
                });
}

void socket_connection::read() {
  const auto room = input().prepare();
  has_no_room_ = room.empty(); // every chunk is held by messages: goes on when one comes back,
  if (has_no_room_)            // or there is no memory for a large frame: then it ends here
    return deliver();
  std::error_code failed;
  const auto count = socket_.read_some(asio::buffer(room.data(), room.size()), failed);
  if (failed == asio::error::would_block || failed == asio::error::try_again
      || failed == asio::error::interrupted)
    return wait_for_input();
  if (failed == asio::error::eof)
    return end(input().in_frame() || !input().version_received()
                 ? error{errc::truncated, escaped(peer()) + " closed in the middle of a message"}
                 : error{errc::closed_by_peer, escaped(peer()) + " closed the connection"});
  if (failed)
    return end(socket_error(failed, socket_use::transfer, "reading from " + peer()));
  last_input_ = coarse_now();
  input().commit(count);
  socket_is_empty_ = count < room.size(); // most likely
  if (socket_is_empty_)
    wait_for_input(); // here: outside a handler of the loop it takes memory
  if (greet())
    deliver();
}

/// A peer that was lost is there again when its version byte is: not everything that accepts a socket
/// is a node. False when the connection has ended.
bool socket_connection::greet() {
  if (greeted_)
    return true;
  if (auto read = input().read_version(); !read) {
    end(std::move(read.error()));
    return false;
  }
  greeted_ = input().version_received();
  if (greeted_) {
    announce_connected(std::exchange(reconnect_->attempts, 0));
    flush();
  }
  return !over_;
}

/// Delivers some of what has been read; when the workers that it wakes have run, `read_on` goes on.
void socket_connection::deliver() {
  auto state = input().deliver(port(), thread_->actor_context(), max_deliveries);
  if (!state) {
    end(std::move(state.error()));
    return thread_->end_batch();
  }
  delivered_ = *state;
  thread_->end_batch(self());
}

/// The workers may have freed credit, and may have ended this connection.
void socket_connection::read_on() {
  if (over_ || without_socket_)
    return;
  if (delivered_ != inbox::state::wants_bytes) {
    paused_ = delivered_ == inbox::state::no_credit && input().credit_exhausted();
    return paused_ ? void() : deliver();
  }
  end_delivery();
  if (has_no_room_)
    paused_ = true;
  else if (!socket_is_empty_ && ++reads_ < max_reads)
    read();
  else
    wait_for_input();
}

/// All that is whole has been delivered.
void socket_connection::end_delivery() {
  if (!input().in_frame()) {
    frame_began_ = {};
    input().release_chunk();
  } else if (frame_began_ == clock::time_point{} || frames_ != input().frames()) {
    frame_began_ = last_input_;
    frames_ = input().frames();
  }
}

void socket_connection::wake_reader() {
  thread_->post([me = self()] {
    if (me->over_ || !me->paused_)
      return;
    me->paused_ = false;
    me->last_input_ = clock::now(); // a pause of ours is not time that the peer took
    me->frame_began_ = {};
    me->has_no_room_ = false;
    me->socket_is_empty_ = true; // as far as this knows
    me->deliver();
  });
}

// -- output ----------------------------------------------------------------------------------------

void socket_connection::wake_writer(compat::execution_context* context) {
  thread_->flush_soon(self(), context);
}

void socket_connection::flush() {
  if (over_ || waits_until_writable_ || without_socket_)
    return;
  for (int batches = 0;;) {
    if (batch_.empty()) {
      if (batch_.messages() > 0) {
        batch_written(batch_);
        batch_.clear();
      }
      if (++batches > max_batches) // somebody sends as fast as we write
        return thread_->post([me = self()] { me->flush(); });
      if (!next_batch(batch_))
        break;
      last_output_ = coarse_now();
    }
    std::error_code failed;
    const auto written = write_some(failed);
    if (failed == asio::error::would_block || failed == asio::error::try_again)
      return wait_until_writable();
    if (failed == asio::error::no_buffer_space || failed == asio::error::no_memory) {
      writes_at_next_tick_ = true; // the socket calls itself writable, but the system has no memory
      return;
    }
    if (failed && failed != asio::error::interrupted)
      return end(socket_error(failed, socket_use::transfer, "writing to " + peer()));
    if (written > 0)
      last_output_ = coarse_now();
    batch_.advance(written);
    bytes_written(written);
  }
  if (closing_)
    end(std::nullopt);
}

std::size_t socket_connection::write_some(std::error_code& failed) {
  std::array<bytes_view, max_pieces> pieces;
  std::array<asio::const_buffer, max_pieces> buffers;
  const auto count = batch_.pieces(pieces.data(), max_pieces);
  if (count == 1) // most often, and for the system quicker than a list of one
    return socket_.write_some(asio::const_buffer{pieces[0].data(), pieces[0].size()}, failed);
  for (std::size_t i = 0; i < count; ++i)
    buffers[i] = asio::const_buffer{pieces[i].data(), pieces[i].size()};
  return socket_.write_some(std::span<const asio::const_buffer>{buffers.data(), count}, failed);
}

void socket_connection::wait_until_writable() {
  waits_until_writable_ = true;
  thread_->wait(socket_, asio::socket_base::wait_write,
                [me = self(), stream = stream_](const std::error_code& failed) {
                  if (me->over_ || stream != me->stream_)
                    return;
                  me->waits_until_writable_ = false;
                  if (failed)
                    return me->end(
                      socket_error(failed, socket_use::transfer, "waiting for " + me->peer()));
                  me->remove_given_up(me->batch_);
                  me->flush();
                  me->thread_->end_batch();
                });
}

// -- the end ---------------------------------------------------------------------------------------

void socket_connection::begin_close() {
  thread_->post([me = self()] {
    me->closing_ = true;
    if (me->without_socket_)
      me->end(std::nullopt);
    me->flush();
  });
}

void socket_connection::end(std::optional<error> cause) {
  if (over_)
    return;
  if (cause && reconnect_ && !is_closing())
    return lose(*cause);
  over_ = true;
  if (reconnect_) {
    reconnect_->pause.cancel();
    if (reconnect_->cancel)
      std::exchange(reconnect_->cancel, nullptr)();
  }
  const bool was_asked_for = !cause;
  finish(std::move(cause), batch_);
  batch_.clear();
  if (was_asked_for)
    close_after_peer(std::move(socket_), thread_->executor(), limits().write_deadline);
  else
    close_now(socket_);
  if (ended_)
    (*std::exchange(ended_, nullptr))(self());
}

// -- another socket for the same connection --------------------------------------------------------

void socket_connection::set_reconnect(reconnect_policy policy, reconnector connect) {
  policy.first = std::max(policy.first, least_pause);
  policy.longest = std::max(policy.longest, policy.first);
  reconnect_ = std::make_unique<reconnecting>(reconnecting{
    policy, std::move(connect), asio::steady_timer{thread_->executor()}, policy.first});
  output().set_keep_for(policy.keep_for);
}

/// Whether the pauses between attempts begin anew. A peer that accepts every socket and closes it does
/// not make them short.
bool socket_connection::has_lasted() {
  return reconnect_->frames_before != input().frames()
         || is_over(reconnect_->policy.longest, reconnect_->connected_since, clock::now());
}

void socket_connection::lose(const error& cause) {
  if (std::exchange(without_socket_, true))
    return;
  std::error_code ignored;
  socket_.close(ignored);
  ++stream_;
  waits_for_input_ = waits_until_writable_ = paused_ = writes_at_next_tick_ = false;
  frame_began_ = {};
  if (has_lasted())
    reconnect_->back_off = reconnect_->policy.first;
  begin_again(cause, batch_);
  batch_.clear();
  connect_again_later();
}

void socket_connection::connect_again_later() {
  thread_local std::minstd_rand random{std::random_device{}()};
  const auto spread = std::uniform_real_distribution{0.8, 1.2}(random);
  auto& pause = reconnect_->pause;
  auto& back_off = reconnect_->back_off;
  pause.expires_at(moment_after(std::chrono::duration<double, std::milli>{back_off} * spread));
  back_off += std::min(back_off, reconnect_->policy.longest - back_off);
  pause.async_wait([me = self()](const std::error_code& cancelled) {
    if (!cancelled && !me->over_)
      me->connect_again();
  });
}

void socket_connection::connect_again() {
  ++reconnect_->attempts;
  reconnect_->cancel = reconnect_->connect([me = self()](result<stream_socket> socket) {
    me->reconnect_->cancel = nullptr;
    if (me->over_)
      return;
    if (!socket)
      return me->connect_again_later();
    me->socket_ = std::move(*socket);
    me->without_socket_ = false;
    me->last_input_ = me->last_output_ = me->reconnect_->connected_since = clock::now();
    me->reconnect_->frames_before = me->input().frames();
    me->greeted_ = false;
    if (me->greet()) // nothing to wait for where there is no version byte
      me->flush();   // the version byte; what waits follows when the peer has greeted
    if (!me->over_)
      me->wait_for_input();
  });
}

void socket_connection::check_deadlines(const tick& at) {
  if (over_)
    return;
  const auto now = at.now;
  for (auto* since : {&last_input_, &frame_began_, &last_output_})
    at.excuse(*since);
  if (reconnect_)
    at.excuse(reconnect_->connected_since);
  if (without_socket_ || !greeted_)
    expire_waiting(at);
  if (without_socket_)
    return;
  input().release_chunk(); // if the messages in it are handled by now
  if (std::exchange(writes_at_next_tick_, false))
    flush();
  const auto over = [now](clock::time_point since, time_span limit) {
    return is_over(limit, since, now);
  };
  if (batch_.empty() && over(last_output_, idle_memory)) {
    batch_.shrink();
    output().shrink();
  }
  const auto late = [this](const char* what, std::chrono::milliseconds limit, const char* option) {
    end(error{errc::timeout, escaped(peer()) + ' ' + what + " within "
                               + std::to_string(limit.count()) + " ms (" + option + ')'});
  };
  if (!paused_ && !input().version_received() && over(last_input_, limits().handshake_timeout))
    late("sent no version byte", limits().handshake_timeout, "handshake-timeout");
  else if (!paused_ && frame_began_ != clock::time_point{}
           && over(frame_began_, limits().frame_timeout))
    late("did not finish a frame", limits().frame_timeout, "frame-timeout");
  else if (!batch_.empty() && over(last_output_, limits().write_deadline))
    late("took no byte", limits().write_deadline, "write-deadline");
  else if (!paused_ && over(std::max(last_input_, last_output_), limits().idle_timeout))
    late("was idle and sent nothing", limits().idle_timeout, "idle-timeout");
}

} // namespace ockam::internal
