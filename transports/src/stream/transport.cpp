#include "transport.hpp"

#include "carrier.hpp"

namespace ockam::internal {

socket_transport::socket_transport(node_ptr node, const stream_format& format, std::string name,
                                   const asio_threads& threads)
  : basic_io_transport{std::move(node), std::move(name), threads}, format_{format} {}

void socket_transport::start() {
  ended_ = on_end_of({});
  basic_io_transport::start();
}

// -- connections -----------------------------------------------------------------------------------

result<std::shared_ptr<connection_engine>> socket_transport::take_on(
  stream_socket socket, const on_socket& prepare, link::setup setup,
  std::shared_ptr<io_thread> thread, on_end_ptr ended,
  const std::function<void(connection_engine&)>& configure) {
  auto peer = prepare(socket);
  if (!peer)
    return fail(std::move(peer.error()));
  setup.peer = std::move(*peer);
  setup.buffers = node()->buffer_budget();
  auto taken = std::make_shared<connection_engine>(
    setup, format_, thread, std::make_unique<socket_carrier>(thread, std::move(socket)));
  if (auto opened = taken->open(node(), std::move(setup)); !opened)
    return fail(std::move(opened.error()));
  if (configure)
    configure(*taken);
  taken->set_on_end(std::move(ended));
  add(taken);
  taken->start();
  return taken;
}

/// What happens when connections of one origin end: one function for all, for there may be many.
socket_transport::on_end_ptr socket_transport::on_end_of(
  std::weak_ptr<socket_listener> accepted_by) {
  return std::make_shared<const connection_engine::on_end>(
    [weak = weak_from_this(),
     accepted_by = std::move(accepted_by)](const connection_engine& ended) {
      if (const auto listener = accepted_by.lock())
        listener->connection_ended();
      if (const auto me = std::static_pointer_cast<socket_transport>(weak.lock()))
        me->remove(ended);
    });
}

void socket_transport::connect(connecting how, on_connected done) {
  const auto thread = next_thread();
  const auto attempt = how.make_connector(thread);
  if (!add_attempt(attempt))
    return done(stopped());
  attempt->start([me = self_as<socket_transport>(), thread, how = std::move(how),
                  done = std::move(done)](result<stream_socket> socket) {
    if (!socket)
      return done(fail(std::move(socket.error())));
    auto taken = me->take_on(std::move(*socket), how.prepare, how.setup, thread, me->ended_,
                             [&](connection_engine& made) { make_lasting(made, how, thread); });
    done(std::move(taken).map(
      [](const std::shared_ptr<connection_engine>& made) { return connection{made}; }));
  });
}

/// Lets a connection whose options ask for it connect again to where it was.
void socket_transport::make_lasting(connection_engine& made, const connecting& how,
                                    const std::shared_ptr<io_thread>& thread) {
  if (!how.reconnect)
    return;
  made.set_reconnect(*how.reconnect, [thread, make = how.make_connector, prepare = how.prepare](
                                       std::chrono::milliseconds pause, auto done) {
    const auto attempt = make(thread);
    attempt->start(
      [thread, done = std::move(done), prepare](result<stream_socket> socket) {
        if (auto named = socket ? prepare(*socket) : fail(socket.error()); !named)
          return done(fail(std::move(named.error())));
        done(std::make_unique<socket_carrier>(thread, std::move(*socket)));
      },
      pause);
    return attempt;
  });
}

// -- listeners -------------------------------------------------------------------------------------

void socket_transport::begin_listening(const std::shared_ptr<socket_listener>& made,
                                       accepting how) {
  add(made);
  made->start(
    [me = self_as<socket_transport>()] { return me->next_thread(); }, // until the listener ends
    [me = self_as<socket_transport>(), from = std::weak_ptr{made}, how = std::move(how),
     ended = on_end_of(made)](stream_socket socket, std::shared_ptr<io_thread> served_by) {
      if (const auto listener = from.lock())
        me->on_accepted(*listener, how, std::move(socket), std::move(served_by), ended);
    },
    [weak = weak_from_this()](const listening& ended) {
      if (const auto me = std::static_pointer_cast<socket_transport>(weak.lock()))
        me->remove(ended);
    });
}

void socket_transport::on_accepted(socket_listener& listener, const accepting& how,
                                   stream_socket socket, std::shared_ptr<io_thread> thread,
                                   on_end_ptr ended) {
  auto setup = how.setup;
  setup.listener = listener.shared_socket_address();
  setup.id = flow_control_id::random(); // each has one of its own (FCU-2)
  const auto taken = take_on(std::move(socket), how.prepare, std::move(setup), std::move(thread),
                             std::move(ended));
  if (taken)
    return;
  listener.connection_ended();
  report_not_taken(listener.socket_address(), taken.error());
}

} // namespace ockam::internal
