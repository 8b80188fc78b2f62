#include "transport.hpp"

#include "connector.hpp"
#include "socket_options.hpp"

#include "ockam/protocol/host_port.hpp"
#include "ockam/transports/config.hpp"
#include "ockam/transports/io/numeric_endpoint.hpp"

#include <charconv>

namespace ockam::tcp {

namespace detail {

namespace {

/// Sets the options of a connected socket, and returns the address of its peer.
auto make_ready(const node_ptr& node, const keepalive_options& keepalive,
                const connection_limits& limits) {
  return [node, keepalive,
          deadline = limits.write_timeout](internal::stream_socket& socket) -> result<std::string> {
    const auto refused = prepare(socket, keepalive, deadline);
    std::error_code failed;
    const auto peer = socket.remote_endpoint(failed);
    if (failed)
      return fail(error{failed, "asking for the address of the peer"});
    auto text = internal::to_text(tcp_endpoint(peer));
    if (refused)
      node->log().report(log_level::warning, [&] {
        return "the connection with " + text
               + " does without a socket option: " + refused.message();
      });
    return text;
  };
}

internal::thread_options<internal::asio_net> threads_of(const transport_options& options) {
  return {options.io_threads, options.io_context, options.poll_before_sleeping};
}

} // namespace

transport_impl::transport_impl(node_ptr node, const transport_options& options)
  : connecting_transport{std::move(node), "TCP"},
    transport_calls{options.connect, options.listen},
    threads_{this->node(), threads_of(options)},
    sockets_{*this, internal::tcp_format, threads_} {}

void transport_impl::stop() {
  begin_stop();
  threads_.stop(connections());
}

void transport_impl::connect(std::string_view peer, connect_options options, on_connected done) {
  auto where = parse_peer(peer);
  if (!where)
    return done(fail(std::move(where.error())));
  sockets_.connect(
    {.make_connector =
       [where = std::move(*where), options](std::shared_ptr<internal::io_thread> thread) {
         return std::make_shared<tcp_connector>(std::move(thread), where, options);
       },
     .prepare = make_ready(node(), options.keepalive, options.limits),
     .setup = {.limits = options.limits,
               .mode = connection_mode::outgoing,
               .id = options.flow_control_id,
               .spawner_id = {},
               .consumer_of = options.consumer_of,
               .observer = options.observer},
     .reconnect = options.reconnect},
    std::move(done));
}

result<listener> transport_impl::listen(std::string_view at, listen_options options) {
  const auto where = parse_listen(at);
  if (!where)
    return fail(where.error());
  if (stopping())
    return stopped();
  const auto thread = threads_.next();
  auto bound = internal::listen_at<internal::asio_net, asio::generic::stream_protocol>(
    thread->executor(), *where, options.backlog);
  if (!bound)
    return fail(std::move(bound.error()));
  std::error_code ignored;
  const auto real = internal::to_text(tcp_endpoint(bound->local_endpoint(ignored)));
  auto made = std::make_shared<internal::socket_listener>(
    thread, std::move(*bound), options.spawner_flow_control_id, options.max_connections);
  if (auto opened = made->open(node(), real); !opened)
    return fail(std::move(opened.error()));
  sockets_.begin_listening(made, {.prepare = make_ready(node(), options.keepalive, options.limits),
                                  .setup = {.limits = options.limits,
                                            .mode = connection_mode::incoming,
                                            .spawner_id = options.spawner_flow_control_id,
                                            .consumer_of = options.consumer_of,
                                            .observer = options.observer,
                                            .explain_drops = options.explain_drops}});
  return listener{made};
}

} // namespace detail

std::uint16_t listener::port() const noexcept {
  const auto& at = socket_address();
  std::uint16_t port = 0;
  std::from_chars(at.data() + at.rfind(':') + 1, at.data() + at.size(), port);
  return port;
}

transport::transport(std::shared_ptr<detail::transport_impl> impl)
  : connecting_handle{std::move(impl)} {}

transport transport::create(node& on) {
  return create(on, transport_options_from(on.system().config()));
}

transport transport::create(node& on, transport_options options) {
  detail::threads_of(options).check();
  return transport{internal::attach_started(on.services(), "TCP", [&] {
    return std::make_shared<detail::transport_impl>(on.services(), options);
  })};
}

} // namespace ockam::tcp
