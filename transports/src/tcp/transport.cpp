#include "transport.hpp"

#include "socket_options.hpp"

#include "ockam/transports/config.hpp"

#include "log.hpp"
#include "node_state.hpp"

#include "ockam/protocol/text.hpp"

#include <algorithm>
#include <future>

#include <asio/dispatch.hpp>
#include <asio/post.hpp>

namespace ockam::tcp::detail {

namespace {

constexpr std::chrono::milliseconds tick{50};

/// For what is queued when the node stops.
constexpr std::chrono::milliseconds stop_grace{500};

asio::ip::tcp::endpoint endpoint_of(const host_port& where) {
  return {asio::ip::make_address(where.host), where.port};
}

tl::unexpected<error> stopped() {
  return fail(errc::shutting_down, "the TCP transport has stopped; create another one");
}

} // namespace

transport_impl::transport_impl(std::shared_ptr<internal::node_state> node,
                               const transport_options& options)
  : node_{std::move(node)}, defaults_{options} {
  for (std::size_t i = 0; i < std::max<std::size_t>(1, options.io_threads); ++i) {
    threads_.push_back(
      options.io_context != nullptr
        ? std::make_shared<internal::io_thread>(node_, *options.io_context)
        : std::make_shared<internal::io_thread>(node_, options.poll_before_sleeping));
    ticks_.push_back(std::make_unique<asio::steady_timer>(threads_.back()->executor()));
  }
}

/// The defaults, with a flow control id that nobody else has.
connect_options transport_impl::fresh_connect_options() const {
  auto fresh = defaults_.connect;
  fresh.flow_control_id = flow_control_id::random();
  return fresh;
}

listen_options transport_impl::fresh_listen_options() const {
  auto fresh = defaults_.listen;
  fresh.spawner_flow_control_id = flow_control_id::random();
  return fresh;
}

void transport_impl::start() {
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    asio::post(threads_[i]->executor(), [me = shared_from_this(), i] { me->watch_deadlines(i); });
    threads_[i]->start();
  }
}

std::shared_ptr<internal::io_thread> transport_impl::next_thread() {
  return threads_[next_thread_.fetch_add(1, std::memory_order_relaxed) % threads_.size()];
}

void transport_impl::watch_deadlines(std::size_t index) {
  ticks_[index]->expires_after(tick);
  ticks_[index]->async_wait([weak = weak_from_this(), index](const std::error_code& cancelled) {
    const auto me = weak.lock();
    if (cancelled || !me || me->stopping_)
      return;
    const auto now = tcp_connection::clock::now();
    for (const auto& each : me->connections_.all())
      if (each->thread() == me->threads_[index])
        each->check_deadlines(now);
    me->watch_deadlines(index);
  });
}

// -- connections -----------------------------------------------------------------------------------

result<std::shared_ptr<tcp_connection>> transport_impl::take_on(
  asio::ip::tcp::socket socket, internal::stream_link::setup setup,
  std::shared_ptr<internal::io_thread> thread, const keepalive_options& keepalive,
  const std::shared_ptr<listener_impl>& accepted_by,
  const std::function<void(tcp_connection&)>& configure) {
  prepare(socket, keepalive, setup.limits.write_deadline);
  auto taken = std::make_shared<tcp_connection>(setup, std::move(thread), std::move(socket));
  if (auto opened = taken->open(node_, std::move(setup)); !opened)
    return fail(std::move(opened.error()));
  if (configure)
    configure(*taken);
  taken->set_on_end(
    [weak = weak_from_this(), accepted_by](const std::shared_ptr<tcp_connection>& ended) {
      if (accepted_by)
        accepted_by->connection_ended();
      if (const auto me = weak.lock())
        me->connections_.remove(ended->sender_address());
    });
  connections_.add(taken->sender_address(), taken);
  taken->start();
  return taken;
}

void transport_impl::on_accepted(const std::shared_ptr<listener_impl>& listener,
                                 asio::ip::tcp::socket socket,
                                 std::shared_ptr<internal::io_thread> thread) {
  std::error_code failed;
  const auto remote = socket.remote_endpoint(failed);
  const auto& options = listener->options();
  auto taken = failed ? result<std::shared_ptr<tcp_connection>>{fail(error{failed})}
                      : take_on(std::move(socket),
                                {.limits = options.limits,
                                 .mode = connection_mode::incoming,
                                 .peer = to_text(remote),
                                 .spawner_id = options.spawner_flow_control_id,
                                 .consumer_of = options.consumer_of,
                                 .observer = options.observer,
                                 .buffers = node_->buffers},
                                std::move(thread), options.keepalive, listener);
  if (taken)
    return;
  listener->connection_ended();
  const auto text = "an accepted connection was dropped: " + to_string(taken.error());
  if (taken.error() == errc::shutting_down) // nothing wrong: it came while the node stops
    internal::log_info(text);
  else
    internal::log_warning(text);
}

