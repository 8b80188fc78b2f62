#include "error_of.hpp"
#include "fake_connection.hpp"

#include "ockam/actors/workers.hpp"

#include <thread>

namespace ockam::test {
namespace {

class Sending : public node_test {
protected:
  /// A mailbox that reports its messages.
  [[nodiscard]] endpoint target(mailboxes at = "target") {
    return node.make_endpoint(std::move(at));
  }
};

TEST_F(Sending, SND1_ResolutionComesBeforeAccessControl) {
  auto denied = node.make_endpoint(
    mailbox_options{.address = "denied", .incoming = allow_all(), .outgoing = deny_all()});
  EXPECT_EQ(error_of(denied.send("nobody", "x")), errc::not_found);
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::outgoing_denied), 0u);
}

TEST_F(Sending, SND1_AnUnknownAddressComesBeforeABodyThatCannotBeEncoded) {
  EXPECT_EQ(error_of(node.root().send("nobody", std::string{"\xff"})), errc::not_found);
  EXPECT_EQ((error_of(node.root().send_and_receive<any_body>("nobody", std::string{"\xff"}))),
            errc::not_found);
}

TEST_F(Sending, SND1_ATargetThatEndsWhileAccessControlIsAskedIsNotFound) {
  class ends_target final : public access_control {
  public:
    explicit ends_target(ockam::node& node) : node_{node} {}
    result<bool> is_authorized(const relay_message& what) const override {
      node_.stop_worker(what.destination);
      return true;
    }
    std::string remedy(const relay_message&) const override { return {}; }

  private:
    ockam::node& node_;
  };
  node.start_worker("target", echoer{});
  auto sender = node.make_endpoint(mailbox_options{
    .address = "sender", .incoming = allow_all(), .outgoing = std::make_shared<ends_target>(node)});
  EXPECT_EQ(sender.send("target", "x").error(), errc::not_found);
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::unknown_address), 1u);
}

TEST_F(Sending, SND2_ERR3_ADeniedSendSucceedsAndIsLoggedAndCounted) {
  auto box = target();
  auto limited
    = node.make_endpoint(mailbox_options{.address = "limited",
                                         .incoming = allow_all(),
                                         .outgoing = allow_onward_addresses({"elsewhere"})});
  EXPECT_TRUE(limited.send("target", "x"));
  EXPECT_EQ(error_of(box.receive<any_body>({.timeout = 10ms})), errc::timeout);
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::outgoing_denied), 1u);
  EXPECT_TRUE(logged({"warning", "outgoing", "0#limited", "0#target", "allow_onward_addresses"}))
    << "the line names what would let it pass";
}

TEST_F(Sending, SND2_SuccessMeansQueuedNotHandled) {
  const gate released;
  const journal book;
  node.start_worker("w", [=](context&, const routed<std::string>& received) {
    static_cast<void>(released.wait());
    book.write(received.body());
  });
  EXPECT_TRUE(node.root().send("w", "1"));
  EXPECT_TRUE(node.root().send("w", "2"));
  EXPECT_TRUE(book.entries().empty());
  released.open();
  EXPECT_EQ(book.wait_for(2), (lines{"1", "2"}));
}

TEST_F(Sending, SND3_TheReceiverFindsItsOwnAddressInFront) {
  auto box = target({"target", "alias"});
  node.send(route{"alias", "further"}, "x");
  EXPECT_EQ(box.receive<any_body>().value().onward_route(), (route{"alias", "further"}));
}

TEST_F(Sending, SND4_SendFromAddressMakesTheAliasSourceAndReturnRoute) {
  auto box = target();
  auto origin = node.make_endpoint({"primary", "alias"});
  ASSERT_TRUE(origin.send_from_address("target", "x", "alias"));
  const auto received = box.receive<std::string>().value();
  EXPECT_EQ(received.source_address(), "alias");
  EXPECT_EQ(received.return_route(), route{"alias"});
  ASSERT_TRUE(origin.send("target", "x"));
  EXPECT_EQ(box.receive<std::string>().value().source_address(), "primary");
}

