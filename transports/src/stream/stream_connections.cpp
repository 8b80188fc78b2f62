#include "stream_connections.hpp"

#include "carrier.hpp"

#include <utility>

namespace ockam::sdk {

result<std::shared_ptr<connection_engine>> stream_connections::adopt(
  stream_socket socket, const on_socket& prepare, link::setup setup,
  const std::shared_ptr<io_thread>& thread, on_end_ptr ended,
  const std::function<void(connection_engine&)>& configure) {
  auto peer = prepare(socket);
  if (!peer)
    return fail(std::move(peer.error()));
  setup.peer = std::move(*peer);
  setup.buffers = owner_.node()->buffer_budget();
  auto made = std::make_shared<connection_engine>(
    setup, format_, thread, std::make_unique<socket_carrier>(thread, std::move(socket)));
  if (auto opened = made->open(owner_.node(), std::move(setup)); !opened)
    return fail(std::move(opened.error()));
  if (configure)
    configure(*made);
  made->set_on_end(std::move(ended));
  owner_.add(made);
  made->start();
  return made;
}

/// Called when accepted connections end: one function for all of a listener, of which there may be many.
stream_connections::on_end_ptr stream_connections::on_end_of(
  std::weak_ptr<socket_listener> accepted_by) {
  return std::make_shared<const connection_engine::on_end>(
    [weak = owner_.weak_from_this(),
     accepted_by = std::move(accepted_by)](const connection_engine& ended) {
      if (const auto listener = accepted_by.lock())
        listener->connection_ended();
      if (const auto owner = weak.lock())
        owner->remove(ended);
    });
}

// -- connecting ------------------------------------------------------------------------------------

void stream_connections::connect(connecting options, on_connected done) {
  const auto thread = threads_.next();
  const auto attempt = options.make_connector(thread);
  if (!owner_.add_attempt(attempt))
    return done(owner_.stopped());
  attempt->start([this, owner = owner_.shared_from_this(), thread, options = std::move(options),
                  done = std::move(done)](result<stream_socket> socket) {
    if (!socket)
      return done(fail(std::move(socket.error())));
    auto made = adopt(std::move(*socket), options.prepare, options.setup, thread, owner_.removal(),
                      [&](connection_engine& one) { make_lasting(one, options, thread); });
    done(std::move(made).map(
      [](const std::shared_ptr<connection_engine>& one) { return connection{one}; }));
  });
}

/// Makes a connection with `reconnect` connect again.
void stream_connections::make_lasting(connection_engine& made, const connecting& options,
                                      const std::shared_ptr<io_thread>& thread) {
  if (!options.reconnect)
    return;
  made.set_reconnect(
    *options.reconnect, [thread, make = options.make_connector,
                         prepare = options.prepare](std::chrono::milliseconds pause, auto done) {
      auto attempt = make(thread);
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

// -- listening -------------------------------------------------------------------------------------

void stream_connections::begin_listening(const std::shared_ptr<socket_listener>& made,
                                         accepting options) {
  owner_.add(made);
  made->start(
    // until the listener ends
    [this, owner = owner_.shared_from_this()] { return threads_.next(); },
    [this, owner = owner_.shared_from_this(), from = std::weak_ptr{made},
     options = std::move(options),
     ended = on_end_of(made)](stream_socket socket, const std::shared_ptr<io_thread>& served_by) {
      if (const auto listener = from.lock())
        on_accepted(*listener, options, std::move(socket), served_by, ended);
    },
    [weak = owner_.weak_from_this()](const listener_base& ended) {
      if (const auto owner = weak.lock())
        owner->remove(ended);
    });
}

void stream_connections::on_accepted(socket_listener& listener, const accepting& options,
                                     stream_socket socket, const std::shared_ptr<io_thread>& thread,
                                     on_end_ptr ended) {
  auto setup = options.setup;
  setup.listener = listener.shared_socket_address();
  setup.connection.flow_control_id = flow_control_id::random(); // of its own (FCU-2)
  const auto made = adopt(std::move(socket), options.prepare, std::move(setup), thread,
                          std::move(ended));
  if (made)
    return;
  listener.connection_ended();
  owner_.report_not_taken(listener.socket_address(), made.error());
}

} // namespace ockam::sdk