void transport_impl::connect(std::string_view peer, connect_options options,
                             std::function<void(result<connection>)> done) {
  auto where = parse_peer(peer);
  if (!where)
    return done(fail(std::move(where.error())));
  const auto thread = next_thread();
  const auto attempt = std::make_shared<connector>(thread->executor(), *where, options);
  if (!add_attempt(attempt))
    return done(stopped());
  attempt->start([me = shared_from_this(), thread, where = std::move(*where),
                  options = std::move(options),
                  done = std::move(done)](result<asio::ip::tcp::socket> socket) {
    if (!socket)
      return done(fail(std::move(socket.error())));
    std::error_code failed;
    const auto remote = socket->remote_endpoint(failed);
    auto taken = me->take_on(std::move(*socket),
                             {.limits = options.limits,
                              .mode = connection_mode::outgoing,
                              .peer = to_text(remote),
                              .id = options.flow_control_id,
                              .spawner_id = {},
                              .consumer_of = options.consumer_of,
                              .observer = options.observer,
                              .buffers = me->node_->buffers},
                             thread, options.keepalive, nullptr,
                             [&](tcp_connection& made) { make_lasting(made, where, options); });
    done(std::move(taken).map(
      [](const std::shared_ptr<tcp_connection>& link) { return connection{link}; }));
  });
}

/// False when the transport has stopped: nobody would serve the attempt.
bool transport_impl::add_attempt(const std::shared_ptr<connector>& attempt) {
  const std::lock_guard guard{attempts_mutex_};
  if (stopping_)
    return false;
  std::erase_if(attempts_, [](const auto& each) { return each.expired(); });
  attempts_.push_back(attempt);
  return true;
}

/// Lets a connection whose options ask for it connect again to where it was.
void transport_impl::make_lasting(tcp_connection& made, const host_port& where,
                                  const connect_options& options) {
  if (!options.reconnect)
    return;
  auto again = options;
  again.observer = nullptr;
  again.retry_for = std::chrono::milliseconds{0};
  made.set_reconnect(*options.reconnect, [thread = made.thread(), where,
                                          again](tcp_connection::on_socket done) {
    const auto attempt = std::make_shared<connector>(thread->executor(), where, again);
    attempt->start([done = std::move(done), again](result<asio::ip::tcp::socket> socket) {
      if (socket)
        prepare(*socket, again.keepalive, again.limits.write_deadline);
      done(std::move(socket));
    });
    return [attempt] { attempt->cancel(); };
  });
}

result<connection> transport_impl::connect_and_wait(std::string_view peer,
                                                    connect_options options) {
  for (const auto& thread : threads_)
    if (thread->is_this_thread())
      return fail(errc::misuse, "connect waits, which would block the thread it waits for; use "
                                "async_connect in a worker");
  const auto promise = std::make_shared<std::promise<result<connection>>>();
  connect(peer, std::move(options),
          [promise](result<connection> made) { promise->set_value(std::move(made)); });
  return promise->get_future().get(); // the connect time-out ends it at the latest
}

result<address> transport_impl::resolve(const address& remote) {
  return connect_and_wait(remote.value(), fresh_connect_options()).map([](const connection& made) {
    return made.sender_address();
  });
}

void transport_impl::resolve_implicitly(const address& remote,
                                        std::function<void(result<address>)> ready) {
  auto options = fresh_connect_options();
  options.limits.idle_timeout = node_->options.implicit_idle_timeout;
  implicit_.get(std::string{remote.value()}, std::move(ready),
                [&](auto done) { connect(remote.value(), std::move(options), std::move(done)); });
}

result<void> transport_impl::disconnect(const address& any) {
  for (const auto& each : connections_.all())
    if (each->sender_address() == any || each->receiver_address() == any)
      return each->disconnect();
  return fail(errc::not_found,
              "no connection of this transport has the address " + escaped(to_string(any)));
}

// -- listeners -------------------------------------------------------------------------------------

result<std::shared_ptr<listener_impl>> transport_impl::listen(std::string_view at,
                                                              listen_options options) {
  auto where = parse_listen(at);
  if (!where)
    return fail(std::move(where.error()));
  if (stopping_)
    return stopped();
  const auto thread = next_thread();
  auto made = std::make_shared<listener_impl>(thread, std::move(options));
  if (auto opened = made->open(node_, endpoint_of(*where)); !opened)
    return fail(std::move(opened.error()));
  listeners_.add(made->address(), made);
  made->start([me = shared_from_this()] { return me->next_thread(); }, // until the listener ends
              [me = shared_from_this(),
               from = std::weak_ptr{made}](asio::ip::tcp::socket socket,
                                           const std::shared_ptr<internal::io_thread>& served_by) {
                if (const auto listener = from.lock())
                  me->on_accepted(listener, std::move(socket), served_by);
              },
              [weak = weak_from_this()](const std::shared_ptr<listener_impl>& ended) {
                if (const auto me = weak.lock())
                  me->listeners_.remove(ended->address());
              });
  return made;
}

result<void> transport_impl::stop_listener(const address& listener) {
  if (!listeners_.contains(listener))
    return fail(errc::not_found,
                "no listener of this transport has the address " + escaped(to_string(listener)));
  return node_->stop_worker(listener);
}

// -- the end ---------------------------------------------------------------------------------------

