#include "error_of.hpp"
#include "fake_connection.hpp"

#include "ockam/actors/transport/listener_port.hpp"
#include "ockam/actors/workers.hpp"

#include <atomic>
#include <random>
#include <thread>

namespace ockam::test {
namespace {

using ids = std::vector<flow_control_id>;

const flow_control_id k{"0k"};
const flow_control_id l{"0l"};
const flow_control_id m{"0m"};

TEST(FlowControls, FCO1_AddConsumerMayBeRepeatedAndNeedsNothingToExist) {
  flow_controls registry;
  registry.add_consumer("nobody", k);
  const auto generation = registry.generation();
  registry.add_consumer("nobody", k);
  EXPECT_EQ(registry.consumers(k), std::set<address>{"nobody"});
  EXPECT_EQ(registry.generation(), generation) << "nothing has changed";
  EXPECT_TRUE(registry.is_consumer(address{"nobody"}, k));
}

TEST(FlowControls, FCO2_AddProducerReplacesAndIsFoundByItsAdditionalAddresses) {
  flow_controls registry;
  registry.add_producer("receiver", k, l, {"sender", "alias"});
  for (const auto* name : {"receiver", "sender", "alias"})
    EXPECT_EQ(registry.find_producer(name), (producer_info{k, l})) << name;
  registry.add_producer("receiver", m);
  EXPECT_EQ(registry.find_producer_exactly("receiver"), (producer_info{m, std::nullopt}));
  EXPECT_EQ(registry.find_producer("sender"), (producer_info{m, std::nullopt}));
}

TEST(FlowControls, FCO2_AProducerIsNoLongerAFurtherAddressOfAnotherOne) {
  flow_controls registry;
  registry.add_producer("receiver", k, {}, {"sender"});
  registry.add_producer("sender", m);
  EXPECT_EQ(registry.find_producer("sender"), (producer_info{m, std::nullopt}));
  EXPECT_EQ(registry.find_producer("receiver"), (producer_info{k, std::nullopt}));
}

TEST(FlowControls, FCO2_FCC2_AReplacedIdIsNotHeldByItsFormerProducer) {
  flow_controls registry;
  registry.add_consumer("reader", k);
  registry.add_consumer("reader", l);
  registry.add_consumer("other", m);
  registry.add_producer("receiver", k, l, {"sender"});
  registry.add_producer("receiver", m);
  registry.add_producer("twin", k, l);
  registry.clean_up("twin");
  EXPECT_TRUE(registry.consumers(k).empty()) << "its last producer is gone";
  EXPECT_TRUE(registry.consumers(l).empty());
  EXPECT_TRUE(registry.consumed_by("reader").empty());
  EXPECT_TRUE(registry.is_consumer(address{"other"}, m));
  registry.clean_up("receiver");
  EXPECT_TRUE(registry.empty());
}

TEST(FlowControls, FCO3_AddSpawnerReplaces) {
  flow_controls registry;
  registry.add_spawner("listener", k);
  EXPECT_EQ(registry.find_spawner("listener"), k);
  registry.add_spawner("listener", l);
  EXPECT_EQ(registry.find_spawner("listener"), l);
}

TEST(FlowControls, FCO4_TheConsumersOfAnIdAreASetEmptyForAnUnknownId) {
  flow_controls registry;
  EXPECT_TRUE(registry.consumers(k).empty());
  registry.add_consumer("b", k);
  registry.add_consumer("a", k);
  registry.add_consumer("b", k);
  registry.add_consumer("c", l);
  EXPECT_EQ(registry.consumers(k), (std::set<address>{"a", "b"}));
}

TEST(FlowControls, FCO5_SpawnersAndProducersAreFoundByTheExactAddress) {
  flow_controls registry;
  registry.add_spawner("listener", l);
  registry.add_producer("receiver", k, l, {"sender"});
  EXPECT_EQ(registry.find_producer_exactly("receiver"), (producer_info{k, l}));
  EXPECT_EQ(registry.find_producer_exactly("sender"), std::nullopt);
  EXPECT_EQ(registry.find_producer_exactly(address{1, "receiver"}), std::nullopt);
  EXPECT_EQ(registry.find_spawner("receiver"), std::nullopt);
  EXPECT_EQ(registry.find_spawner("listen"), std::nullopt);
}

TEST(FlowControls, FCO6_FindProducerMatchesOwnAndAdditionalAddresses) {
  flow_controls registry;
  registry.add_producer("r1", k, {}, {"s1"});
  registry.add_producer("r2", l, {}, {"s2"});
  EXPECT_EQ(registry.find_producer("s1")->id, k);
  EXPECT_EQ(registry.find_producer("r2")->id, l);
  EXPECT_EQ(registry.find_producer("s3"), std::nullopt);
}

TEST(FlowControls, FCO7_AllIdsThatAnAddressConsumesAreListed) {
  flow_controls registry;
  EXPECT_TRUE(registry.consumed_by("w").empty());
  registry.add_consumer("w", l);
  registry.add_consumer("w", k);
  registry.add_consumer("v", m);
  EXPECT_EQ(registry.consumed_by("w"), (ids{k, l}));
}

TEST(FlowControls, FCO8_CallsAreThreadSafe) {
  flow_controls registry;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      const address own = "worker " + std::to_string(t);
      const flow_control_id id{"id " + std::to_string(t)};
      const flow_control_id shared{"id of all"};
      for (int i = 0; i < 500; ++i) {
        registry.add_consumer(own, id);
        registry.add_consumer(own, shared);
        registry.add_producer(own, id, shared, {own});
        registry.add_spawner(own, shared);
        EXPECT_TRUE(registry.is_consumer(own, id));
        EXPECT_TRUE(registry.find_producer(own).has_value());
        static_cast<void>(registry.consumers(shared));
        static_cast<void>(registry.consumed_by(own));
        registry.clean_up(own);
        EXPECT_FALSE(registry.find_spawner(own).has_value());
      }
    });
  for (auto& each : threads)
    each.join();
  EXPECT_TRUE(registry.empty());
}

