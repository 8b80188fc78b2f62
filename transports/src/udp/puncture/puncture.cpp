#include "ockam/transports/puncture.hpp"

#include "puncture_state.hpp"

#include "udp/endpoints.hpp"

#include "ockam/protocol/text.hpp"
#include "ockam/transports/engine/receive_credit.hpp"

#include <utility>

namespace ockam::udp {

namespace detail {

namespace {

/// One end of a puncture: asks for its public address, negotiates with the other end, pings, answers
/// pings, and unwraps messages. For the hooks of its worker alone.
class puncture_end {
public:
  puncture_end(std::shared_ptr<puncture_state> state, connection_port port, udp::binding socket,
               const connection_limits& limits, const route& rendezvous, puncture_role role,
               address alarm_address)
    : state_{std::move(state)},
      port_{std::move(port)},
      socket_{std::move(socket)},
      credit_{make_ref<sdk::receive_credit>(limits, nullptr)},
      rendezvous_{make_route(socket_.sender_address(), rendezvous)},
      role_{std::move(role)},
      alarm_address_{std::move(alarm_address)} {}

  ~puncture_end() {
    port_.close();
    static_cast<void>(socket_.try_close()); // unless it was the first to end
    state_->end();
  }

  puncture_end(const puncture_end&) = delete;
  puncture_end& operator=(const puncture_end&) = delete;

  void begin(context& ctx) {
    auto alarm = ctx.make_delayed_event(alarm_address_, no_body{});
    if (!alarm)
      return give_up(ctx, std::move(alarm.error()));
    alarm_ = std::move(*alarm);
    ask_for_address(ctx);
  }

  result<void> handle(context& ctx, routed<any_body>&& received) {
    return received.message_address() == alarm_address_ ? on_alarm(ctx)
                                                        : hear(ctx, std::move(received));
  }

private:
  [[nodiscard]] const puncture_options& options() const noexcept { return state_->options(); }

  void give_up(context& ctx, error why) {
    state_->set_cause(std::move(why));
    ctx.stop();
  }

  /// The same for what others have answered, or not.
  void refuse(context& ctx, const std::string& what, const error& why) {
    if (why == errc::cancelled) // the worker is ending for another reason
      return;
    give_up(ctx, {why.code(), what + ": " + to_string(why)});
  }

  // -- the own address -----------------------------------------------------------------------------

  /// Datagrams may be lost: asks again until there is an answer, or the time-out.
  void ask_for_address(context& ctx) {
    alarm_.schedule(options().ping_interval);
    const auto take = [this, &ctx](result<rendezvous_response> told) {
      if (phase_ == phase::asking)
        take_address(ctx, std::move(told));
    };
    const auto asked
      = ctx.send_and_receive<rendezvous_response>(rendezvous_, rendezvous_request::get_my_address,
                                                  take, {.timeout = options().rendezvous_timeout});
    if (!asked)
      give_up(ctx, asked.error());
  }

  void take_address(context& ctx, result<rendezvous_response> told) {
    if (!told)
      return refuse(ctx, "asking the rendezvous service failed", told.error());
    if (!told->my_address)
      return give_up(ctx, {errc::invalid_value, "the rendezvous service told no address"});
    phase_ = phase::negotiating;
    negotiation mine{std::move(*told->my_address), ctx.primary_address()};
    if (const auto* asked_by = std::get_if<responder>(&role_))
      answer(ctx, *asked_by, mine);
    else
      negotiate(ctx, std::get<initiator>(role_).listener, mine);
  }

  // -- the negotiation -----------------------------------------------------------------------------

  void negotiate(context& ctx, const route& listener, const negotiation& mine) {
    const auto sent = ctx.send_and_receive<negotiation>(
      listener, mine,
      [this, &ctx](const result<negotiation>& theirs) {
        if (!theirs)
          return refuse(ctx, "the negotiation with the other node failed", theirs.error());
        names_worker_ = true;
        start_pinging(ctx, *theirs);
      },
      {.timeout = options().acknowledge_timeout});
    if (!sent)
      refuse(ctx, "the negotiation with the other node failed", sent.error());
  }

  /// The worker of the requester may not exist before it has the answer: until its first ping, pings go
  /// to its socket alone, to open the NAT.
  void answer(context& ctx, const responder& asked, const negotiation& mine) {
    if (!start_pinging(ctx, asked.theirs))
      return;
    if (const auto sent = ctx.send_from_address(asked.back, mine, alarm_address_); !sent)
      refuse(ctx, "the acknowledgement was not sent", sent.error());
  }

