#include "transport.hpp"

#include "carrier.hpp"
#include "net_error.hpp"

#include "ockam/protocol/text.hpp"
#include "ockam/transports/detail/config_options.hpp"

#include <algorithm>

#include <boost/asio/post.hpp>

namespace ockam::websocket::detail {

namespace {

sdk::thread_options<boost_net> threads_of(const transport_options& options) {
  return {options.io_threads, options.io_context, options.poll_before_sleeping};
}

using make_connector = std::function<std::shared_ptr<connector>()>;

/// Makes a connection with `reconnect` connect again.
void make_lasting(sdk::connection_engine& made, const connect_options& options,
                  const std::shared_ptr<io_thread>& thread, make_connector make) {
  if (!options.reconnect)
    return;
  made.set_reconnect(*options.reconnect, [thread, make = std::move(make),
                                          keepalive = options.keepalive](
                                           std::chrono::milliseconds pause, auto done) {
    auto attempt = make();
    attempt->start(
      [thread, keepalive, done = std::move(done)](result<opened_stream> opened) {
        if (opened)
          done(std::make_unique<websocket_carrier>(thread, std::move(opened->made), keepalive));
        else
          done(fail(std::move(opened.error())));
      },
      pause);
    return attempt;
  });
}

} // namespace

transport_impl::transport_impl(node_ptr node, const transport_options& options)
  : connecting_transport{std::move(node), "WebSocket"},
    transport_calls{options.connect, options.listen},
    threads_{this->node(), threads_of(options)} {}

void transport_impl::stop() {
  begin_stop();
  threads_.stop(connections());
}

// -- connections -----------------------------------------------------------------------------------

/// On the thread of the stream.
result<transport_impl::link_ptr> transport_impl::adopt(
  std::shared_ptr<stream> over, sdk::link::setup setup, const keepalive_options& keepalive,
  std::shared_ptr<io_thread> thread,
  const std::function<void(sdk::connection_engine&)>& configure) {
  setup.buffers = node()->buffer_budget();
  auto taken = std::make_shared<sdk::connection_engine>(
    setup, sdk::websocket_format, thread,
    std::make_unique<websocket_carrier>(thread, over, keepalive));
  if (auto opened = taken->open(node(), std::move(setup)); !opened) {
    over->close(close_code::going_away, "");
    return fail(std::move(opened.error()));
  }
  if (configure)
    configure(*taken);
  taken->set_on_end(removal());
  add(taken);
  taken->start();
  return taken;
}

void transport_impl::on_accepted(const listen_options& options,
                                 const std::shared_ptr<const std::string>& listener,
                                 std::shared_ptr<stream> over, std::string peer,
                                 std::shared_ptr<io_thread> thread) {
  auto setup = sdk::link::setup::accepted(options.connection);
  setup.peer = std::move(peer);
  setup.listener = listener;
  setup.explain_drops = options.explain_drops;
  auto taken = adopt(std::move(over), std::move(setup), options.keepalive, std::move(thread));
  if (!taken)
    report_not_taken(*listener, taken.error());
}

void transport_impl::connect(std::string_view peer, connect_options options, on_connected done) {
  auto where = parse_peer_url(peer);
  if (!where)
    return done(fail(std::move(where.error())));
  if (!is_visible(options.host))
    return done(fail(errc::invalid_value, '"' + escaped(options.host)
                                            + "\" cannot be the HTTP field Host; it takes HOST or "
                                              "HOST:PORT"));
  tls_context context;
  if (where->secure) {
    auto made = make_client_context(options.tls);
    if (!made)
      return done(fail(std::move(made.error())));
    context = std::move(*made);
  }
  const auto thread = threads_.next();
  const make_connector make = [thread, where = std::move(*where), options,
                               context = std::move(context)] {
    return std::make_shared<connector>(thread, where, options, context);
  };
  const auto attempt = make();
  if (!add_attempt(attempt))
    return done(stopped());
  attempt->start([me = self(), thread, make, options = std::move(options),
                  done = std::move(done)](result<opened_stream> opened) {
    if (!opened)
      return done(fail(std::move(opened.error())));
    auto taken = me->adopt(std::move(opened->made),
                           {.connection = options.connection, .peer = std::move(opened->peer)},
                           options.keepalive, thread, [&](sdk::connection_engine& one) {
                             make_lasting(one, options, thread, make);
                           });
    done(std::move(taken).map([](const link_ptr& link) { return connection{link}; }));
  });
}

// -- listeners -------------------------------------------------------------------------------------

result<ockam::listener> transport_impl::listen(std::string_view at, listen_options options) {
  auto where = parse_listen_url(at);
  if (!where)
    return fail(std::move(where.error()));
  if (stopping())
    return stopped();
  tls_context context;
  if (where->secure) {
    auto made = make_server_context(options.tls);
    if (!made)
      return fail(std::move(made.error()));
    context = std::move(*made);
  }
  auto made = websocket_listener::make(threads_.next(), std::move(*where), std::move(options),
                                       std::move(context));
  if (!made)
    return fail(std::move(made.error()));
  const auto& listener = *made;
  if (auto opened = listener->open(node()); !opened)
    return fail(std::move(opened.error()));
  add(listener);
  listener->start(
    [me = self()] { return me->threads_.next(); }, // until the listener ends
    [weak = std::weak_ptr{self()}](const std::shared_ptr<sdk::cancellable>& attempt) {
      const auto me = weak.lock();
      return me && me->add_attempt(attempt);
    },
    [weak = std::weak_ptr{self()}, options = listener->options(),
     at = listener->shared_socket_address()](std::shared_ptr<stream> over, std::string peer,
                                             std::shared_ptr<io_thread> thread) {
      if (const auto me = weak.lock())
        me->on_accepted(options, at, std::move(over), std::move(peer), std::move(thread));
    },
    [weak = std::weak_ptr{self()}](const sdk::listener_base& ended) {
      if (const auto me = weak.lock())
        me->remove(ended);
    });
  return ockam::listener{listener};
}

} // namespace ockam::websocket::detail

namespace ockam::websocket {

transport::transport(std::shared_ptr<detail::transport_impl> impl)
  : connecting_handle{std::move(impl)} {}

transport transport::create(node& on) {
  return create(on, transport_options_from(on.system().config()));
}

transport transport::create(node& on, transport_options options) {
  detail::threads_of(options).check();
  return transport{sdk::attach_started(on.services(), "WebSocket", [&] {
    try {
      return std::make_shared<detail::transport_impl>(on.services(), options);
    } catch (const boost::system::system_error& failed) {
      throw std::system_error{detail::to_std(failed.code())};
    }
  })};
}

transport_options transport_options_from(const caf::actor_system_config& config) {
  return internal::connections_from<transport_options>(
    config, [](transport_options& made, const internal::option_reader& read) {
      read("poll-before-sleeping", made.poll_before_sleeping, "");
    });
}

} // namespace ockam::websocket