TEST(FlowControls, FCO8_AWithdrawnRightIsNotRememberedForThoseWhoAskMeanwhile) {
  const auto registry = std::make_shared<flow_controls>();
  const auto access = allow_consumers_of(registry, k);
  const address source{"connection"};
  const address consumer{"w"};
  const message content{route{consumer}, {}, {}};
  const auto is_admitted = [&] {
    return access->is_authorized({source, consumer, content}).value();
  };
  std::atomic<bool> done = false;
  std::vector<std::thread> others;
  for (int i = 0; i < 3; ++i)
    others.emplace_back([&] {
      while (!done)
        static_cast<void>(is_admitted());
    });
  for (int i = 0; i < 2'000; ++i) {
    registry->add_consumer(consumer, k);
    EXPECT_TRUE(is_admitted());
    registry->clean_up(consumer);
    EXPECT_FALSE(is_admitted());
  }
  done = true;
  for (auto& each : others)
    each.join();
}

TEST(FlowControls, AnIdIs32HexDigits) {
  const auto id = flow_control_id::random();
  EXPECT_EQ(id.text().size(), 32u);
  EXPECT_EQ(id.text().find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_NE(id, flow_control_id::random());
}

// -- clean-up --------------------------------------------------------------------------------------

TEST(FlowControls, FCC1_ASpawnersConsumersGoWithItWhenNobodyElseNeedsThem) {
  flow_controls registry;
  registry.add_spawner("listener", l);
  registry.add_consumer("w", l);
  registry.clean_up("listener");
  EXPECT_TRUE(registry.empty());
}

TEST(FlowControls, FCC1_AnotherSpawnerOfTheIdKeepsTheConsumers) {
  flow_controls registry;
  registry.add_spawner("first", l);
  registry.add_spawner("second", l);
  registry.add_consumer("w", l);
  registry.clean_up("first");
  EXPECT_TRUE(registry.is_consumer(address{"w"}, l));
  registry.clean_up("second");
  EXPECT_TRUE(registry.empty());
}

TEST(FlowControls, FCC1_FCC2_ALiveSpawnedProducerKeepsTheConsumersAndTheLastTakesThem) {
  flow_controls registry;
  registry.add_spawner("listener", l);
  registry.add_consumer("w", l);
  registry.add_producer("r1", k, l);
  registry.add_producer("r2", m, l);
  registry.clean_up("listener");
  EXPECT_TRUE(registry.is_consumer(address{"w"}, l));
  registry.clean_up("r1");
  EXPECT_TRUE(registry.is_consumer(address{"w"}, l));
  registry.clean_up("r2");
  EXPECT_TRUE(registry.empty());
}

TEST(FlowControls, FCC2_AProducerLeavesWithItsAddressesAndConsumers) {
  flow_controls registry;
  registry.add_spawner("listener", l);
  registry.add_producer("receiver", k, l, {"sender"});
  registry.add_consumer("w", k);
  registry.add_consumer("w", l);
  registry.clean_up("receiver");
  EXPECT_EQ(registry.find_producer("sender"), std::nullopt);
  EXPECT_TRUE(registry.consumers(k).empty());
  EXPECT_TRUE(registry.is_consumer(address{"w"}, l)) << "its spawner lives";
  registry.clean_up("listener");
  EXPECT_TRUE(registry.empty());
}

TEST(FlowControls, FCC2_AnotherProducerOfTheIdKeepsTheConsumers) {
  flow_controls registry;
  registry.add_producer("r1", k);
  registry.add_producer("r2", k);
  registry.add_consumer("w", k);
  registry.clean_up("r1");
  EXPECT_TRUE(registry.is_consumer(address{"w"}, k));
  registry.clean_up("r2");
  EXPECT_TRUE(registry.empty());
}

TEST(FlowControls, FCC3_AConsumerLeavesEverySetAndEmptySetsDisappear) {
  flow_controls registry;
  registry.add_consumer("w", k);
  registry.add_consumer("w", l);
  registry.add_consumer("v", l);
  registry.clean_up("w");
  EXPECT_TRUE(registry.consumed_by("w").empty());
  EXPECT_EQ(registry.consumers(l), std::set<address>{"v"});
  EXPECT_FALSE(registry.empty());
  registry.clean_up("v");
  EXPECT_TRUE(registry.empty());
}

TEST(FlowControls, FCC3_CleaningUpAnUnknownAddressChangesNothing) {
  flow_controls registry;
  registry.clean_up("nobody");
  registry.add_consumer("w", k);
  registry.clean_up("nobody");
  EXPECT_TRUE(registry.is_consumer(address{"w"}, k));
}

TEST(FlowControls, FCC4_WhateverWasAddedCleaningUpAllAddressesLeavesNothing) {
  for (unsigned seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random{seed};
    const auto pick = [&](unsigned below) { return random() % below; };
    const auto any_address = [&] { return address{"a" + std::to_string(pick(8))}; };
    const auto any_id = [&] { return flow_control_id{std::to_string(pick(5))}; };
    flow_controls registry;
    std::set<address> used;
    const auto use = [&](address each) { return *used.insert(std::move(each)).first; };
    for (unsigned step = 0; step < 40; ++step)
      switch (pick(4)) {
        case 0:
          registry.add_consumer(use(any_address()), any_id());
          break;
        case 1:
          registry.add_spawner(use(any_address()), any_id());
          break;
        case 2: {
          std::vector<address> additional(pick(3));
          for (auto& each : additional)
            each = use(any_address());
          const auto spawner = pick(2) == 0 ? std::nullopt : std::optional{any_id()};
          registry.add_producer(use(any_address()), any_id(), spawner, additional);
          break;
        }
        case 3: // some go earlier
          registry.clean_up(any_address());
          break;
      }
    std::vector<address> order{used.begin(), used.end()};
    std::shuffle(order.begin(), order.end(), random);
    for (const auto& each : order)
      registry.clean_up(each);
    EXPECT_TRUE(registry.empty());
    for (const auto& each : order) {
      EXPECT_EQ(registry.find_producer(each), std::nullopt);
      EXPECT_EQ(registry.find_spawner(each), std::nullopt);
      EXPECT_TRUE(registry.consumed_by(each).empty());
    }
  }
}

// -- in a node -------------------------------------------------------------------------------------

class FlowControl : public node_test {};

TEST_F(FlowControl, AC7_OnlyConsumersAreReachedAndTheDenialSaysWhatWouldAdmit) {
  const journal book;
  node.start_worker("w", recorder{book});
  fake_connection connection{node};
  connection.deliver("w", "peer", "denied");
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::not_a_consumer), 1u);
  EXPECT_TRUE(logged({"warning", "outgoing", to_string(connection.receiver()), "0#w",
                      to_string(connection.id()), "add_consumer(\"w\""}));
  node.flow_controls().add_consumer("w", connection.id());
  connection.deliver("w", "peer", "admitted");
  EXPECT_EQ(book.wait_for(2), (lines{"initialize", "admitted"}));
  connection.close();
  EXPECT_TRUE(node.flow_controls().empty());
}