TEST_F(Sending, SND5_SendToSelfTakesOnlyOwnAddresses) {
  auto box = target({"a", "b"});
  ASSERT_TRUE(box.send_to_self("a", "b", "note to self"));
  const auto received = box.receive<std::string>().value();
  EXPECT_EQ(received.source_address(), "a");
  EXPECT_EQ(received.message_address(), "b");
  const auto refused = box.send_to_self("a", "app", "x");
  ASSERT_FALSE(refused);
  EXPECT_EQ(error_of(refused).kind(), error_kind::internal);
  EXPECT_EQ(error_of(refused).origin(), error_origin::node);
  EXPECT_EQ(error_of(box.send_to_self("app", "a", "x")), errc::not_own_address);
}

TEST_F(Sending, SND6_ADestinationIsAnAddressATextOrARoute) {
  auto box = target({"target", "a => b"});
  const auto arrives = [&] { return box.receive<any_body>().value().onward_route(); };
  node.send(address{"target"}, "x");
  EXPECT_EQ(arrives(), route{"target"});
  node.send("0#target", "x");
  EXPECT_EQ(arrives(), route{"target"});
  node.send(std::string{"a => b"}, "x"); // one address, not a route
  EXPECT_EQ(arrives(), route{address{"a => b"}});
  node.send(route{"target", "b"}, "x");
  EXPECT_EQ(arrives(), (route{"target", "b"}));
}

TEST_F(Sending, SND2_AnEmptyRouteIsRefused) {
  EXPECT_EQ(error_of(node.root().send(route{}, "x")), errc::empty_route);
  EXPECT_EQ(error_of(node.root().forward(message{})), errc::empty_route);
  EXPECT_EQ((error_of(node.root().send_and_receive<any_body>(route{}, "x"))), errc::empty_route);
  EXPECT_EQ(error_of(node.root().make_delayed_event(route{}, "x")), errc::empty_route);
  EXPECT_EQ(node.metrics().sent, 0u);
}

TEST_F(Sending, MTY4_ABodyThatCannotBeEncodedIsInternalAndNothingIsSent) {
  auto box = target();
  const std::string not_utf8 = "\xff\xfe";
  const auto expect_refused = [](const auto& outcome) {
    ASSERT_FALSE(outcome);
    EXPECT_EQ(error_of(outcome), errc::not_encodable);
    EXPECT_EQ(error_of(outcome).kind(), error_kind::internal);
    EXPECT_EQ(error_of(outcome).origin(), error_origin::node);
    EXPECT_NE(error_of(outcome).detail().find("invalid_utf8"), std::string::npos);
  };
  expect_refused(node.root().send("target", not_utf8));
  expect_refused(node.root().send_and_receive<any_body>("target", not_utf8));
  expect_refused(node.root().make_delayed_event("target", not_utf8));
  EXPECT_EQ(node.metrics().sent, 0u);
  EXPECT_EQ(node.list_workers().size(), 2u) << "no temporary address is left";
  EXPECT_EQ(error_of(box.receive<any_body>({.timeout = 0ms})), errc::timeout);
}

TEST_F(Sending, FWD1_ForwardLeavesTheMessageAsItIs) {
  auto box = target();
  const auto original = message{route{"target", "b"}, route{"c", "d"}, encode_payload("x").value()}
                          .set_tracing_context("trace")
                          .add_local_info({"color", {1, 2}});
  ASSERT_TRUE(node.root().forward(original));
  const auto received = box.receive<std::string>().value();
  EXPECT_EQ(received.local_message(), original);
  EXPECT_EQ(received.local_message().all_local_info(), original.all_local_info());
  EXPECT_EQ(received.source_address(), "app") << "the one that forwards";
}

