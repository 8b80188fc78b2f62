#include "connection.hpp"
#include "network.hpp"

#include "../registry.hpp"

#include "node_state.hpp"

#include "ockam/actors/transport_port.hpp"
#include "ockam/protocol/text.hpp"
#include "ockam/transports/memory.hpp"

namespace ockam::memory {

namespace detail {

class listener_impl final : public std::enable_shared_from_this<listener_impl> {
public:
  using on_connect
    = std::function<result<std::shared_ptr<memory_connection>>(const std::string& from)>;

  listener_impl(std::shared_ptr<internal::node_state> node, std::shared_ptr<network_impl> network,
                std::string name, listen_options options)
    : node{std::move(node)},
      network{std::move(network)},
      name{std::move(name)},
      options{std::move(options)} {}

  result<void> open() {
    auto opened = listener_port::open(node, options.spawner_flow_control_id,
                                      [weak = weak_from_this()] {
                                        if (const auto me = weak.lock())
                                          me->end();
                                      });
    if (!opened)
      return fail(std::move(opened.error()));
    port = std::move(*opened);
    address = port.address();
    if (network->add(name, shared_from_this()))
      return {};
    port.close();
    return fail(errc::already_exists, "somebody listens at " + escaped(name) + " already");
  }

  void end() {
    network->remove(name);
    port.close();
    ended(address);
  }

  const std::shared_ptr<internal::node_state> node;
  const std::shared_ptr<network_impl> network;
  const std::string name;
  const listen_options options;
  listener_port port;
  ockam::address address;
  on_connect connect;
  std::function<void(const ockam::address&)> ended;
};

class transport_impl final : public ockam::transport,
                             public std::enable_shared_from_this<transport_impl> {
public:
  transport_impl(std::shared_ptr<internal::node_state> node, std::shared_ptr<network_impl> network)
    : node_{std::move(node)}, network_{std::move(network)} {}

  [[nodiscard]] std::uint8_t type() const noexcept override { return address_type; }

  result<ockam::address> resolve(const ockam::address& remote) override {
    return connect(std::string{remote.value()}, {}).map([](const auto& made) {
      return made->sender_address();
    });
  }

  void stop() override {
    for (const auto& each : listeners_.all())
      each->end();
    for (const auto& each : connections_.all())
      each->close();
    connections_.wait_until_empty(std::chrono::milliseconds{500});
  }

  result<std::shared_ptr<listener_impl>> listen(std::string name, listen_options options) {
    auto made = std::make_shared<listener_impl>(node_, network_, std::move(name),
                                                std::move(options));
    made->connect = [weak = weak_from_this(), from = made.get()](
                      const std::string& peer) -> result<std::shared_ptr<memory_connection>> {
      const auto me = weak.lock();
      if (!me)
        return fail(errc::not_found, "the listening node has gone");
      return me->open({.limits = from->options.limits,
                       .mode = connection_mode::incoming,
                       .peer = peer,
                       .spawner_id = from->options.spawner_flow_control_id,
                       .consumer_of = from->options.consumer_of,
                       .observer = from->options.observer,
                       .buffers = me->node_->buffers});
    };
    made->ended = [weak = weak_from_this()](const ockam::address& ended) {
      if (const auto me = weak.lock())
        me->listeners_.remove(ended);
    };
    if (auto opened = made->open(); !opened)
      return fail(std::move(opened.error()));
    listeners_.add(made->address, made);
    return made;
  }

  result<std::shared_ptr<memory_connection>> connect(const std::string& name,
                                                     connect_options options) {
    const auto listener = network_->find(name);
    if (!listener)
      return fail(errc::not_found, "nobody listens at " + escaped(name));
    auto near = open({.limits = options.limits,
                      .mode = connection_mode::outgoing,
                      .peer = name,
                      .id = options.flow_control_id,
                      .spawner_id = {},
                      .consumer_of = options.consumer_of,
                      .observer = options.observer,
                      .buffers = node_->buffers});
    if (!near)
      return near;
    auto far = listener->connect("client of " + name);
    if (!far) {
      (*near)->close();
      return far;
    }
    (*far)->join(*near);
    (*near)->join(*far);
    (*far)->start();
    (*near)->start();
    return near;
  }

  [[nodiscard]] const auto& connections() const noexcept { return connections_; }
  [[nodiscard]] const auto& listeners() const noexcept { return listeners_; }

private:
  result<std::shared_ptr<memory_connection>> open(internal::stream_link::setup setup) {
    auto made = std::make_shared<memory_connection>(
      setup, network_, [weak = weak_from_this()](const memory_connection& ended) {
        if (const auto me = weak.lock())
          me->connections_.remove(ended.sender_address());
      });
    if (auto opened = made->open(node_, std::move(setup)); !opened)
      return fail(std::move(opened.error()));
    connections_.add(made->sender_address(), made);
    return made;
  }

  const std::shared_ptr<internal::node_state> node_;
  const std::shared_ptr<network_impl> network_;
  internal::registry<memory_connection> connections_;
  internal::registry<listener_impl> listeners_;
};

} // namespace detail

// -- handles ---------------------------------------------------------------------------------------

network::network(drive how)
  : impl_{std::make_shared<detail::network_impl>()},
    driver_{std::make_shared<detail::driver>(impl_, how)} {}

bool network::run_one() {
  return impl_->run_one();
}

listener::listener(std::shared_ptr<detail::listener_impl> impl) : impl_{std::move(impl)} {}

const address& listener::address() const noexcept {
  return impl_->address;
}

const std::string& listener::socket_address() const noexcept {
  return impl_->name;
}

const flow_control_id& listener::flow_control_id() const noexcept {
  return impl_->options.spawner_flow_control_id;
}

result<void> listener::stop() const {
  return impl_->node->stop_worker(impl_->address);
}

transport::transport(std::shared_ptr<detail::transport_impl> impl) : impl_{std::move(impl)} {}

transport transport::create(node& on, const network& through) {
  auto impl = std::make_shared<detail::transport_impl>(on.state(), through.impl_);
  value_or_throw(attach_transport(on.state(), impl));
  return transport{std::move(impl)};
}

listener transport::listen(std::string_view name, listen_options options) {
  return value_or_throw(try_listen(name, std::move(options)));
}

result<listener> transport::try_listen(std::string_view name, listen_options options) {
  return impl_->listen(std::string{name}, std::move(options)).map([](const auto& made) {
    return listener{made};
  });
}

connection transport::connect(std::string_view name, connect_options options) {
  return value_or_throw(try_connect(name, std::move(options)));
}

result<connection> transport::try_connect(std::string_view name, connect_options options) {
  return impl_->connect(std::string{name}, std::move(options)).map([](const auto& made) {
    return connection{made};
  });
}

result<void> transport::disconnect(const ockam::address& any) {
  for (const auto& each : impl_->connections().all())
    if (each->sender_address() == any || each->receiver_address() == any)
      return each->disconnect();
  return fail(errc::not_found,
              "no connection of this transport has the address " + escaped(to_string(any)));
}

result<void> transport::stop_listener(const ockam::address& listener) {
  for (const auto& each : impl_->listeners().all())
    if (each->address == listener)
      return each->node->stop_worker(listener);
  return fail(errc::not_found,
              "no listener of this transport has the address " + escaped(to_string(listener)));
}

std::vector<connection> transport::connections() const {
  std::vector<connection> handles;
  for (auto& each : impl_->connections().all())
    handles.emplace_back(std::move(each));
  return handles;
}

} // namespace ockam::memory
