#include "carrier.hpp"
#include "network.hpp"

#include "ockam/protocol/text.hpp"
#include "ockam/transports/engine/connection_engine.hpp"
#include "ockam/transports/memory.hpp"
#include "ockam/transports/transport/connecting_transport.hpp"

namespace ockam::memory {

namespace detail {

class memory_listener final : public internal::listening {
public:
  /// Makes the accepting end of a connection.
  using on_connect = std::function<result<std::shared_ptr<internal::connection_engine>>(
    const std::string& from, std::unique_ptr<pipe_carrier> over)>;

  memory_listener(std::shared_ptr<network_impl> network, listen_options options)
    : listening{options.spawner_flow_control_id},
      network_{std::move(network)},
      options_{std::move(options)} {}

  result<void> open(const node_ptr& node, std::string name) {
    if (auto opened = open_port(node, name); !opened)
      return opened;
    if (network_->add(name, std::static_pointer_cast<memory_listener>(shared_from_this())))
      return {};
    close_port();
    return fail(errc::already_exists,
                escaped(name) + " has a listener already; choose another name");
  }

  void stop() override {
    network_->remove(socket_address());
    close_port();
    ended(*this);
  }

  [[nodiscard]] const listen_options& options() const noexcept { return options_; }

  on_connect connect;
  std::function<void(const memory_listener&)> ended;

private:
  const std::shared_ptr<network_impl> network_;
  const listen_options options_;
};

class transport_impl final
  : public internal::connecting_transport,
    public internal::transport_calls<ockam::listener, connect_options, listen_options> {
public:
  transport_impl(node_ptr node, std::shared_ptr<network_impl> network)
    : connecting_transport{std::move(node), "memory"}, network_{std::move(network)} {}

  [[nodiscard]] std::uint8_t type() const noexcept override { return address_type; }

  void stop() override {
    begin_stop();
    for (const auto& each : connections().all())
      each->close();
    connections().wait_until_empty(std::chrono::milliseconds{500});
    for (const auto& each : connections().all()) // their peers do not read
      network_->dispatch([each] { each->abort(); });
  }

  result<ockam::listener> listen(std::string_view name, listen_options options) override {
    const auto made = std::make_shared<memory_listener>(network_, std::move(options));
    made->connect = [weak = weak_from_this(), from = made.get()](
                      const std::string& peer,
                      std::unique_ptr<pipe_carrier> over) -> result<connection_ptr> {
      const auto me = lock(weak);
      if (!me)
        return fail(errc::not_found, "the listening node has gone");
      return me->open({.limits = from->options().limits,
                       .mode = connection_mode::incoming,
                       .peer = peer,
                       .listener = from->shared_socket_address(),
                       .spawner_id = from->flow_control_id(),
                       .consumer_of = from->options().consumer_of,
                       .observer = from->options().observer,
                       .explain_drops = from->options().explain_drops,
                       .buffers = me->node()->buffer_budget()},
                      std::move(over));
    };
    made->ended = [weak = weak_from_this()](const memory_listener& ended) {
      if (const auto me = lock(weak))
        me->remove(ended);
    };
    if (auto opened = made->open(node(), std::string{name}); !opened)
      return fail(std::move(opened.error()));
    add(made);
    return ockam::listener{made};
  }

  void connect(std::string_view name, connect_options options, on_connected done) override {
    done(join(std::string{name}, options).map([](const auto& made) { return connection{made}; }));
  }

private:
  using connection_ptr = std::shared_ptr<internal::connection_engine>;

  void connect_to(std::string_view name, on_connected done,
                  std::optional<std::chrono::milliseconds> idle_timeout) override {
    connect_as_usual(name, idle_timeout, std::move(done));
  }

  static std::shared_ptr<transport_impl> lock(const std::weak_ptr<connecting_transport>& weak) {
    return std::static_pointer_cast<transport_impl>(weak.lock());
  }

  result<connection_ptr> open(internal::link::setup setup, std::unique_ptr<pipe_carrier> over) {
    auto made = std::make_shared<internal::connection_engine>(setup, internal::tcp_format, network_,
                                                              std::move(over));
    if (auto opened = made->open(node(), std::move(setup)); !opened)
      return fail(std::move(opened.error()));
    made->set_on_end(removal());
    add(made);
    return made;
  }

  /// Both ends, at once.
  result<connection_ptr> join(const std::string& name, const connect_options& options) {
    const auto listener = network_->find(name);
    if (!listener)
      return fail(errc::not_found, "there is no listener at " + escaped(name));
    auto [here, there] = pipe_carrier::make(network_);
    auto near = open({.limits = options.limits,
                      .mode = connection_mode::outgoing,
                      .peer = name,
                      .id = options.flow_control_id,
                      .spawner_id = {},
                      .consumer_of = options.consumer_of,
                      .observer = options.observer,
                      .buffers = node()->buffer_budget()},
                     std::move(here));
    if (!near)
      return near;
    auto far = listener->connect("client of " + name, std::move(there));
    if (!far) {
      (*near)->close();
      return far;
    }
    (*far)->start();
    (*near)->start();
    return near;
  }

  const std::shared_ptr<network_impl> network_;
};

} // namespace detail

// -- handles ---------------------------------------------------------------------------------------

network::network(drive how)
  : impl_{std::make_shared<detail::network_impl>()},
    driver_{std::make_shared<detail::driver>(impl_, how)} {}

bool network::run_one() {
  return impl_->run_one();
}

transport::transport(std::shared_ptr<detail::transport_impl> impl)
  : connecting_handle{std::move(impl)} {}

transport transport::create(node& on, const network& through) {
  auto impl = std::make_shared<detail::transport_impl>(on.services(), through.impl_);
  value_or_throw(attach_transport(on.services(), impl));
  return transport{std::move(impl)};
}

} // namespace ockam::memory
