#pragma once

#include "test_nodes.hpp"

#include "ockam/protocol/codec.hpp"
#include "ockam/protocol/frame.hpp"
#include "ockam/transports/limits.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ockam::test {

/// What the contract sets on either side of a connection.
struct side_options {
  connection_limits limits{};
  connection_observer observer{};
};

struct listening {
  std::string place; ///< where to connect to
  ockam::address address;
  ockam::flow_control_id flow_control_id;
};

/// A transport of one node, as far as the contract goes.
class transport_side {
public:
  virtual ~transport_side() = default;
  virtual result<listening> listen(const std::string& at, side_options options) = 0;
  virtual result<connection> connect(const std::string& place, side_options options) = 0;
  virtual result<void> stop_listener(const address& listener) = 0;
  virtual result<void> disconnect(const address& any) = 0;
  virtual std::vector<connection> connections() const = 0;
};

/// What connects two nodes: a kind of transport and all that it needs around it.
class transport_kind {
public:
  virtual ~transport_kind() = default;
  virtual std::unique_ptr<transport_side> attach(ockam::node& to) = 0;
  virtual std::string fresh_place() = 0; ///< to listen at
  virtual std::uint8_t address_type() const = 0;

  /// How messages are encoded, and how large they can be on the wire.
  virtual const message_form& form() const { return cbor_form; }
  virtual std::size_t largest_message() const { return default_max_frame_size; }
};

/// For transports with the interface of ours.
template <class Transport, class ConnectOptions, class ListenOptions>
class side_of final : public transport_side {
public:
  explicit side_of(Transport transport) : transport_{std::move(transport)} {}

  result<listening> listen(const std::string& at, side_options options) override {
    ListenOptions own;
    own.limits = options.limits;
    own.observer = std::move(options.observer);
    return transport_.try_listen(at, std::move(own)).map([](const auto& made) {
      return listening{made.socket_address(), made.address(), made.flow_control_id()};
    });
  }
  result<connection> connect(const std::string& place, side_options options) override {
    ConnectOptions own;
    own.limits = options.limits;
    own.observer = std::move(options.observer);
    return transport_.try_connect(place, std::move(own));
  }
  result<void> stop_listener(const address& listener) override {
    return transport_.stop_listener(listener);
  }
  result<void> disconnect(const address& any) override { return transport_.disconnect(any); }
  std::vector<connection> connections() const override { return transport_.connections(); }

private:
  Transport transport_;
};

struct kind_maker {
  std::string name; ///< part of the names of its tests
  std::unique_ptr<transport_kind> (*make)();

  friend void PrintTo(const kind_maker& value, std::ostream* out) { *out << value.name; }
};

template <class Kind>
kind_maker made_by(std::string name) {
  return {std::move(name),
          []() -> std::unique_ptr<transport_kind> { return std::make_unique<Kind>(); }};
}

/// What every transport does alike. A new one joins with a `transport_kind` of its own and
///
///     INSTANTIATE_TEST_SUITE_P(Its_name, TransportContract, testing::Values(made_by<its_kind>("it")));
class TransportContract : public nodes_test, public testing::WithParamInterface<kind_maker> {
protected:
  /// A node and its transport.
  struct side {
    ockam::node& node;
    std::unique_ptr<transport_side> transport;

    connection accepted(const std::vector<connection>& known = {}) const {
      return accepted_by(*transport, known);
    }
    std::uint64_t dropped(drop_reason why) const { return node.metrics().dropped_for(why); }
  };

  side make_side() {
    auto& node = start_node();
    return {node, kind->attach(node)};
  }
  listening listen(side& at, side_options options = {}) {
    return value_or_throw(at.transport->listen(kind->fresh_place(), std::move(options)));
  }
  connection connect(side& from, const listening& to, side_options options = {}) {
    return value_or_throw(from.transport->connect(to.place, std::move(options)));
  }

  /// A worker at `on` that answers what comes through `from`.
  void start_echoer(side& on, const flow_control_id& from, const address& at = "echoer");

  /// An endpoint at `on` that is reachable through `from`.
  endpoint start_reader(side& on, const flow_control_id& from, const address& at = "reader");

  bool all_connections_end() {
    return eventually(
      [&] { return a.transport->connections().empty() && b.transport->connections().empty(); });
  }

  const std::unique_ptr<transport_kind> kind = GetParam().make();
  side a = make_side();
  side b = make_side();
};

} // namespace ockam::test
