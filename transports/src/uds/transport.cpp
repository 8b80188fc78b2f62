#include "../socket/transport.hpp"
#include "connector.hpp"
#include "listener.hpp"
#include "socket_name.hpp"

#include "ockam/transports/uds.hpp"

namespace ockam::uds {

namespace detail {

/// What is special about Unix sockets: names in place of addresses.
class transport_impl final : public internal::socket_transport {
public:
  transport_impl(node_ptr node, const threads& threads)
    : socket_transport{std::move(node), internal::uds_format, "Unix socket", threads} {}

  [[nodiscard]] std::uint8_t type() const noexcept override { return transport_type::uds; }

  result<listener> listen(std::string_view at, const listen_options& options);
  void connect(std::string_view peer, const connect_options& options, on_connected done);

  using socket_transport::wait_for;

private:
  void connect_to(std::string_view peer, on_connected done,
                  std::optional<std::chrono::milliseconds> idle_timeout) override;
};

void transport_impl::connect(std::string_view peer, const connect_options& options,
                             on_connected done) {
  auto name = socket_name::parse(peer);
  if (!name)
    return done(fail(std::move(name.error())));
  socket_transport::connect(
    {.make_connector =
       [name = *name, options](const asio::any_io_executor& executor) {
         return std::make_shared<uds_connector>(executor, name, options);
       },
     .prepare = [text = name->text()](internal::stream_socket&) { return text; },
     .setup = {.limits = options.limits,
               .mode = connection_mode::outgoing,
               .id = options.flow_control_id,
               .spawner_id = {},
               .consumer_of = options.consumer_of,
               .observer = options.observer},
     .reconnect = options.reconnect},
    std::move(done));
}

void transport_impl::connect_to(std::string_view peer, on_connected done,
                                std::optional<std::chrono::milliseconds> idle_timeout) {
  connect_options options;
  if (idle_timeout)
    options.limits.idle_timeout = *idle_timeout;
  connect(peer, options, std::move(done));
}

/// The accepting end calls the other one by the name that it listens at, as the reference does.
result<listener> transport_impl::listen(std::string_view at, const listen_options& options) {
  const auto name = socket_name::parse(at);
  if (!name)
    return fail(name.error());
  if (stopping())
    return stopped();
  auto made = uds_listener::make(next_thread(), *name, options);
  if (!made)
    return fail(std::move(made.error()));
  if (auto opened = (*made)->open(node(), name->text()); !opened) {
    (*made)->stop();
    return fail(std::move(opened.error()));
  }
  begin_listening(*made, {.prepare = [text = name->text(), checked = name->is_abstract(),
                                      permissions = options.permissions](
                                       internal::stream_socket& socket) -> result<std::string> {
                            if (checked && !lets_in(socket, permissions))
                              return fail(errc::access_denied,
                                          "another user may not connect to " + text
                                            + " (permissions of the listener)");
                            std::error_code failed;
                            socket.non_blocking(true, failed);
                            if (failed)
                              return fail(error{failed});
                            return text;
                          },
                          .setup = {.limits = options.limits,
                                    .mode = connection_mode::incoming,
                                    .spawner_id = options.spawner_flow_control_id,
                                    .consumer_of = options.consumer_of,
                                    .observer = options.observer}});
  return listener{*made};
}

} // namespace detail

transport::transport(std::shared_ptr<detail::transport_impl> impl)
  : transport_handle{impl}, impl_{std::move(impl)} {}

transport transport::create(node& on, transport_options options) {
  const internal::io_transport::threads threads{options.io_threads, options.io_context,
                                                options.poll_before_sleeping};
  check(threads);
  auto impl = std::make_shared<detail::transport_impl>(on.state(), threads);
  value_or_throw(attach_transport(on.state(), impl));
  impl->start();
  return transport{std::move(impl)};
}

listener transport::listen(std::string_view at, listen_options options) {
  return value_or_throw(try_listen(at, std::move(options)));
}

result<listener> transport::try_listen(std::string_view at, listen_options options) {
  return impl_->listen(at, options);
}

connection transport::connect(std::string_view peer, connect_options options) {
  return value_or_throw(try_connect(peer, std::move(options)));
}

result<connection> transport::try_connect(std::string_view peer, connect_options options) {
  return impl_->wait_for<connection>(
    [&](auto done) { impl_->connect(peer, options, std::move(done)); });
}

void transport::async_connect(std::string_view peer, connect_options options,
                              std::function<void(result<connection>)> done) {
  impl_->connect(peer, options, std::move(done));
}

} // namespace ockam::uds
