#include "carrier.hpp"
#include "mptcp.hpp"

#include "ockam/transports/io/basic_ip_connector.hpp"
#include "ockam/transports/transport/basic_acceptor.hpp"
#include "ockam/transports/transport/basic_io_threads.hpp"

#include <algorithm>
#include <cstring>

namespace mptcp {

namespace {

using acceptor = sdk::basic_acceptor<sdk::asio_net, multipath>;
using thread_ptr = std::shared_ptr<sdk::io_thread>;

constexpr std::string_view name = "MPTCP";
constexpr sdk::stream_format format{ockam::tcp_framing, ockam::cbor_form};

/// `host:port`
std::string text_of(const multipath::endpoint& where) {
  asio::ip::tcp::endpoint ip;
  std::memcpy(ip.data(), where.data(), std::min(where.size(), ip.capacity()));
  return sdk::to_text(ip);
}

/// Connects to the addresses of a host, one after the other.
class connector final : public sdk::basic_ip_connector<sdk::asio_net, multipath, socket> {
public:
  using basic_ip_connector::basic_ip_connector;

private:
  void connected(socket made, const endpoint&) override { finish(std::move(made)); }
};

} // namespace

/// The connections and listeners of one node.
class transport_impl final
  : public sdk::connecting_transport,
    public sdk::transport_calls<ockam::listener, connect_options, listen_options> {
public:
  explicit transport_impl(ockam::node_ptr node)
    : connecting_transport{std::move(node), std::string{name}}, threads_{this->node(), {}} {}

  void start() { threads_.start(); }
  void stop() override {
    begin_stop();
    threads_.stop(connections());
  }
  [[nodiscard]] std::uint8_t type() const noexcept override { return address_type; }

  void connect(std::string_view peer, connect_options options, sdk::on_connected done) override;
  ockam::result<ockam::listener> listen(std::string_view at, listen_options options) override;

private:
  [[nodiscard]] bool is_own_thread() const noexcept override { return threads_.is_this_thread(); }
  void connect_to(std::string_view peer, sdk::on_connected done,
                  std::optional<std::chrono::milliseconds> idle_timeout) override {
    connect_as_usual(peer, idle_timeout, std::move(done));
  }

  ockam::result<ockam::connection> adopt(socket made, sdk::link::setup setup,
                                         const thread_ptr& thread,
                                         std::weak_ptr<acceptor> accepted_by = {});

  sdk::basic_io_threads<sdk::asio_net> threads_;
};

/// Makes a connection of a socket.
ockam::result<ockam::connection> transport_impl::adopt(socket made, sdk::link::setup setup,
                                                       const thread_ptr& thread,
                                                       std::weak_ptr<acceptor> accepted_by) {
  std::error_code failed;
  made.set_option(asio::ip::tcp::no_delay{true}, failed); // an old kernel may refuse it
  setup.peer = text_of(made.remote_endpoint(failed));
  if (!failed)
    made.non_blocking(true, failed);
  if (failed)
    return ockam::fail(ockam::error{failed, "preparing a socket"});
  setup.buffers = node()->buffer_budget();
  const auto engine = std::make_shared<sdk::connection_engine>(
    setup, format, thread, std::make_unique<socket_carrier>(thread, std::move(made)));
  if (auto opened = engine->open(node(), std::move(setup)); !opened)
    return ockam::fail(std::move(opened.error()));
  engine->set_on_end(std::make_shared<const sdk::connection_engine::on_end>(
    [weak = weak_from_this(), accepted_by](const sdk::connection_engine& ended) {
      if (const auto listener = accepted_by.lock())
        listener->connection_ended();
      if (const auto me = weak.lock())
        me->remove(ended);
    }));
  add(engine);
  engine->start();
  return ockam::connection{engine};
}

void transport_impl::connect(std::string_view peer, connect_options options,
                             sdk::on_connected done) {
  const auto host = ockam::parse_peer(peer);
  if (!host)
    return done(ockam::fail(host.error()));
  const auto thread = threads_.next();
  const auto attempt = std::make_shared<connector>(
    thread, peer, *host, sdk::connect_timeouts{options.connect_timeout, {}});
  if (!add_attempt(attempt))
    return done(stopped());
  attempt->start([me = self_as<transport_impl>(), thread, options = std::move(options),
                  done = std::move(done)](ockam::result<socket> made) {
    if (!made)
      return done(ockam::fail(std::move(made.error())));
    done(me->adopt(std::move(*made),
                   {.limits = options.limits,
                    .mode = ockam::connection_mode::outgoing,
                    .id = options.flow_control_id,
                    .observer = options.observer},
                   thread));
  });
}

ockam::result<ockam::listener> transport_impl::listen(std::string_view at, listen_options options) {
  const auto where = ockam::parse_listen(at);
  if (!where)
    return ockam::fail(where.error());
  if (stopping())
    return stopped();
  const auto thread = threads_.next();
  auto bound = sdk::listen_at<sdk::asio_net, multipath>(thread->executor(), *where, 128);
  if (!bound)
    return ockam::fail(std::move(bound.error()));
  std::error_code ignored;
  const auto real = text_of(bound->local_endpoint(ignored));
  const auto made = std::make_shared<acceptor>(
    thread, std::move(*bound), options.spawner_flow_control_id, options.max_connections);
  if (auto opened = made->open(node(), real); !opened)
    return ockam::fail(std::move(opened.error()));
  add(made);
  made->start([me = self_as<transport_impl>()] { return me->threads_.next(); },
              [me = self_as<transport_impl>(), from = std::weak_ptr{made},
               options](socket accepted, const thread_ptr& served_by) {
                const auto listener = from.lock();
                if (!listener)
                  return;
                const auto connection = me->adopt(std::move(accepted),
                                                  {.limits = options.limits,
                                                   .mode = ockam::connection_mode::incoming,
                                                   .listener = listener->shared_socket_address(),
                                                   .spawner_id = options.spawner_flow_control_id,
                                                   .observer = options.observer,
                                                   .explain_drops = options.explain_drops},
                                                  served_by, listener);
                if (connection)
                  return;
                listener->connection_ended();
                me->report_not_taken(listener->socket_address(), connection.error());
              },
              [weak = weak_from_this()](const sdk::listening& ended) {
                if (const auto me = weak.lock())
                  me->remove(ended);
              });
  return ockam::listener{made};
}

transport::transport(std::shared_ptr<transport_impl> impl) : connecting_handle{std::move(impl)} {}

transport transport::create(ockam::node& on) {
  return transport{sdk::attach_started(on.services(), name, [&] {
    return std::make_shared<transport_impl>(on.services());
  })};
}

} // namespace mptcp
