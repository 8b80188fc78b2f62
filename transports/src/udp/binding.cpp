#include "binding.hpp"

#include "endpoints.hpp"

#include "ockam/actors/transport/clock.hpp"
#include "ockam/protocol/chunk_pool.hpp"
#include "ockam/protocol/text.hpp"

#include <algorithm>

#include <asio/post.hpp>

namespace ockam::udp::detail {

namespace {

/// Reads in a row before other bindings get their turn.
constexpr int max_reads = 8;

/// Messages delivered before the workers that they woke run: so few that those find them in the cache.
constexpr std::size_t max_deliveries = 64;

/// Calls that write in a row before input, and other bindings, get their turn.
constexpr int max_sends = 16;

/// Memory for output is given back this long after the last one.
constexpr std::chrono::seconds idle_memory{1};

internal::link::setup limited(internal::link::setup own, const bind_options& options) {
  const auto part = options.datagram_size - datagram_overhead;
  own.limits.max_frame_size = std::min(own.limits.max_frame_size, 0xffff * part);
  return own;
}

} // namespace

udp_binding::udp_binding(const setup& own, const bind_options& options,
                         std::optional<endpoint> peer, std::shared_ptr<internal::io_thread> thread,
                         const ref_ptr<memory_budget>& in_reassembly)
  : link{limited(own, options), internal::udp_format},
    tied_to_{std::move(peer)},
    thread_{std::move(thread)},
    socket_{thread_->executor(), options.datagram_size},
    peers_{options, in_reassembly},
    destinations_{thread_->executor(), socket_, peers_, options},
    outgoing_{socket_, options.format, options.datagram_size},
    incoming_{socket_, peers_, options, tied_to_,
              make_ref<chunk_pool>(datagram_socket::chunk_size,
                                   2 + 2 * own.limits.credit_bytes / datagram_socket::chunk_size,
                                   reader(), own.buffers)} {}

result<void> udp_binding::take_port(const endpoint& at) {
  if (auto opened = socket_.open(at); !opened)
    return opened;
  if (tied_to_) {
    auto reachable = socket_.as_peer(*tied_to_);
    if (!reachable)
      return fail(std::move(reachable.error()));
    outgoing_.set_peer(*reachable);
  }
  local_ = socket_.local();
  socket_address_ = to_text(local_);
  return {};
}

void udp_binding::start() {
  asio::post(thread_->executor(), [me = self()] {
    if (me->over_)
      return;
    me->thread_->watch(me);
    me->announce_connected();
    me->flush();
    me->wait_for_input();
  });
}

// -- input -----------------------------------------------------------------------------------------

void udp_binding::wait_for_input() {
  if (over_ || paused_ || waits_for_input_)
    return;
  waits_for_input_ = true;
  socket_.async_wait(asio::socket_base::wait_read, [me = self()](const std::error_code& failed) {
    if (me->over_)
      return;
    me->waits_for_input_ = false;
    if (failed)
      return me->end(error{failed, "waiting for datagrams at " + me->socket_address_});
    me->reads_ = 0;
    me->read();
  });
}

void udp_binding::read() {
  const auto state = incoming_.receive();
  if (!state) // a failure of one datagram, most likely: others may come
    warn([&] { return socket_address_ + ": " + to_string(state.error()); });
  else if (*state == datagram_socket::receive_state::nothing_there)
    return wait_for_input();
  else if (*state == datagram_socket::receive_state::no_memory)
    return void(paused_ = true); // every chunk is held by messages: go on when one comes back
  last_traffic_ = coarse_now();
  deliver();
}

/// Delivers some of what has been read; when the workers that it wakes have run, `read_on` goes on.
void udp_binding::deliver() {
  {
    const connection_port::run together{port()};
    for (std::size_t count = 0;
         count < max_deliveries && incoming_.has_datagrams() && !credit()->exhausted(); ++count)
      take(incoming_.take_next(last_traffic_));
  }
  thread_->end_batch(self());
}

/// The workers may have freed credit, and may have ended this binding.
void udp_binding::read_on() {
  if (over_)
    return;
  if (incoming_.has_datagrams()) {
    paused_ = credit()->exhausted();
    return paused_ ? void() : deliver();
  }
  if (++reads_ < max_reads)
    read();
  else
    wait_for_input();
}

void udp_binding::take(fragment_reader::outcome&& read) {
  if (read.given_up > 0)
    port().discard(drop_reason::incomplete, read.given_up);
  if (read.dropped)
    port().discard(*read.dropped);
  if (read.stranger)
    warn([&] {
      return "a datagram from " + to_text(*read.stranger) + " was dropped by " + socket_address_
             + ", which is tied to " + to_text(*tied_to_);
    });
  if (read.undecodable)
    port().drop_undecodable(*read.undecodable);
  if (!read.whole)
    return;
  read.whole->hold(credit(), read.size);
  port().deliver(std::move(*read.whole), thread_->actor_context());
}

void udp_binding::wake_reader() {
  asio::post(thread_->executor(), [me = self()] {
    if (me->over_ || !me->paused_)
      return;
    me->paused_ = false;
    me->last_traffic_ = clock::now(); // a pause of ours is not a silence of the peer
    me->reads_ = 0;
    me->deliver();
  });
}

// -- where messages go -----------------------------------------------------------------------------

result<void> udp_binding::push(routed_message& content, compat::execution_context* context) {
  if (tied_to_)
    return link::push(content, context);
  auto chosen = destinations_.choose(content.local_message(), clock::now());
  if (!chosen)
    return fail(std::move(chosen.error()));
  if (chosen->known)
    return push_to(std::move(chosen->known), content, context);
  if (chosen->look_up)
    look_up(*chosen->look_up);
  return {};
}

void udp_binding::look_up(const std::string& host) {
  asio::post(thread_->executor(), [me = self(), host] {
    if (!me->over_)
      me->destinations_.look_up(host, [me, host](const lookup::outcome& found) {
        me->looked_up(host, found);
      });
  });
}

void udp_binding::looked_up(const std::string& host, const lookup::outcome& found) {
  if (over_)
    return;
  const auto sent = destinations_.found(host, found, clock::now(),
                                        [this](message& waited, result<ref_ptr<destination>> to) {
                                          send_found(waited, std::move(to));
                                        });
  if (sent)
    return flush();
  const auto lost = destinations_.failed(host);
  for (const auto& each : lost)
    lose(drop_reason::external_address, each.content, sent.error());
  warn([&] {
    return socket_address_ + " dropped " + std::to_string(lost.size())
           + " messages: " + to_string(sent.error());
  });
}

/// A message that has waited is counted as sent: what becomes of it is not told to its sender.
void udp_binding::send_found(message& waited, result<ref_ptr<destination>> to) {
  const auto pushed = to ? output().push(waited, port().observed() ? &port() : nullptr,
                                         std::move(*to))
                         : result<bool>{fail(std::move(to.error()))};
  if (!pushed)
    lose(reason_of_refusal(pushed.error()), waited, pushed.error());
}

// -- output ----------------------------------------------------------------------------------------

void udp_binding::wake_writer(compat::execution_context* context) {
  thread_->flush_soon(self(), context);
}

void udp_binding::flush() {
  if (over_ || waits_until_writable_)
    return;
  for (int sends = 0;;) {
    if (!send())
      return wait_until_writable();
    if (++sends > max_sends) // much to write: others have their turn
      return asio::post(thread_->executor(), [me = self()] { me->flush(); });
    if (outgoing_.batch().empty()) {
      finish_batch();
      if (!next_batch(outgoing_.batch()))
        break;
      last_traffic_ = coarse_now();
    }
    if (tied_to_)
      outgoing_.set_source(incoming_.asked_at());
    bytes_written(outgoing_.fill());
  }
  if (closing_)
    end(std::nullopt);
}

void udp_binding::finish_batch() {
  if (outgoing_.batch().messages() == 0)
    return;
  const auto done = outgoing_.finish_batch();
  port().count_written(done.written);
  port().count_dropped(drop_reason::connection_closed, done.lost);
}

/// False when the system takes no more now.
bool udp_binding::send() {
  const auto outcome = outgoing_.send();
  if (outcome.first_failure)
    warn([&] {
      return "sending from " + socket_address_ + " failed: " + outcome.first_failure.message();
    });
  return !outcome.blocked;
}

void udp_binding::wait_until_writable() {
  waits_until_writable_ = true;
  socket_.async_wait(asio::socket_base::wait_write, [me = self()](const std::error_code& failed) {
    if (me->over_)
      return;
    me->waits_until_writable_ = false;
    if (failed)
      return me->end(error{failed, "waiting to send from " + me->socket_address_});
    me->flush();
    me->thread_->end_batch();
  });
}

// -- the end ---------------------------------------------------------------------------------------

void udp_binding::begin_close() {
  asio::post(thread_->executor(), [me = self()] {
    me->closing_ = true;
    me->flush();
  });
}

void udp_binding::end(std::optional<error> cause) {
  if (std::exchange(over_, true))
    return;
  for (const auto& each : destinations_.close())
    lose(drop_reason::connection_closed, each.content, closed(cause));
  port().discard(drop_reason::incomplete, peers_.clear());
  socket_.close(); // before anybody is told, who may want the port
  finish(std::move(cause), outgoing_.batch());
  outgoing_.batch().clear();
  incoming_.clear();
  if (ended_)
    std::exchange(ended_, nullptr)(self());
}

void udp_binding::check_deadlines(const tick& at) {
  if (over_)
    return;
  at.excuse(last_traffic_);
  if (const auto lost = peers_.expire(at); lost > 0)
    port().discard(drop_reason::incomplete, lost);
  if (!incoming_.has_datagrams())
    socket_.release_input();
  const auto silence = at.now - last_traffic_;
  if (outgoing_.batch().empty() && silence > idle_memory) {
    outgoing_.batch().shrink();
    output().shrink();
    socket_.release_output();
  }
  const auto limit = limits().idle_timeout;
  if (!paused_ && internal::is_over(limit, last_traffic_, at.now))
    end(error{errc::timeout, socket_address_ + " was idle for " + std::to_string(limit.count())
                               + " ms (idle-timeout)"});
}

std::string udp_binding::opening() const {
  return tied_to_ ? "bound " + socket_address_ + " for " + to_text(*tied_to_)
                  : "bound " + socket_address_;
}

} // namespace ockam::udp::detail
