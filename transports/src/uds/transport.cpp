#include "stream/stream_connections.hpp"

#include "connector.hpp"
#include "listener.hpp"
#include "socket_name.hpp"

#include "ockam/protocol/text.hpp"
#include "ockam/transports/config.hpp"

namespace ockam::uds {

namespace detail {

namespace {

sdk::thread_options<sdk::asio_net> threads_of(const transport_options& options) {
  return {options.io_threads, options.io_context, options.poll_before_sleeping};
}

} // namespace

/// The connections and listeners of one node, over Unix sockets.
class transport_impl final
  : public sdk::connecting_transport,
    public sdk::transport_calls<ockam::listener, connect_options, listen_options> {
public:
  transport_impl(node_ptr node, const transport_options& options)
    : connecting_transport{std::move(node), "Unix socket"},
      transport_calls{options.connect, options.listen},
      threads_{this->node(), threads_of(options)},
      sockets_{*this, sdk::uds_format, threads_} {}

  void start() { threads_.start(); }
  void stop() override {
    begin_stop();
    threads_.stop(connections());
  }

  [[nodiscard]] std::uint8_t type() const noexcept override { return transport_type::uds; }

  result<ockam::listener> listen(std::string_view at, listen_options options) override;
  void connect(std::string_view peer, connect_options options, on_connected done) override;

private:
  [[nodiscard]] bool is_own_thread() const noexcept override { return threads_.is_this_thread(); }
  void connect_to(std::string_view peer, on_connected done,
                  std::optional<std::chrono::milliseconds> idle_timeout) override {
    connect_as_usual(peer, idle_timeout, std::move(done));
  }

  sdk::io_threads threads_;
  sdk::stream_connections sockets_;
};

void transport_impl::connect(std::string_view peer, connect_options options, on_connected done) {
  auto name = socket_name::parse(peer);
  if (!name)
    return done(fail(std::move(name.error())));
  sockets_.connect({.make_connector =
                      [name = *name, options](std::shared_ptr<sdk::io_thread> thread) {
                        return std::make_shared<uds_connector>(std::move(thread), name, options);
                      },
                    .prepare = [text = name->text()](sdk::stream_socket&) { return text; },
                    .setup = {.connection = options.connection},
                    .reconnect = options.reconnect},
                   std::move(done));
}

/// The accepting end calls the other one by the name that it listens at, as the reference does.
result<ockam::listener> transport_impl::listen(std::string_view at, listen_options options) {
  const auto name = socket_name::parse(at);
  if (!name)
    return fail(name.error());
  if (stopping())
    return stopped();
  auto made = uds_listener::make(threads_.next(), *name, options);
  if (!made)
    return fail(std::move(made.error()));
  if (auto opened = (*made)->open(node(), name->text()); !opened) {
    (*made)->stop();
    return fail(std::move(opened.error()));
  }
  auto setup = sdk::link::setup::accepted(options.connection);
  setup.explain_drops = options.explain_drops;
  sockets_.begin_listening(
    *made, {.prepare = [text = name->text(), checked = name->is_abstract(),
                        permissions = options.permissions](
                         sdk::stream_socket& socket) -> result<std::string> {
              if (checked && !lets_in(socket, permissions))
                return fail(errc::access_denied, "another user may not connect to " + escaped(text)
                                                   + " (permissions of the listener)");
              std::error_code failed;
              socket.non_blocking(true, failed);
              if (failed)
                return fail(error{failed});
              return text;
            },
            .setup = std::move(setup)});
  return ockam::listener{*made};
}

} // namespace detail

transport::transport(std::shared_ptr<detail::transport_impl> impl)
  : connecting_handle{std::move(impl)} {}

transport transport::create(node& on) {
  return create(on, transport_options_from(on.system().config()));
}

transport transport::create(node& on, transport_options options) {
  detail::threads_of(options).check();
  return transport{sdk::attach_started(on.services(), "Unix socket", [&] {
    return std::make_shared<detail::transport_impl>(on.services(), options);
  })};
}

} // namespace ockam::uds
