#include "error_of.hpp"
#include "raw_peer.hpp"
#include "test_nodes.hpp"

#include "ockam/actors/workers.hpp"
#include "ockam/protocol/multiaddr.hpp"

#include <thread>

namespace ockam::test {
namespace {

/// Two nodes, a listener, and a connection between them.
class TcpLifecycle : public nodes_test {
protected:
  tcp_node a{start_node()};
  tcp_node b{start_node()};
  tcp::listener listener = b.listen();

  void start_echoer(const address& at = "echoer") {
    b.node.start_worker(at, echoer{});
    b.flow_controls().add_consumer(at, listener.flow_control_id());
  }

  bool all_connections_end() {
    return eventually([&] { return a.tcp.connections().empty() && b.tcp.connections().empty(); });
  }
};

bool is_random(const address& own) {
  return own.is_local() && own.value().size() == 32
         && own.value().find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// -- addresses -------------------------------------------------------------------------------------

TEST_F(TcpLifecycle, TCP2_TCP4_AddressesAreRandomAndLocal) {
  const auto c = a.connect(listener);
  const auto k = b.accepted();
  std::set<address> all{listener.address()};
  for (const auto& end : {c, k})
    for (const auto& own : {end.sender_address(), end.receiver_address()})
      all.insert(own);
  EXPECT_EQ(all.size(), 5u);
  for (const auto& own : all)
    EXPECT_TRUE(is_random(own)) << to_string(own);
  EXPECT_EQ(listener.socket_address(), "127.0.0.1:" + std::to_string(listener.port()));
}

TEST_F(TcpLifecycle, TCP2_APeerSeesTheSenderAddressOnly) {
  const auto c = a.connect(listener);
  const auto k = b.accepted();
  start_echoer();
  const auto reply = a.node.send_and_receive_extended<std::string>({c, "echoer"}, "x");
  EXPECT_EQ(reply.return_route(), (route{c, "echoer"}));

  const journal seen;
  b.node.start_worker("w", [=](context&, const routed<std::string>& received) {
    seen.write(to_string(received.return_route()));
  });
  b.flow_controls().add_consumer("w", listener.flow_control_id());
  a.node.start_worker("hop", hop{});
  a.node.send({"hop", c, "w"}, "x");
  EXPECT_EQ(seen.wait_for(1), lines{to_string(k.sender_address()) + " => 0#hop => 0#app"});
}

// Sender and receiver are one object here, so that they need no addresses to talk to each other.
TEST_F(TcpLifecycle, TCP2_ACD9_ACD11_AConnectionHasNoInternalAddressesToReach) {
  const auto before = b.node.list_workers().size();
  const auto c = a.connect(listener);
  const auto k = b.accepted();
  EXPECT_EQ(b.node.list_workers().size(), before + 1);
  EXPECT_TRUE(b.node.is_registered(k.sender_address()));
  EXPECT_FALSE(b.node.is_registered(k.receiver_address())) << "an alias";
}

TEST_F(TcpLifecycle, ACD8_TheSenderAdmitsEverybodyOfItsNode) {
  const raw_listener elsewhere;
  const auto made = a.tcp.connect(elsewhere.address());
  const auto peer = elsewhere.accept();
  auto local = a.node.make_endpoint("unknown");
  a.node.start_worker("worker", [=](context& ctx, const routed<std::string>& received) {
    return ctx.send({made, "x"}, received.body());
  });
  EXPECT_TRUE(local.send({made, "x"}, "from an endpoint"));
  EXPECT_TRUE(local.send("worker", "from a worker"));
  EXPECT_TRUE(eventually([&] { return a.node.metrics().written == 2; }));
}

TEST_F(TcpLifecycle, ACD10_ACD12_ReceiversAndListenersAdmitNoMessage) {
  const auto c = a.connect(listener);
  const auto k = b.accepted();
  b.node.send(k.receiver_address(), "x");
  b.node.send(listener.address(), "x");
  expect_drops(b.node, drop_reason::incoming_denied, 2);
}

TEST_F(TcpLifecycle, TCP5_TheSenderAddressIsTerminal) {
  const auto c = a.connect(listener);
  const auto about = a.node.root().metadata(c.sender_address());
  ASSERT_TRUE(about);
  EXPECT_TRUE(about->terminal);
  EXPECT_EQ(about->attributes.at("peer"), listener.socket_address());
}

// -- finding ---------------------------------------------------------------------------------------

TEST_F(TcpLifecycle, TCP3_TCP4_TCP41_ConnectionsAndListenersAreListed) {
  const auto c = a.connect(listener);
  const auto k = b.accepted();
  ASSERT_EQ(a.tcp.connections().size(), 1u);
  const auto listed = a.tcp.connections().front();
  EXPECT_EQ(listed.sender_address(), c.sender_address());
  EXPECT_EQ(listed.receiver_address(), c.receiver_address());
  EXPECT_EQ(listed.peer(), listener.socket_address());
  EXPECT_EQ(listed.mode(), connection_mode::outgoing);
  EXPECT_EQ(listed.flow_control_id(), c.flow_control_id());
  EXPECT_EQ(k.mode(), connection_mode::incoming);
  EXPECT_EQ(k.peer().substr(0, 10), "127.0.0.1:");
  ASSERT_EQ(b.tcp.listeners().size(), 1u);
  EXPECT_EQ(b.tcp.listeners().front().address(), listener.address());
  EXPECT_EQ(b.tcp.listeners().front().socket_address(), listener.socket_address());
  EXPECT_EQ(b.tcp.listeners().front().flow_control_id(), listener.flow_control_id());
}

TEST_F(TcpLifecycle, TCP42_AConnectionIsFoundByItsPeerOrByEitherAddress) {
  const auto c = a.connect(listener);
  const auto k = b.accepted();
  for (const auto& text :
       {c.peer(), to_string(c.sender_address()), std::string{c.receiver_address().value()}}) {
    const auto found = a.tcp.find_connection(text);
    ASSERT_TRUE(found) << text;
    EXPECT_EQ(found->sender_address(), c.sender_address());
  }
  EXPECT_TRUE(b.tcp.find_connection(k.peer()));
  EXPECT_FALSE(a.tcp.find_connection("127.0.0.1:1"));
  EXPECT_FALSE(a.tcp.find_connection("missing"));
  EXPECT_FALSE(a.tcp.find_connection("not#an#address"));
  EXPECT_FALSE(b.tcp.find_connection(to_string(c.sender_address()))) << "it is A's";
}

TEST_F(TcpLifecycle, TCP42_AListenerIsFoundByItsSocketOrItsAddress) {
  for (const auto& text : {listener.socket_address(), to_string(listener.address())}) {
    const auto found = b.tcp.find_listener(text);
    ASSERT_TRUE(found) << text;
    EXPECT_EQ(found->address(), listener.address());
  }
  EXPECT_FALSE(b.tcp.find_listener("127.0.0.1:1"));
  EXPECT_FALSE(a.tcp.find_listener(listener.socket_address()));
}

TEST_F(TcpLifecycle, TCP1_SeveralTransportsOfANodeAreIndependentAndTheLastOneResolves) {
  auto second = tcp::transport::create(a.node);
  const auto c = a.connect(listener);
  const auto c2 = second.connect(listener.socket_address());
  EXPECT_EQ(a.tcp.connections().size(), 1u);
  EXPECT_EQ(second.connections().size(), 1u);
  EXPECT_EQ(error_of(second.try_close_connection(c.sender_address())), errc::not_found);
  start_echoer();
  EXPECT_EQ(ask(a.node, {c, "echoer"}), "Hello Ockam!");
  EXPECT_EQ(ask(a.node, {c2, "echoer"}), "Hello Ockam!");
  const auto resolved = a.node.root().resolve_transport_route(
    route{address{transport_type::tcp, listener.socket_address()}, "echoer"});
  ASSERT_TRUE(resolved);
  EXPECT_EQ(second.connections().size(), 2u);
  EXPECT_EQ(a.tcp.connections().size(), 1u);
}

// -- transport addresses in routes -----------------------------------------------------------------

TEST_F(TcpLifecycle, TCP30_TCP31_TCP32_ResolvingOpensAConnectionThatBelongsToTheCaller) {
  start_echoer();
  const route along{address{transport_type::tcp, listener.socket_address()}, "echoer"};
  const auto first = a.node.root().resolve_transport_route(along);
  const auto second = a.node.root().resolve_transport_route(along);
  ASSERT_TRUE(first && second);
  EXPECT_NE(*first, *second);
  EXPECT_EQ(a.tcp.connections().size(), 2u);
  for (const auto& each : {*first, *second}) {
    EXPECT_EQ(ask(a.node, each), "Hello Ockam!");
    EXPECT_TRUE(a.tcp.try_close_connection(each.next().value()));
  }
  EXPECT_TRUE(all_connections_end());
}

TEST_F(TcpLifecycle, TCP30_ARouteMayHaveLocalHopsAroundItsTransportAddress) {
  start_echoer();
  a.node.start_worker("hop", hop{});
  const auto resolved = a.node.root().resolve_transport_route(
    route{"hop", address{transport_type::tcp, listener.socket_address()}, "echoer"});
  ASSERT_TRUE(resolved);
  const auto c = a.tcp.connections().front();
  EXPECT_EQ(*resolved, (route{"hop", c, "echoer"}));
  a.flow_controls().add_consumer("hop", c.flow_control_id());
  EXPECT_EQ(ask(a.node, *resolved), "Hello Ockam!");
  const route local{"hop", "echoer"};
  EXPECT_EQ(a.node.root().resolve_transport_route(local).value(), local);
}

TEST_F(TcpLifecycle, MAD7_TCP30_AMultiaddrIsResolvedLikeItsRoute) {
  start_echoer();
  const auto port = std::to_string(listener.port());
  const auto resolved = a.node.root().resolve_transport_route(
    multiaddr{"/ip4/127.0.0.1/tcp/" + port + "/service/echoer"});
  ASSERT_TRUE(resolved);
  EXPECT_EQ(*resolved, (route{a.tcp.connections().front(), "echoer"}));
  EXPECT_EQ(ask(a.node, *resolved), "Hello Ockam!");
  EXPECT_TRUE(a.tcp.try_close_connection(resolved->next().value()));
}

TEST_F(TcpLifecycle, MAD7_AMultiaddrWithoutARouteIsAnErrorBeforeAnythingIsDialled) {
  const auto half = a.node.root().resolve_transport_route(multiaddr{"/dnsaddr/localhost"});
  EXPECT_EQ(error_of(half), errc::invalid_value);
  const auto unknown = a.node.root().resolve_transport_route(multiaddr{"/unix/run/node.sock"});
  EXPECT_EQ(error_of(unknown), errc::unknown_transport);
  EXPECT_TRUE(a.tcp.connections().empty());
}

TEST_F(TcpLifecycle, TCP30_MoreThanOneTransportAddressIsAnErrorBeforeAnythingIsDialled) {
  const address remote{transport_type::tcp, listener.socket_address()};
  const auto two = a.node.root().resolve_transport_route(route{remote, "middle", remote, "x"});
  ASSERT_FALSE(two);
  EXPECT_EQ(error_of(two), errc::only_one_transport_hop);
  EXPECT_EQ(error_of(two).origin(), error_origin::transport);
  const auto unknown = a.node.root().resolve_transport_route(route{address{77, "x"}, "y"});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(error_of(unknown), errc::unknown_transport);
  EXPECT_TRUE(a.tcp.connections().empty());
  EXPECT_TRUE(b.tcp.connections().empty());
}

// -- the end ---------------------------------------------------------------------------------------

TEST_F(TcpLifecycle, TCP35_DisconnectingAgainLaterIsNotFound) {
  const auto c = a.connect(listener);
  EXPECT_TRUE(a.tcp.try_close_connection(c.sender_address()));
  EXPECT_TRUE(all_connections_end());
  EXPECT_EQ(error_of(a.tcp.try_close_connection(c.sender_address())), errc::not_found);
  EXPECT_EQ(error_of(a.tcp.try_close_connection("nobody")), errc::not_found);
  EXPECT_FALSE(a.tcp.find_connection(listener.socket_address()));
}

TEST_F(TcpLifecycle, TCP35_StoppingTheSenderAddressIsDisconnecting) {
  const auto c = a.connect(listener);
  a.node.stop_worker(c.receiver_address());
  EXPECT_TRUE(all_connections_end());
}

TEST_F(TcpLifecycle, TCP36_ADisconnectDoesNotAffectOtherConnections) {
  start_echoer();
  const auto first = a.connect(listener);
  const auto second = a.connect(listener);
  ASSERT_TRUE(first.try_close());
  EXPECT_EQ(error_of(a.node.root().send({first, "echoer"}, "x")), errc::connection_closed);
  EXPECT_EQ(ask(a.node, {second, "echoer"}), "Hello Ockam!");
}

TEST_F(TcpLifecycle, TCP38_ERR10_AFailingWriteIsReportedAndWhatWasQueuedIsCounted) {
  const raw_listener elsewhere{16, true};
  connection_journal events;
  const auto made = a.tcp.connect(elsewhere.address(),
                                  {.connection = {.observer = events.observer()}});
  auto peer = elsewhere.accept();
  for (int i = 0; i < 60; ++i)
    a.node.send({made, "x"}, std::string(100'000, '.')); // more than the system takes
  EXPECT_GT(made.pending_bytes(), 0u);
  peer.close_at_once();
  const auto closed = events.wait_for(connection_event::kind::closed);
  ASSERT_TRUE(closed && closed->cause);
  EXPECT_EQ(closed->cause->origin(), error_origin::transport);
  EXPECT_TRUE(logged({"warning", elsewhere.address()}));
  EXPECT_EQ(error_of(a.node.root().send({made, "x"}, "too late")), errc::connection_closed);
  EXPECT_GT(a.dropped(drop_reason::connection_closed), 0u);
  EXPECT_TRUE(eventually([&] { return a.tcp.connections().empty(); }));
  EXPECT_FALSE(made.flush());
}

TEST_F(TcpLifecycle, TCP38_APeerThatNeverReadsIsClosedAfterTheWriteDeadline) {
  const raw_listener elsewhere{16, true};
  connection_journal events;
  const auto made = a.tcp.connect(
    elsewhere.address(),
    {.connection = {.limits = {.write_timeout = 100ms}, .observer = events.observer()}});
  const auto peer = elsewhere.accept();
  for (int i = 0; i < 60; ++i)
    a.node.send({made, "x"}, std::string(100'000, '.'));
  EXPECT_NE(events.cause().find("write-timeout"), std::string::npos) << events.cause();
}

TEST_F(TcpLifecycle, TCP6_TCP40_NOD6_ApplicationWorkersStopBeforeTheNetwork) {
  start_echoer();
  const auto c = a.connect(listener);
  EXPECT_EQ(ask(a.node, {c, "echoer"}), "Hello Ockam!");
  struct last_words {
    connection out;
    void handle_message(context&, routed<any_body>&) {}
    void shutdown(context& ctx) { EXPECT_TRUE(ctx.send({out, "reader"}, "last")); }
  };
  auto reader = b.node.make_endpoint("reader");
  b.flow_controls().add_consumer("reader", listener.flow_control_id());
  a.node.start_worker("w", last_words{c});
  a.node.start_worker("late", last_words{c}, {.shutdown_priority = 1});
  a.node.stop();
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(reader.receive<std::string>({long_timeout})->body(), "last");
}

TEST_F(TcpLifecycle, NOD5_AStopThatHasToWaitForAnIoThreadLeavesNothing) {
  const gate never;
  b.node.start_worker("slow", [=](context&, const routed<any_body>&) {
    static_cast<void>(never.wait(3s)); // longer than a stop waits for the thread that runs it
  });
  b.flow_controls().add_consumer("slow", listener.flow_control_id());
  const auto c = a.connect(listener);
  for (int i = 0; i < 3; ++i)
    a.node.send({c, "slow"}, "x");
  ASSERT_TRUE(eventually([&] { return b.node.metrics().delivered == 1; }));
  b.node.stop();
  EXPECT_TRUE(b.tcp.connections().empty()); // and more, see `nodes_test`
}

TEST_F(TcpLifecycle, NOD5_AStopEndsConnectionsWhosePeersDoNotRead) {
  const raw_listener elsewhere{16, true};
  connection_journal events;
  const auto made = a.tcp.connect(elsewhere.address(),
                                  {.connection = {.observer = events.observer()}});
  const auto peer = elsewhere.accept();
  for (int i = 0; i < 60; ++i)
    a.node.send({made, "x"}, std::string(100'000, '.'));
  const auto before = std::chrono::steady_clock::now();
  a.node.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 2s);
  EXPECT_EQ(events.cause().substr(0, 13), "shutting_down");
}

// The fixture counts what is left: descriptors, actors, messages, rights.
TEST_F(TcpLifecycle, TCP37_AThousandConnectionsLeaveNothing) {
  const auto workers = b.node.list_workers().size();
  for (int round = 0; round < 250; ++round) {
    const auto c = a.connect(listener);
    const auto descriptors = open_descriptors();
    EXPECT_LT(descriptors, 200u);
    ASSERT_TRUE(c.try_close());

    auto polite = raw_peer::connect_to(listener.port());
    polite.close();
    auto rude = raw_peer::connect_to(listener.port());
    rude.close_at_once();
    auto wrong = raw_peer::connect_to(listener.port());
    wrong.write(from_hex("07"));
    EXPECT_TRUE(wrong.is_closed());
  }
  EXPECT_TRUE(all_connections_end());
  EXPECT_EQ(b.node.list_workers().size(), workers);
  EXPECT_TRUE(a.flow_controls().empty());
  start_echoer();
  EXPECT_EQ(ask(a.node, {a.connect(listener), "echoer"}), "Hello Ockam!");
}

// -- how many --------------------------------------------------------------------------------------

TEST_F(TcpLifecycle, TCP10_AcceptingPausesAtMaxConnectionsAndResumes) {
  const auto small = b.listen({.max_connections = 2});
  auto first = raw_peer::connect_to(small.port());
  const auto second = raw_peer::connect_to(small.port());
  EXPECT_EQ(to_hex(first.read(1)), "01");
  EXPECT_EQ(to_hex(second.read(1)), "01");
  EXPECT_TRUE(logged({"warning", small.socket_address(), "max-connections"}));
  const auto third = raw_peer::connect_to(small.port()); // waits in the system's queue
  EXPECT_TRUE(third.is_silent(50ms));
  EXPECT_EQ(b.tcp.connections().size(), 2u);
  first.close();
  EXPECT_EQ(to_hex(third.read(1)), "01");
}

TEST_F(TcpLifecycle, TCP10_ConnectionsMayBeSpreadOverSeveralThreads) {
  tcp_node many{start_node(), {.io_threads = 3}};
  const auto place = many.listen();
  many.node.start_worker("echoer", echoer{});
  many.flow_controls().add_consumer("echoer", place.flow_control_id());
  std::vector<connection> open;
  for (int i = 0; i < 9; ++i)
    open.push_back(a.connect(place));
  for (const auto& each : open)
    EXPECT_EQ(ask(a.node, {each, "echoer"}), "Hello Ockam!");
  for (std::size_t i = 0; i < open.size(); i += 2)
    EXPECT_TRUE(open[i].try_close());
  EXPECT_EQ(ask(a.node, {open[1], "echoer"}), "Hello Ockam!");
}

TEST_F(TcpLifecycle, AThreadThatPollsAnswersAtOnceAfterAPauseAndWhenItStops) {
  tcp_node polling{start_node(), {.poll_before_sleeping = 2ms}};
  const auto place = polling.listen();
  polling.node.start_worker("echoer", echoer{});
  polling.flow_controls().add_consumer("echoer", place.flow_control_id());
  const auto connection = a.connect(place);
  for (const auto pause : {0ms, 1ms, 20ms}) { // while it polls, and when it sleeps
    for (int i = 0; i < 20; ++i)
      EXPECT_EQ(ask(a.node, {connection, "echoer"}), "Hello Ockam!");
    EXPECT_EQ(error_of(a.node.root().receive<any_body>({.timeout = pause})), errc::timeout);
  }
  polling.node.stop();
  EXPECT_TRUE(eventually([&] { return a.tcp.connections().empty(); }));
}

TEST_F(TcpLifecycle, ANegativeTimeToPollIsRefused) {
  EXPECT_THROW((tcp_node{start_node(), {.poll_before_sleeping = -1us}}), failure);
}

} // namespace
} // namespace ockam::test
