// The matrix can fail: each test breaks one rule of the wire, between nodes that keep it, and shows
// that a cell notices. Nothing in the library can be told to break a rule; a proxy does it.

#include "frame_proxy.hpp"
#include "peers.hpp"

#include "ockam/actors/workers.hpp"
#include "ockam/protocol/codec.hpp"

#include <algorithm>

namespace ockam::test {
namespace {

using direction = frame_proxy::direction;

template <class Change>
direction changing(Change change) {
  return {.body = [change](bytes body) {
    auto content = decode_message(shared_bytes::adopt(std::move(body))).value();
    return encode_message(change(std::move(content)));
  }};
}

const direction as_it_is{};

direction with_version_2() {
  return {.version = [](bytes) { return bytes{2}; }};
}

direction with_return_routes_reversed() {
  return changing([](message&& content) {
    route reversed;
    for (const auto hop : content.return_route())
      reversed.prepend(hop);
    return std::move(content).set_return_route(reversed);
  });
}

direction without_payload_prefix() {
  return changing([](message&& content) {
    const auto payload = content.payload().view();
    return std::move(content).set_payload(
      shared_bytes::adopt(bytes{payload.begin() + 1, payload.end()}));
  });
}

/// What goes from our node to a Rust node is changed.
class Broken : public rust_test {
protected:
  tcp_node own{start_node()};

  /// The cell of two local hops: [h1, connection, echoer], asked by us.
  bool our_initiator_is_answered(const direction& ours) {
    const auto peer = start_listener(GetParam(), {"echoer"});
    const frame_proxy proxy{port_in(peer.address), ours, as_it_is};
    own.node.start_worker("h1", hop{});
    const auto connection = own.tcp.connect(proxy.address());
    own.flow_controls().add_consumer("h1", connection.flow_control_id());
    const auto reply = ask(own.node, {"h1", connection, "echoer"}, "Hello Ockam!", 2s);
    connection.close();
    return reply == "Hello Ockam!";
  }

  /// The cell of our responder, asked by a Rust node.
  std::vector<std::string> asked_by_rust(const direction& ours, std::vector<std::string> admitted) {
    own.node.start_worker("echoer", echoer{});
    own.node.start_worker("secret", echoer{});
    const auto listener = own.listen();
    for (const auto& each : admitted)
      own.flow_controls().add_consumer(each, listener.flow_control_id());
    const frame_proxy proxy{listener.port(), as_it_is, ours};
    return replies_in(
      run_initiator(GetParam(), proxy.address(),
                    {"--limit-ms", enough_for_a_reply, "--to", "secret", "--to", "echoer"}));
  }

  bool our_responder_passes(const direction& ours, std::vector<std::string> admitted = {"echoer"}) {
    const auto lines = asked_by_rust(ours, std::move(admitted));
    return lines.size() == 2 && lines[0].starts_with("No reply from secret")
           && lines[1] == "App Received: Hello Ockam!";
  }
};

TEST_P(Broken, NothingAndTheCellsPass) {
  EXPECT_TRUE(our_initiator_is_answered(as_it_is));
  EXPECT_TRUE(our_responder_passes(as_it_is));
}

/// A node of 0.150 asks itself to stop when it has read the byte, and goes on until that is done: what
/// follows at once may still be answered.
TEST_P(Broken, TCP21_TheVersionByteAndTheInitiatorFails) {
  const auto peer = start_listener(GetParam(), {"echoer"});
  const frame_proxy proxy{port_in(peer.address), with_version_2(), as_it_is};
  const auto connection = own.tcp.connect(proxy.address());
  EXPECT_TRUE(eventually([&] { return !connection.is_open(); }));
  EXPECT_FALSE(own.node.root().send({connection, "echoer"}, std::string{"Hello Ockam!"}));
}

TEST_P(Broken, TCP21_TheVersionByteAndTheResponderFails) {
  EXPECT_FALSE(our_responder_passes(with_version_2()));
}

TEST_P(Broken, RTD6_TheOrderOfTheReturnRouteAndTheInitiatorFails) {
  EXPECT_FALSE(our_initiator_is_answered(with_return_routes_reversed()));
}

TEST_P(Broken, FC2_FlowControlThatAdmitsTooMuchAndTheResponderFails) {
  EXPECT_FALSE(our_responder_passes(as_it_is, {"echoer", "secret"}));
}

TEST_P(Broken, FC1_FlowControlThatAdmitsTooLittleAndTheResponderFails) {
  EXPECT_FALSE(our_responder_passes(as_it_is, {}));
}

TEST_P(Broken, MTY1_TheLengthInFrontOfATextAndTheInitiatorFails) {
  EXPECT_FALSE(our_initiator_is_answered(without_payload_prefix()));
}

TEST_P(Broken, MTY1_TheLengthInFrontOfATextAndTheResponderFails) {
  EXPECT_FALSE(our_responder_passes(without_payload_prefix()));
}

INSTANTIATE_TEST_SUITE_P(Interop, Broken, testing::ValuesIn(rust_makers), name_of);

} // namespace
} // namespace ockam::test
