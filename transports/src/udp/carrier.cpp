#include "carrier.hpp"

#include "endpoints.hpp"

#include "ockam/protocol/detail/buffer_pool.hpp"

namespace ockam::udp::detail {

datagram_carrier::datagram_carrier(std::shared_ptr<udp_binding> binding,
                                   const bind_options& options, ref_ptr<memory_budget> buffers)
  : binding_{std::move(binding)},
    buffers_{std::move(buffers)},
    outgoing_{binding_->socket(), options.format, options.datagram_size},
    incoming_{binding_->socket(), binding_->peers(), options, binding_->tied_to()} {
  if (binding_->tied_to())
    outgoing_.set_peer(binding_->reachable_peer());
}

void datagram_carrier::attach(sdk::connection_engine& connection) {
  carrier::attach(connection);
  const auto chunks = 2 + 2 * connection.limits().max_unhandled_bytes / datagram_socket::chunk_size;
  incoming_.set_pool(
    make_ref<buffer_pool>(datagram_socket::chunk_size, chunks, connection.reader(), buffers_));
}

void datagram_carrier::wait(direction what, on_ready then) {
  const bool is_input = what == direction::input;
  binding_->socket().async_wait(
    is_input ? asio::socket_base::wait_read : asio::socket_base::wait_write,
    [then = std::move(then), weak = std::weak_ptr{binding_},
     is_input](const std::error_code& failed) {
      const auto binding = failed ? weak.lock() : nullptr;
      then(binding ? result<void>{fail(
             error{failed, (is_input ? "waiting for datagrams at " : "waiting to send from ")
                             + binding->socket_address()})}
                   : result<void>{});
    });
}

// -- input -----------------------------------------------------------------------------------------

result<sdk::carrier::input> datagram_carrier::read(sdk::inbox&) {
  const auto state = incoming_.receive();
  if (!state) { // a failure of one datagram, most likely: others may come
    binding_->warn([&] { return binding_->socket_address() + ": " + to_string(state.error()); });
    return input::more;
  }
  switch (*state) {
    case datagram_socket::receive_state::nothing_there:
      return input::nothing;
    case datagram_socket::receive_state::no_memory:
      return input::no_room;
    case datagram_socket::receive_state::received:
      break;
  }
  return input::more;
}

result<sdk::inbox::state> datagram_carrier::decode(sdk::inbox&, execution_context* context,
                                                   std::size_t max) {
  const auto& credit = connection().credit();
  const connection_port::run together{connection().port()};
  for (; incoming_.has_datagrams(); --max) {
    if (credit->exhausted())
      return sdk::inbox::state::no_credit;
    if (max == 0)
      return sdk::inbox::state::has_more;
    take(incoming_.take_next(connection().loop()->now()), context);
  }
  return sdk::inbox::state::wants_bytes;
}

void datagram_carrier::take(fragment_reader::outcome&& read, execution_context* context) {
  auto& port = connection().port();
  if (read.given_up > 0)
    port.discard(drop_reason::incomplete, read.given_up);
  if (read.dropped)
    port.discard(*read.dropped);
  if (read.stranger)
    binding_->warn([&] {
      return "a datagram from " + to_text(*read.stranger) + " was dropped by "
             + binding_->socket_address() + ", which is tied to " + to_text(*binding_->tied_to());
    });
  if (read.undecodable)
    port.drop_undecodable(*read.undecodable);
  if (!read.whole)
    return;
  read.whole->hold(connection().credit(), read.size);
  port.receive(std::move(*read.whole), context);
}

// -- output ----------------------------------------------------------------------------------------

result<sdk::carrier::output> datagram_carrier::write(sdk::write_batch& batch) {
  output done;
  if (!send(done)) // the rest of the previous write
    return done;
  if (binding_->tied_to())
    outgoing_.set_source(incoming_.asked_at());
  done.written = outgoing_.fill(batch);
  send(done);
  return done;
}

/// False when the system takes no more for now.
bool datagram_carrier::send(output& done) {
  const auto outcome = binding_->socket().send();
  done.refused += outcome.messages_lost;
  if (outcome.first_failure)
    binding_->warn([&] {
      return "sending from " + binding_->socket_address()
             + " failed: " + outcome.first_failure.message();
    });
  done.holds_some = outcome.blocked;
  done.then = outcome.blocked ? output::next::wait : output::next::write_on;
  return !outcome.blocked;
}

// -- life ------------------------------------------------------------------------------------------

result<void> datagram_carrier::check(const tick& at, bool) {
  if (const auto lost = binding_->peers().expire(at); lost > 0)
    connection().port().discard(drop_reason::incomplete, lost);
  if (!incoming_.has_datagrams())
    binding_->socket().release_input();
  return {};
}

std::string datagram_carrier::opening() const {
  const auto bound = "bound " + binding_->socket_address();
  return binding_->tied_to() ? bound + " for " + to_text(*binding_->tied_to()) : bound;
}

} // namespace ockam::udp::detail