  // -- the puncture --------------------------------------------------------------------------------

  bool start_pinging(context& ctx, const negotiation& theirs) {
    const auto place = parse_destination(theirs.public_address);
    if (!place || !place->numeric()) { // no look-ups of names for others
      give_up(ctx, {errc::invalid_value,
                    "the other node cannot be at " + escaped(theirs.public_address)});
      return false;
    }
    peer_ = {socket_.sender_address(), address{transport_type::udp, theirs.public_address}};
    state_->set_peer(theirs.public_address, theirs.puncture);
    peer_worker_ = theirs.puncture;
    phase_ = phase::pinging;
    static_cast<void>(ping(ctx)); // fails with the socket, and then all has ended
    return true;
  }

  result<void> ping(context& ctx) {
    alarm_.schedule(options().ping_interval);
    auto to = peer_;
    if (names_worker_)
      to.append(peer_worker_);
    return ctx.send(std::move(to), puncture_message{puncture_message::kind::ping});
  }

  result<void> on_alarm(context& ctx) {
    if (phase_ == phase::asking)
      ask_for_address(ctx);
    if (phase_ != phase::pinging)
      return {};
    if (++unanswered_ * options().ping_interval < options().pong_timeout)
      return ping(ctx);
    give_up(ctx, {errc::timeout, "no pong came from " + *state_->peer() + " for "
                                   + std::to_string(options().pong_timeout.count())
                                   + " ms (pong-timeout)"});
    return {};
  }

  /// Only the other end knows this address. Before its own address is known there is no answer.
  result<void> hear(context& ctx, routed<any_body>&& received) {
    auto read = decode_puncture_message(received.payload().view());
    if (!read)
      return fail(std::move(read.error()));
    if (phase_ != phase::pinging)
      return {};
    state_->hear();
    const bool first = !std::exchange(names_worker_, true);
    switch (read->what) {
      case puncture_message::kind::ping: {
        auto sent = ctx.send(received.return_route(),
                             puncture_message{puncture_message::kind::pong});
        return first ? ping(ctx) : sent;
      }
      case puncture_message::kind::pong:
        unanswered_ = 0;
        state_->open();
        return {};
      case puncture_message::kind::payload:
        deliver(std::move(received).into_local_message(), read->content);
        return {};
    }
    return {};
  }

  /// Drops messages beyond the credit: if the socket waited for their handlers, pings would too.
  void deliver(message&& wrapped, const message& content) {
    if (credit_->exhausted())
      return port_.discard(drop_reason::mailbox_full);
    auto unwrapped = std::move(wrapped)
                       .set_onward_route(content.onward_route())
                       .set_return_route(content.return_route())
                       .set_payload(content.payload());
    unwrapped.hold(credit_, unwrapped.payload().size());
    port_.receive(std::move(unwrapped), nullptr);
  }

  const std::shared_ptr<puncture_state> state_;
  connection_port port_;
  const udp::binding socket_;
  const ref_ptr<sdk::receive_credit> credit_; // of what was delivered
  const route rendezvous_;
  const puncture_role role_;
  const address alarm_address_;
  delayed_event alarm_;
  enum class phase : std::uint8_t { asking, negotiating, pinging } phase_ = phase::asking;
  route peer_; // to its socket
  address peer_worker_;
  bool names_worker_ = false; // in pings
  unsigned unanswered_ = 0;   // intervals since the last pong
};

/// The end goes with the worker, whatever ends it.
class puncture_worker {
public:
  explicit puncture_worker(std::unique_ptr<puncture_end> own) : own_{std::move(own)} {}

