#pragma once

#include "nodes_test.hpp"

#include "ockam/actors/workers.hpp"
#include "ockam/protocol/codec.hpp"
#include "ockam/protocol/wire/frame.hpp"
#include "ockam/transports/limits.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ockam::test {

/// What the contract sets on either side.
struct side_options {
  connection_limits limits{};
  connection_observer observer{};
  bool explain_drops = false; ///< of a listener
  std::optional<reconnect_policy> reconnect{};
};

/// Where others can come: a listener, or a binding without a peer of its own.
struct listening {
  std::string place; ///< where to connect to
  ockam::address address;
  ockam::flow_control_id flow_control_id;
};

/// One end of what joins two nodes.
struct joined_end {
  std::string place;  ///< of its own, where it has one
  route way;          ///< to the other node: goes to the front of a route
  address receiver;   ///< the sender of messages from there
  flow_control_id id; ///< of the end itself
  std::function<bool()> is_open;
  std::function<result<void>()> end;

  /// A route that goes on at the other node.
  template <class... Parts>
  route to(const Parts&... rest) const {
    return make_route(way, rest...);
  }
};

/// A transport of one node, as far as the contract goes.
class transport_side {
public:
  virtual ~transport_side() = default;
  virtual result<listening> listen(const std::string& at, side_options options) = 0;
  virtual result<joined_end> join(const std::string& place, side_options options) = 0;
  /// The end here, where the other node has come: `there` is what it calls its own.
  virtual joined_end joined_by(const joined_end& there) const = 0;
  virtual std::size_t ends() const = 0;
};

/// What connects two nodes: a kind of transport and all that it needs around it.
class transport_kind {
public:
  virtual ~transport_kind() = default;
  virtual std::unique_ptr<transport_side> attach(ockam::node& to) = 0;
  virtual std::string fresh_place() = 0; ///< to listen at
  virtual std::uint8_t address_type() const = 0;

  /// How messages are encoded, and how large they can be and surely arrive.
  virtual const message_form& form() const { return cbor_form; }
  virtual std::size_t largest_message() const { return default_max_frame_size; }

  /// How long a request waits before it is lost; nothing is where there are connections.
  virtual std::chrono::milliseconds retry_after() const { return long_timeout; }
};

template <class Kind>
struct maker_of {
  std::string name; ///< part of the names of its tests
  std::unique_ptr<Kind> (*make)();

  friend void PrintTo(const maker_of& value, std::ostream* out) { *out << value.name; }
};

template <class Kind, class Made>
maker_of<Kind> made_by(std::string name) {
  return {std::move(name), []() -> std::unique_ptr<Kind> { return std::make_unique<Made>(); }};
}

/// Two nodes and what the contract does with them. `Attach` makes the side of a node: a member of `Kind`.
template <class Kind, auto Attach>
class two_sides_test : public nodes_test, public testing::WithParamInterface<maker_of<Kind>> {
protected:
  /// A node and its transport.
  struct side {
    ockam::node& node;
    std::invoke_result_t<decltype(Attach), Kind&, ockam::node&> transport;

    std::uint64_t dropped(drop_reason why) const { return node.metrics().dropped_for(why); }
  };

  side make_side(node_options options = {}) {
    auto& node = start_node(std::move(options));
    return {node, std::invoke(Attach, *kind, node)};
  }
  listening listen(side& at, side_options options = {}) {
    return value_or_throw(at.transport->listen(kind->fresh_place(), std::move(options)));
  }

  /// A worker at `on` that answers what comes through `from`.
  void start_echoer(side& on, const flow_control_id& from, const address& at = "echoer") {
    on.node.start_worker(at, echoer{});
    on.node.flow_controls().add_consumer(at, from);
  }

  /// An endpoint at `on` that is reachable through `from`.
  endpoint start_reader(side& on, const flow_control_id& from, const address& at = "reader") {
    auto reader = on.node.detached(at);
    on.node.flow_controls().add_consumer(at, from);
    return reader;
  }

  /// A body that makes a message of exactly `size` bytes on the way to `worker`.
  std::string body_for_encoded_size(std::size_t size, const address& worker) const {
    std::string body;
    for (auto left = size; left > 0; --left) {
      body.assign(left, 'x');
      const message content{route{worker}, route{"app"}, encode_payload(body).value()};
      if (kind->form().size(content, {}) == size)
        return body;
    }
    throw std::invalid_argument{"no body has that size"};
  }

  const std::unique_ptr<Kind> kind = this->GetParam().make();
  side a = make_side();
  side b = make_side();
};

/// What every transport does alike, whether it has connections or not. A new one joins with a
/// `transport_kind` of its own and OCKAM_TEST_TRANSPORT(Its_name, its_kind, "label");
class TransportContract : public two_sides_test<transport_kind, &transport_kind::attach> {
protected:
  joined_end join(side& from, const listening& to, side_options options = {}) {
    return value_or_throw(from.transport->join(to.place, std::move(options)));
  }
};

#define OCKAM_TEST_TRANSPORT(Name, Kind, label)                                                    \
  INSTANTIATE_TEST_SUITE_P(Name, TransportContract,                                                \
                           testing::Values(made_by<transport_kind, Kind>(label)))

} // namespace ockam::test