TEST_F(FlowControl, DEC10_AConsumerIsAdmittedAnyNumberOfTimesThroughEitherId) {
  const journal book;
  node.start_worker("own", recorder{book});
  node.start_worker("spawned", recorder{book});
  const auto listener_id = flow_control_id::random();
  fake_connection connection{node, {.spawner_id = listener_id}};
  node.flow_controls().add_consumer("own", connection.id());
  node.flow_controls().add_consumer("spawned", listener_id);
  for (int i = 0; i < 5; ++i) {
    connection.deliver("own", "peer");
    connection.deliver("spawned", "peer");
  }
  EXPECT_EQ(book.wait_for(12).size(), 12u);
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::not_a_consumer), 0u);
  connection.close();
  node.stop_worker("own");
  node.stop_worker("spawned");
  EXPECT_TRUE(node.flow_controls().empty());
}

TEST_F(FlowControl, FCO8_AWithdrawnRightHoldsForTheNextMessage) {
  const journal book;
  node.start_worker("w", recorder{book});
  fake_connection connection{node};
  for (int i = 0; i < 3; ++i) {
    node.flow_controls().add_consumer("w", connection.id());
    connection.deliver("w", "peer", "admitted");
    node.flow_controls().clean_up("w");
    connection.deliver("w", "peer", "denied");
  }
  EXPECT_EQ(book.wait_for(4), (lines{"initialize", "admitted", "admitted", "admitted"}));
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::not_a_consumer), 3u);
  connection.close();
}