TEST_F(Sending, FWD1_ForwardIsResolvedAndControlledLikeASend) {
  auto box = target();
  EXPECT_EQ(error_of(node.root().forward(message{"nobody", {}})), errc::not_found);
  EXPECT_EQ(error_of(node.root().forward(message{"1#host:1", {}})), errc::unresolved_address);
  auto closed = node.make_endpoint(
    mailbox_options{.address = "closed", .incoming = allow_all(), .outgoing = deny_all()});
  EXPECT_TRUE(closed.forward(message{"target", {}}));
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::outgoing_denied), 1u);
  EXPECT_EQ(error_of(box.receive<any_body>({.timeout = 0ms})), errc::timeout);
}

class SendingWithFewSteps : public node_test {
protected:
  SendingWithFewSteps() : node_test{{.max_local_steps = 10}} {}
};

TEST_F(SendingWithFewSteps, FWD2_AWorkerThatKeepsItsAddressGetsTheMessageUntilTheLimit) {
  const journal book;
  node.start_worker("loop", [book](context& ctx, routed<any_body>& received) {
    book.write("again");
    return ctx.forward(std::move(received).into_local_message());
  });
  ASSERT_TRUE(node.root().send("loop", "x"));
  EXPECT_TRUE(
    eventually([&] { return node.metrics().dropped_for(drop_reason::too_many_steps) == 1; }));
  EXPECT_EQ(book.size(), 10u);
  EXPECT_TRUE(logged({"warning", "0#loop", "max-local-steps"}));
}

TEST_F(SendingWithFewSteps, FWD2_ARouteOfSelfReferencesEndsToo) {
  node.start_worker("h", hop{});
  route endless;
  for (int i = 0; i < 30; ++i)
    endless.append("h");
  ASSERT_TRUE(node.root().send(endless, "x"));
  EXPECT_TRUE(
    eventually([&] { return node.metrics().dropped_for(drop_reason::too_many_steps) == 1; }));
  EXPECT_EQ(node.metrics().delivered, 10u);
}

class SendingFromTheWire : public node_test {
protected:
  SendingFromTheWire() : node_test{{.max_local_steps_from_wire = 4, .max_local_steps = 10}} {}

  fake_connection connection{node};
};

TEST_F(SendingFromTheWire, FWD2_WhatAPeerSendsHasALimitOfItsOwn) {
  const journal book;
  node.start_worker("loop", [book](context& ctx, routed<any_body>& received) {
    book.write("again");
    return ctx.forward(std::move(received).into_local_message());
  });
  node.flow_controls().add_consumer("loop", connection.id());
  connection.deliver("loop", "peer");
  EXPECT_TRUE(
    eventually([&] { return node.metrics().dropped_for(drop_reason::too_many_steps) == 1; }));
  EXPECT_EQ(book.size(), 4u);
  ASSERT_TRUE(node.root().send("loop", "made here"));
  EXPECT_TRUE(
    eventually([&] { return node.metrics().dropped_for(drop_reason::too_many_steps) == 2; }));
  EXPECT_EQ(book.size(), 4u + 10u);
}

TEST_F(SendingFromTheWire, ERR6_AnAddressThatAPeerNamesIsEscaped) {
  const address unprintable{transport_type::local, "x\n\x1b[31m"};
  const auto refused = node.root().send(unprintable, "x");
  EXPECT_NE(to_string(error_of(refused)).find(R"(0#x\x0a\x1b[31m)"), std::string::npos);
  EXPECT_EQ(error_of(refused).detail().find('\n'), std::string::npos);
  connection.deliver(unprintable, "peer");
  EXPECT_TRUE(logged({"warning", R"(0#x\x0a\x1b[31m)"}));
  for (const auto& line : logged_lines())
    EXPECT_EQ(line.find_first_of("\n\x1b"), std::string::npos) << line;
}

