#include "error_of.hpp"
#include "flow_control_scenario.hpp"

namespace ockam::test {
namespace {

// What reaches the workers of A through the connection that it has opened, and what does not.
class FlowControlOfAConnection : public flow_control_scenario {
protected:
  FlowControlOfAConnection() {
    start_echoer(b);
    admit("echoer");
  }

  void admit_at_a(const address& consumer, const connection& through) {
    a.flow_controls().add_consumer(consumer, through.flow_control_id());
  }

  /// The message that B sends along `to` is dropped by A's receiver.
  void expect_denied_at_a(const route& to, const connection& through) {
    const auto before = a.dropped(drop_reason::not_a_consumer);
    b.node.send(to, "on my own initiative");
    expect_drops(a.node, drop_reason::not_a_consumer, before + 1);
    EXPECT_TRUE(logged({"warning", to_string(through.receiver_address()),
                        to_string(through.flow_control_id()), "add_consumer"}));
    EXPECT_EQ(ask(a.node, {through, "echoer"}), "Hello Ockam!");
  }
};

TEST_F(FlowControlOfAConnection, FC22_AReplyToTheRootEndpointIsDropped) {
  a.node.send({c, "echoer"}, "Hello Ockam!");
  expect_drops(a.node, drop_reason::not_a_consumer, 1);
  EXPECT_TRUE(logged({"warning", to_string(c.receiver_address()), "0#app",
                      to_string(c.flow_control_id()), "add_consumer"}));
  const auto received = a.node.root().receive<std::string>({.timeout = short_timeout});
  ASSERT_FALSE(received);
  EXPECT_EQ(error_of(received), errc::timeout);
}

TEST_F(FlowControlOfAConnection, FC23_FCU3_AReplyToAConsumerOfTheConnectionIsReceived) {
  EXPECT_EQ(a.flow_controls().find_producer_exactly(c.receiver_address()),
            (producer_info{c.flow_control_id(), std::nullopt}));
  admit_at_a("app", c);
  a.node.send({c, "echoer"}, "Hello Ockam!");
  EXPECT_EQ(a.node.receive<std::string>({long_timeout}).body(), "Hello Ockam!");
}

TEST_F(FlowControlOfAConnection, FC24_FCU14_ARequestNeedsNoSetUp) {
  EXPECT_EQ(ask(a.node, {c, "echoer"}), "Hello Ockam!");
  EXPECT_TRUE(a.flow_controls().consumers(c.flow_control_id()).empty()) << "gone with the request";
}

TEST_F(FlowControlOfAConnection, FC25_TheAutomaticEntryCoversNoLocalHop) {
  a.node.start_worker("h1", hop{});
  expect_dropped(a.node, {"h1", c, "echoer"}, a.node, drop_reason::not_a_consumer);
  EXPECT_EQ(b.node.metrics().sent, 1u) << "the request was answered";
}

TEST_F(FlowControlOfAConnection, FC26_ALocalHopThatIsAConsumerLetsTheReplyThrough) {
  a.node.start_worker("h1", hop{});
  admit_at_a("h1", c);
  EXPECT_EQ(ask(a.node, {"h1", c, "echoer"}), "Hello Ockam!");
}

TEST_F(FlowControlOfAConnection, FC27_ERR16_ASecondReplyFindsNoReceiver) {
  b.node.start_worker("eager", [](context& ctx, const routed<std::string>& received) {
    return ctx.send(received.return_route(), "first").and_then([&] {
      return ctx.send(received.return_route(), "second");
    });
  });
  admit("eager");
  EXPECT_EQ(ask(a.node, {c, "eager"}), "first");
  // The second one may still reach the temporary address, which ends with it unread.
  EXPECT_TRUE(eventually([&] {
    return a.dropped(drop_reason::unknown_address) + a.dropped(drop_reason::worker_gone) == 1;
  }));
}

TEST_F(FlowControlOfAConnection, FC27_ASecondReplyThatComesLaterIsNotFoundAndLogged) {
  gate answered;
  b.node.start_worker(
    "late",
    [=](context& ctx, const routed<std::string>& received) {
      return ctx.send(received.return_route(), "first").and_then([&] {
        static_cast<void>(answered.wait());
        return ctx.send(received.return_route(), "second");
      });
    },
    pooled);
  admit("late");
  EXPECT_EQ(ask(a.node, {c, "late"}), "first");
  answered.open();
  expect_drops(a.node, drop_reason::unknown_address, 1);
  EXPECT_TRUE(logged({"warning", "not_found", c.peer()}));
}

TEST_F(FlowControlOfAConnection, FC28_AnUnaskedMessageReachesNoWorker) {
  a.node.start_worker("w", recorder{});
  expect_denied_at_a({k, "w"}, c);
}

TEST_F(FlowControlOfAConnection, FC29_TCP27_AnUnaskedMessageReachesAConsumer) {
  auto w = a.node.detached("w");
  admit_at_a("w", c);
  b.node.send({k, "w"}, "on my own initiative");
  const auto received = w.receive<std::string>({long_timeout});
  ASSERT_TRUE(received);
  EXPECT_EQ(received->body(), "on my own initiative");
  EXPECT_EQ(received->return_route(), (route{c, "app"}));
  EXPECT_EQ(received->source_address(), c.receiver_address());
}

TEST_F(FlowControlOfAConnection, FC30_ANewConnectionStartsWithoutConsumers) {
  auto w = a.node.detached("w");
  admit_at_a("w", c);
  ASSERT_TRUE(c.try_close());
  EXPECT_TRUE(a.flow_controls().consumers(c.flow_control_id()).empty());
  EXPECT_TRUE(eventually([&] { return b.tcp.connections().empty(); }));

  const auto again = a.connect(l);
  EXPECT_NE(again.flow_control_id(), c.flow_control_id());
  const auto accepted = b.accepted();
  expect_denied_at_a({accepted, "w"}, again);
  admit_at_a("w", again);
  b.node.send({accepted, "w"}, "welcome back");
  EXPECT_EQ(w.receive<std::string>({long_timeout})->body(), "welcome back");
}

TEST_F(FlowControlOfAConnection, FC31_TCP19_AConsumerOfOneConnectionIsNotReachedThroughAnother) {
  auto w = a.node.detached("w");
  admit_at_a("w", c);
  const auto c2 = a.connect(l);
  const auto k2 = b.accepted({k});
  expect_denied_at_a({k2, "w"}, c2);
  b.node.send({k, "w"}, "through the first");
  EXPECT_EQ(w.receive<std::string>({long_timeout})->body(), "through the first");
}

TEST_F(FlowControlOfAConnection, FC32_FCU3_AsConsumerMakesTheNodeATransit) {
  tcp_node client{start_node()};
  const auto entrance = a.listen();
  const auto out = a.connect(l, tcp::connect_options{}.as_consumer(entrance.flow_control_id()));
  EXPECT_EQ(a.flow_controls().consumers(entrance.flow_control_id()),
            std::set<address>{out.sender_address()});
  const auto p = client.connect(entrance);

  gate arrived;
  b.node.start_worker("w", [=](context&, const routed<std::string>&) { arrived.open(); });
  admit("w");
  client.node.send({p, out, "w"}, "in transit");
  EXPECT_TRUE(arrived.wait());
}

TEST_F(FlowControlOfAConnection, FC33_WithoutAsConsumerNothingPasses) {
  tcp_node client{start_node()};
  const auto entrance = a.listen();
  const auto p = client.connect(entrance);
  expect_dropped(client.node, {p, c, "echoer"}, a.node, drop_reason::not_a_consumer);
  EXPECT_EQ(ask(a.node, {c, "echoer"}), "Hello Ockam!") << "the way out works for A itself";
}

} // namespace
} // namespace ockam::test