TEST_F(FlowControl, FC45_ARelayUsedByALocalWorkerAddsOnlyThePreviousHop) {
  fake_connection d{node};
  node.start_worker("relay", relay{route{d.sender()}});
  auto client = node.detached("client");
  ASSERT_TRUE(client.send(route{"relay", "echoer"}, "request"));
  const auto request = d.next_written();
  ASSERT_TRUE(request);
  EXPECT_EQ(request->onward_route(), (route{d.sender(), "echoer"}));
  EXPECT_EQ(request->return_route(), route{"client"});
  EXPECT_EQ(node.flow_controls().consumers(d.id()), std::set<address>{"client"});
  EXPECT_TRUE(node.flow_controls().consumed_by(d.sender()).empty());

  d.deliver(request->return_route(), "echoer", "reply");
  EXPECT_EQ(client.receive<std::string>().value().body(), "reply");
  d.close();
}

TEST_F(FlowControl, FC46_ARelayToALocalWorkerMakesThatWorkerReachable) {
  const journal book;
  fake_connection entrance{node};
  node.start_worker("secret", recorder{book});
  node.start_worker("relay", relay{"secret"});
  node.flow_controls().add_consumer("relay", entrance.id());
  entrance.deliver("secret", "peer", "directly");
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::not_a_consumer), 1u) << "not yet";

  entrance.deliver("relay", "peer", "through the relay");
  EXPECT_EQ(book.wait_for(2), (lines{"initialize", "through the relay"}));
  EXPECT_EQ(node.flow_controls().consumers(entrance.id()), (std::set<address>{"relay", "secret"}));
  entrance.deliver("secret", "peer", "directly");
  EXPECT_EQ(book.wait_for(3).back(), "directly") << "the known widening of trust";
  entrance.close();
}

TEST_F(FlowControl, FCU9_BetweenTwoConnectionsARelayAddsBothHops) {
  fake_connection incoming{node};
  fake_connection outgoing{node};
  node.start_worker("relay", relay{route{outgoing.sender()}});
  node.flow_controls().add_consumer("relay", incoming.id());
  for (int i = 0; i < 2; ++i) {
    incoming.deliver(route{"relay", "echoer"}, "client", "request");
    const auto request = outgoing.next_written();
    ASSERT_TRUE(request);
    EXPECT_EQ(request->return_route(), (route{incoming.sender(), "client"}));
    EXPECT_EQ(node.flow_controls().consumers(outgoing.id()), std::set<address>{incoming.sender()});
    EXPECT_EQ(node.flow_controls().consumers(incoming.id()),
              (std::set<address>{"relay", outgoing.sender()}));

    outgoing.deliver(request->return_route(), "echoer", "reply");
    const auto reply = incoming.next_written();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->onward_route(), (route{incoming.sender(), "client"}));
  }
  incoming.close();
  outgoing.close();
  node.stop_worker("relay");
  EXPECT_TRUE(node.flow_controls().empty());
}