TEST_F(Sending, FWD3_ForwardFromAddressSelectsTheOutgoingControl) {
  auto box = target();
  const mailbox_options open{.address = "open"};
  const mailbox_options closed{
    .address = "closed", .incoming = allow_all(), .outgoing = deny_all()};
  auto origin = node.make_endpoint(mailboxes{{closed, open}});
  EXPECT_TRUE(origin.forward_from_address(message{"target", "x"}, "open"));
  EXPECT_EQ(box.receive<any_body>().value().source_address(), "open");
  EXPECT_TRUE(origin.forward_from_address(message{"target", "x"}, "closed"));
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::outgoing_denied), 1u);
  EXPECT_TRUE(origin.forward(message{"target", "x"})) << "from the primary one";
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::outgoing_denied), 2u);
}

TEST_F(Sending, ERR5_AHopThatForwardsToAnUnknownAddressLogsAndCounts) {
  node.start_worker("hop", hop{});
  EXPECT_TRUE(node.root().send(route{"hop", "nobody"}, "x")) << "the origin sees success";
  EXPECT_TRUE(
    eventually([&] { return node.metrics().dropped_for(drop_reason::unknown_address) == 1; }));
  EXPECT_TRUE(logged({"warning", "0#hop", "0#nobody"}));
  EXPECT_EQ(error_of(node.root().receive<any_body>({.timeout = 10ms})), errc::timeout)
    << "no reply";
  node.start_worker("echoer", echoer{});
  EXPECT_EQ((node.send_and_receive<std::string>(route{"hop", "echoer"}, "x")), "x")
    << "the hop lives";
}

TEST_F(Sending, ERR5_AMessageThatEndsAtAHopIsAnErrorThere) {
  node.start_worker("hop", hop{});
  node.send("hop", "x");
  EXPECT_TRUE(logged({"warning", "0#hop", "empty_route"}));
  EXPECT_EQ(node.metrics().failed, 1u);
}

TEST_F(Sending, ERR13_ATransportAddressFurtherBackIsAnErrorInTheHopThatFindsIt) {
  node.start_worker("hop", hop{});
  EXPECT_TRUE(node.root().send(route{"hop", "1#host:4000", "echoer"}, "x"));
  EXPECT_TRUE(
    eventually([&] { return node.metrics().dropped_for(drop_reason::external_address) == 1; }));
  EXPECT_TRUE(logged({"warning", "0#hop", "1#host:4000", "transport address"}));
}

TEST_F(Sending, LMS9_LocalInfoTravelsThroughTheNodeAndCanBeCleared) {
  auto box = target();
  node.start_worker("hop", hop{});
  ASSERT_TRUE(node.root().send_with_local_info(
    route{"hop", "target"}, "x", {local_info{"color", {7}}, local_info{"size", {1}}}));
  const auto received = box.receive<any_body>().value().local_message();
  ASSERT_NE(received.find_local_info("color"), nullptr);
  EXPECT_EQ(received.find_local_info("color")->data, (bytes{7}));
  EXPECT_EQ(received.find_local_info("taste"), nullptr);

  ASSERT_TRUE(
    node.root().forward(message{received}.set_onward_route("target").clear_local_info("color")));
  const auto second = box.receive<any_body>().value().local_message();
  EXPECT_EQ(second.find_local_info("color"), nullptr);
  EXPECT_NE(second.find_local_info("size"), nullptr);
}

TEST_F(Sending, LMS10_AMessageWithoutTracingContextIsAccepted) {
  auto box = target();
  ASSERT_TRUE(node.root().forward(message{"target", "app"}));
  EXPECT_EQ(box.receive<any_body>().value().local_message().tracing_context(), std::nullopt);
  ASSERT_TRUE(node.root().forward(message{"target", "app"}.set_tracing_context("abc")));
  EXPECT_EQ(box.receive<any_body>().value().local_message().tracing_context(), "abc");
}

TEST_F(Sending, UppercaseAnswersInCapitals) {
  node.start_worker("uppercase", uppercase{});
  EXPECT_EQ((node.send_and_receive<std::string>("uppercase", "hello, wörld 1")), "HELLO, WöRLD 1");
}

} // namespace
} // namespace ockam::test