void transport_impl::stop() {
  {
    const std::lock_guard guard{attempts_mutex_};
    if (stopping_.exchange(true))
      return;
    for (const auto& each : attempts_)
      if (const auto attempt = each.lock())
        attempt->cancel();
  }
  for (const auto& each : listeners_.all())
    each->stop();
  for (const auto& each : connections_.all())
    each->close();
  if (!threads_.front()->is_this_thread()) // a host may stop the node in its own loop
    connections_.wait_until_empty(stop_grace);
  for (const auto& each : connections_.all()) // did not take their last bytes in time
    asio::dispatch(each->thread()->executor(), [each] {
      each->end(error{errc::shutting_down, "the node has stopped"});
    });
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    asio::dispatch(threads_[i]->executor(),
                   [me = shared_from_this(), i] { me->ticks_[i]->cancel(); });
    threads_[i]->stop(stop_grace);
  }
}

} // namespace ockam::tcp::detail

namespace ockam::tcp {

listener::listener(std::shared_ptr<detail::listener_impl> impl) : impl_{std::move(impl)} {}

const address& listener::address() const noexcept {
  return impl_->address();
}

const std::string& listener::socket_address() const noexcept {
  return impl_->socket_address();
}

std::uint16_t listener::port() const noexcept {
  return impl_->port();
}

const ockam::flow_control_id& listener::flow_control_id() const noexcept {
  return impl_->options().spawner_flow_control_id;
}

result<void> listener::stop() const {
  return impl_->node()->stop_worker(impl_->address());
}

transport::transport(std::shared_ptr<detail::transport_impl> impl) : impl_{std::move(impl)} {}

transport transport::create(node& on) {
  return create(on, transport_options_from(on.system().config()));
}

transport transport::create(node& on, transport_options options) {
  if (options.io_context != nullptr && options.io_threads > 1)
    throw failure{error{errc::misuse, "io_threads is " + std::to_string(options.io_threads)
                                        + ", but the io_context of the host runs everything; set "
                                          "only one of the two"}};
  if (options.io_context != nullptr && options.poll_before_sleeping.count() > 0)
    throw failure{error{errc::misuse,
                        "poll_before_sleeping is for threads of the transport, and the "
                        "io_context of the host runs everything; set only one of the two"}};
  if (options.poll_before_sleeping.count() < 0)
    throw failure{
      error{errc::invalid_value, "poll_before_sleeping is "
                                   + std::to_string(options.poll_before_sleeping.count())
                                   + " us; it takes 0 or more"}};
  auto impl = std::make_shared<detail::transport_impl>(on.state(), options);
  value_or_throw(attach_transport(on.state(), impl));
  impl->start();
  return transport{std::move(impl)};
}

connect_options transport::default_connect_options() const {
  return impl_->fresh_connect_options();
}

listen_options transport::default_listen_options() const {
  return impl_->fresh_listen_options();
}

listener transport::listen(std::string_view at) {
  return listen(at, default_listen_options());
}

result<listener> transport::try_listen(std::string_view at) {
  return try_listen(at, default_listen_options());
}

connection transport::connect(std::string_view peer) {
  return connect(peer, default_connect_options());
}

result<connection> transport::try_connect(std::string_view peer) {
  return try_connect(peer, default_connect_options());
}

listener transport::listen(std::string_view at, listen_options options) {
  return value_or_throw(try_listen(at, std::move(options)));
}

result<listener> transport::try_listen(std::string_view at, listen_options options) {
  return impl_->listen(at, std::move(options)).map([](const auto& made) { return listener{made}; });
}

connection transport::connect(std::string_view peer, connect_options options) {
  return value_or_throw(try_connect(peer, std::move(options)));
}

result<connection> transport::try_connect(std::string_view peer, connect_options options) {
  return impl_->connect_and_wait(peer, std::move(options));
}

void transport::async_connect(std::string_view peer, connect_options options,
                              std::function<void(result<connection>)> done) {
  impl_->connect(peer, std::move(options), std::move(done));
}

result<void> transport::disconnect(const ockam::address& any) {
  return impl_->disconnect(any);
}

result<void> transport::stop_listener(const ockam::address& listener) {
  return impl_->stop_listener(listener);
}

std::vector<connection> transport::connections() const {
  std::vector<connection> handles;
  for (auto& each : impl_->connections().all())
    handles.emplace_back(std::move(each));
  return handles;
}

std::vector<listener> transport::listeners() const {
  std::vector<listener> handles;
  for (auto& each : impl_->listeners().all())
    handles.emplace_back(std::move(each));
  return handles;
}

std::optional<connection> transport::find_connection(std::string_view text) const {
  const auto named = ockam::address::parse(text);
  for (const auto& each : connections())
    if (each.peer() == text
        || (named && (each.sender_address() == *named || each.receiver_address() == *named)))
      return each;
  return std::nullopt;
}

std::optional<listener> transport::find_listener(std::string_view text) const {
  const auto named = ockam::address::parse(text);
  for (const auto& each : listeners())
    if (each.socket_address() == text || (named && each.address() == *named))
      return each;
  return std::nullopt;
}

} // namespace ockam::tcp