TEST_F(FlowControl, FCU9_ARelayMakesAnEntryAgainThatWasTakenAway) {
  fake_connection incoming{node};
  fake_connection another{node};
  fake_connection outgoing{node};
  node.start_worker("relay", relay{route{outgoing.sender()}});
  for (const auto* each : {&incoming, &another})
    node.flow_controls().add_consumer("relay", each->id());
  const auto pass_one_on = [&](fake_connection& through) {
    through.deliver(route{"relay", "echoer"}, "client", "request");
    EXPECT_TRUE(outgoing.next_written());
  };
  pass_one_on(another);
  pass_one_on(incoming);
  const std::set<address> both{incoming.sender(), another.sender()};
  EXPECT_EQ(node.flow_controls().consumers(outgoing.id()), both);
  for (auto* each : {&incoming, &another}) {
    for (int i = 0; i < 3; ++i) // then the relay does not ask for the entries any more
      pass_one_on(*each);
    node.flow_controls().clean_up(each->sender());
    EXPECT_NE(node.flow_controls().consumers(outgoing.id()), both);
    pass_one_on(*each);
    EXPECT_EQ(node.flow_controls().consumers(outgoing.id()), both);
  }
}

TEST_F(FlowControl, FC49_ARelayWithAnEmptyRouteCannotBeMade) {
  EXPECT_EQ(error_of(relay::create(route{})), errc::empty_route);
  EXPECT_THROW(relay{route{}}, failure);
  EXPECT_TRUE(relay::create("somewhere"));
}

// -- the node's side of connections and listeners --------------------------------------------------

TEST_F(FlowControl, AMessageFromOutsideGetsTheSenderAddressInFrontOfItsReturnRoute) {
  auto mailbox = node.detached("mailbox");
  fake_connection connection{node};
  node.flow_controls().add_consumer("mailbox", connection.id());
  connection.deliver(route{"mailbox", "later"}, route{"far"}, "x");
  const auto received = mailbox.receive<std::string>().value();
  EXPECT_EQ(received.onward_route(), (route{"mailbox", "later"}));
  EXPECT_EQ(received.return_route(), (route{connection.sender(), "far"}));
  EXPECT_EQ(received.source_address(), connection.receiver());
  ASSERT_TRUE(mailbox.send(received.return_route(), "reply"));
  EXPECT_EQ(connection.next_written()->onward_route(), (route{connection.sender(), "far"}));
  connection.close();
}

TEST_F(FlowControl, WhatHasNoReceiverOrNoRouteIsCountedAndLogged) {
  fake_connection connection{node, {.peer = "far away"}};
  connection.deliver("nobody", "peer");
  connection.deliver("1#host:1", "peer");
  connection.deliver(route{}, "peer");
  const auto counted = node.metrics();
  EXPECT_EQ(counted.received, 3u);
  EXPECT_EQ(counted.dropped_for(drop_reason::unknown_address), 1u);
  EXPECT_EQ(counted.dropped_for(drop_reason::external_address), 1u);
  EXPECT_EQ(counted.dropped_for(drop_reason::heartbeat), 1u);
  EXPECT_TRUE(logged({"warning", "far away", "0#nobody"}));
  connection.close();
}

TEST_F(FlowControl, AListenerAdmitsNothingAndIsToldWhenItIsStopped) {
  const gate stopped;
  const auto id = flow_control_id::random();
  auto listener = listener_port::open(node.services(), id, [=] { stopped.open(); }).value();
  const address own = listener.address();
  EXPECT_EQ(node.flow_controls().find_spawner(own), id);
  EXPECT_TRUE(node.root().send(own, "x"));
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::incoming_denied), 1u);
  node.stop_worker(own);
  EXPECT_TRUE(stopped.wait());
  EXPECT_FALSE(node.is_registered(own));
  EXPECT_TRUE(node.flow_controls().empty());
}

TEST_F(FlowControl, PortsCannotBeOpenedOnAStoppedNode) {
  node.stop();
  const auto port = connection_port::open(node.services(), {});
  ASSERT_FALSE(port);
  EXPECT_EQ(error_of(port), errc::node_stopped);
  EXPECT_FALSE(listener_port::open(node.services(), flow_control_id::random(), [] {}));
  EXPECT_TRUE(node.flow_controls().empty());
}

} // namespace
} // namespace ockam::test