  void initialize(context& ctx) { own_->begin(ctx); }
  result<void> handle_message(context& ctx, routed<any_body>&& received) {
    return own_->handle(ctx, std::move(received));
  }
  void shutdown(context&) { own_.reset(); }

private:
  std::unique_ptr<puncture_end> own_;
};

result<void> check(const route& rendezvous, const puncture_role& role,
                   const puncture_options& options) {
  if (rendezvous.size() < 2 || rendezvous.front().type() != transport_type::udp)
    return fail(errc::invalid_value, "the route to the rendezvous service is 2#host:port and the "
                                     "service, not "
                                       + escaped(to_string(rendezvous)));
  const auto* asked_by = std::get_if<responder>(&role);
  if ((asked_by != nullptr ? asked_by->back : std::get<initiator>(role).listener).empty())
    return fail(errc::invalid_value, "there is no route to the other node");
  for (const auto limit : {options.rendezvous_timeout, options.acknowledge_timeout,
                           options.ping_interval, options.pong_timeout})
    if (limit.count() <= 0)
      return fail(errc::invalid_value, "the intervals of a puncture take 1 ms or more, not "
                                         + std::to_string(limit.count()));
  return {};
}

/// The socket of a puncture: only its worker uses it, and they end together.
result<binding> bind_socket(transport& over, bind_options options,
                            const std::shared_ptr<puncture_state>& state) {
  options.connection.consumer_of.clear();
  options.connection.observer = [weak = std::weak_ptr{state}](const connection_event& event) {
    const auto me = weak.lock();
    if (!me || event.what != connection_event::kind::closed)
      return;
    if (event.cause)
      me->set_cause(*event.cause);
    me->close();
  };
  return over.try_bind(state->options().bind, std::move(options));
}

} // namespace

result<std::shared_ptr<puncture_state>> start_puncture(sender& from, transport& over,
                                                       const route& rendezvous, puncture_role role,
                                                       puncture_options options) {
  if (auto sound = check(rendezvous, role, options); !sound)
    return fail(std::move(sound.error()));
  auto state = std::make_shared<puncture_state>(from.services(), std::move(options));
  const auto socket_options = over.default_bind_options();
  auto socket = bind_socket(over, socket_options, state);
  if (!socket)
    return fail(std::move(socket.error()));
  connection_setup setup{.output = state,
                         .id = state->options().flow_control_id,
                         .consumer_of = state->options().consumer_of,
                         .peer = "the puncture at " + socket->socket_address()};
  if (const auto* asked_by = std::get_if<responder>(&role))
    setup.spawner_id = asked_by->listener_id;
  auto port = connection_port::open(from.services(), std::move(setup));
  if (!port) {
    static_cast<void>(socket->try_close());
    return fail(std::move(port.error()));
  }
  state->set_up(socket->impl(), *port);

  const auto alarm = address::random();
  std::vector<mailbox_options> boxes;
  boxes.push_back({.address = state->worker(),
                   .incoming = allow_source_addresses({socket->receiver_address()}),
                   .outgoing = allow_onward_addresses({socket->sender_address()})});
  boxes.push_back({.address = alarm, .incoming = local_only(from.shared_flow_controls())});
  auto& rights = from.flow_controls();
  rights.add_consumer(state->worker(), socket->flow_control_id());
  auto started = from.start_worker(
    mailboxes{std::move(boxes)},
    puncture_worker{std::make_unique<puncture_end>(state, std::move(*port), *socket,
                                                   socket_options.connection.limits, rendezvous,
                                                   std::move(role), alarm)},
    {.shutdown_priority = 1}); // after its senders
  if (!started) {
    rights.clean_up(state->worker());
    return fail(std::move(started.error()));
  }
  return state;
}

} // namespace detail

puncture::puncture(std::shared_ptr<detail::puncture_state> state) : state_{std::move(state)} {}

result<puncture> puncture::try_create(sender& from, transport over, const route& rendezvous,
                                      route listener, puncture_options options) {
  return detail::start_puncture(from, over, rendezvous, detail::initiator{std::move(listener)},
                                std::move(options))
    .map(
      [](std::shared_ptr<detail::puncture_state> started) { return puncture{std::move(started)}; });
}

const address& puncture::sender_address() const noexcept {
  return state_->sender();
}

const address& puncture::receiver_address() const noexcept {
  return state_->receiver();
}

const flow_control_id& puncture::flow_control_id() const noexcept {
  return state_->options().flow_control_id;
}

const std::string& puncture::socket_address() const noexcept {
  return state_->socket().socket_address();
}

std::optional<std::string> puncture::peer() const {
  return state_->peer();
}

bool puncture::is_open() const noexcept {
  return state_->is_open();
}

bool puncture::has_ended() const noexcept {
  return state_->has_ended();
}

result<void> puncture::try_wait_until_open(std::chrono::milliseconds timeout) const {
  return state_->wait_until_open(timeout);
}

result<void> puncture::try_close() const {
  return state_->stop();
}

} // namespace ockam::udp
