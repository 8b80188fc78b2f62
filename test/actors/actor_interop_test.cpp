#include "error_of.hpp"
#include "test_node.hpp"

#include "ockam/actors/caf.hpp"
#include "ockam/actors/workers.hpp"

#include <algorithm>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <future>
#include <thread>

namespace ockam::test {
namespace {

class ActorInterop : public node_test {};

/// A CAF actor written by hand: answers with the text, and the number of the call.
class counting_echoer final : public worker_actor::base {
public:
  counting_echoer(caf::actor_config& config, actor_sender out, journal book)
    : worker_actor::base{config}, out_{std::move(out)}, book_{std::move(book)} {}

  behavior_type make_behavior() override {
    return {[this](routed_message& received) {
      const auto text = routed<std::string>{received}.body();
      book_.write(text);
      static_cast<void>(out_.send(received.return_route(), text + " " + std::to_string(++calls_)));
    }};
  }
  void on_exit() override { book_.write("exit"); }

private:
  actor_sender out_;
  const journal book_;
  int calls_ = 0;
};

/// Another one, which sends nothing and needs no node.
class listening final : public worker_actor::base {
public:
  listening(caf::actor_config& config, journal book)
    : worker_actor::base{config}, book_{std::move(book)} {}

  behavior_type make_behavior() override {
    return {[this](routed_message& received) {
      book_.write(to_string(received.message_address()) + " got "
                  + decode_payload<std::string>(received.payload()).value() + " from "
                  + to_string(received.source_address()));
    }};
  }
  void on_exit() override { book_.write("exit"); }

private:
  const journal book_;
};

worker_actor spawn_listening(small_system& system, const journal& book) {
  return caf::actor_cast<worker_actor>(system->spawn<listening>(book));
}

routed_message text_message(const route& to, const std::string& text, const route& back = {}) {
  return routed_message{message{to, back, encode_payload(text).value()}};
}

template <class Actor>
void post(const Actor& to, routed_message content) {
  compat::post(caf::actor_cast<caf::abstract_actor*>(to), nullptr, std::move(content));
}

// -- actors of the node ----------------------------------------------------------------------------

TEST_F(ActorInterop, MAP2_AnActorWrittenByHandIsAWorker) {
  const journal book;
  EXPECT_EQ(node.start_actor({"counting", "alias"},
                             [&](actor_sender out) {
                               return caf::actor_cast<worker_actor>(
                                 system->spawn<counting_echoer>(std::move(out), book));
                             }),
            "counting");
  node.start_worker("hop", hop{});
  EXPECT_EQ((node.send_and_receive<std::string>("counting", "a")), "a 1");
  EXPECT_EQ((node.send_and_receive<std::string>(route{"hop", "alias"}, "b")), "b 2");
  EXPECT_TRUE(node.is_registered("counting"));
  EXPECT_TRUE(node.actor_at("alias"));
  EXPECT_EQ(node.metrics().in_flight(), 0u);
}

TEST_F(ActorInterop, NOD6_TheNodeStopsItsActorsAndWaitsForThem) {
  const journal book;
  const gate reached;
  const gate released;
  class slow final : public worker_actor::base {
  public:
    slow(caf::actor_config& config, gate reached, gate released, journal book)
      : worker_actor::base{config},
        reached_{std::move(reached)},
        released_{std::move(released)},
        book_{std::move(book)} {}
    behavior_type make_behavior() override {
      return {[this](routed_message&) {
        reached_.open();
        static_cast<void>(released_.wait());
        book_.write("handled");
      }};
    }

  private:
    const gate reached_;
    const gate released_;
    const journal book_;
  };
  node.start_actor("slow",
                   caf::actor_cast<worker_actor>(system->spawn<slow>(reached, released, book)),
                   {.shutdown_priority = 5});
  node.start_worker("after", recorder{book}, {.shutdown_priority = 2});
  node.wait_for("after");
  node.send("slow", "1");
  node.send("slow", "2");
  ASSERT_TRUE(reached.wait());
  std::thread stopping{[&] { node.stop(5s); }};
  EXPECT_TRUE(eventually([&] { return !node.is_registered("slow"); })) << "the stop has begun";
  released.open();
  stopping.join();
  EXPECT_EQ(book.entries(), (lines{"initialize", "handled", "handled", "shutdown"}));
}

TEST_F(ActorInterop, NOD8_TheLimitHoldsForAnActorThatIgnoresTheStop) {
  const gate released;
  class stubborn final : public worker_actor::base {
  public:
    stubborn(caf::actor_config& config, gate released)
      : worker_actor::base{config}, released_{std::move(released)} {}
    behavior_type make_behavior() override {
      return {[this](routed_message&) { static_cast<void>(released_.wait()); }};
    }

  private:
    const gate released_;
  };
  node.start_actor("stubborn", caf::actor_cast<worker_actor>(system->spawn<stubborn>(released)));
  node.send("stubborn", no_body{});
  const auto before = std::chrono::steady_clock::now();
  node.stop(50ms);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 1s);
  EXPECT_FALSE(node.is_registered("stubborn"));
  released.open();
}

TEST_F(ActorInterop, ROU5_ARefusedActorIsReleased) {
  const journal book;
  node.start_worker("taken", echoer{});
  EXPECT_THROW(node.start_actor({"free", "taken"},
                                [&](actor_sender out) {
                                  return caf::actor_cast<worker_actor>(
                                    system->spawn<counting_echoer>(std::move(out), book));
                                }),
               failure);
  EXPECT_EQ(error_of(node.root().send("free", "x")), errc::not_found);
  EXPECT_EQ(book.wait_for(1), lines{"exit"}) << "no handle refers to it any more";
  EXPECT_THROW(node.start_actor("free", worker_actor{}), failure);
}

TEST_F(ActorInterop, ROU4_WhenAnActorDiesItsAddressesAreFreedForASuccessor) {
  const journal first;
  const journal second;
  const auto start = [&](const journal& book) {
    node.start_actor({"w", "alias"}, [&](actor_sender out) {
      return caf::actor_cast<worker_actor>(system->spawn<counting_echoer>(std::move(out), book));
    });
  };
  start(first);
  caf::anon_send_exit(node.actor_at("w"), caf::exit_reason::kill);
  EXPECT_TRUE(eventually([&] { return !node.is_registered("w"); }));
  EXPECT_EQ(error_of(node.root().send("alias", "x")), errc::not_found);
  start(second);
  EXPECT_EQ((node.send_and_receive<std::string>("alias", "x")), "x 1");
  EXPECT_EQ(first.entries(), lines{"exit"});
}

TEST_F(ActorInterop, ROU4_ALateDeathLeavesTheSuccessorAlone) {
  const journal first;
  const journal second;
  const auto old = spawn_listening(system, first);
  node.expose("w", old);
  node.stop_worker("w"); // only removed
  node.expose("w", spawn_listening(system, second));
  caf::anon_send_exit(old, caf::exit_reason::kill);
  ASSERT_EQ(first.wait_for(1), lines{"exit"});
  node.send("w", "x");
  EXPECT_EQ(second.wait_for(1), lines{"0#w got x from 0#app"});
  EXPECT_TRUE(node.is_registered("w"));
  caf::anon_send_exit(node.actor_at("w"), caf::exit_reason::kill);
}

TEST_F(ActorInterop, ROU4_AnActorThatIsDeadAlreadyIsNotKept) {
  const journal book;
  const auto dead = spawn_listening(system, book);
  caf::anon_send_exit(dead, caf::exit_reason::kill);
  ASSERT_EQ(book.wait_for(1), lines{"exit"});
  node.start_actor("dead", dead);
  EXPECT_TRUE(eventually([&] { return !node.is_registered("dead"); }));
}

TEST_F(ActorInterop, MBX2_AnActorsMailboxesHaveAccessControl) {
  const journal book;
  node.start_actor(mailbox_options{.address = "w", .incoming = allow_source_addresses({"friend"})},
                   spawn_listening(system, book));
  node.start_actor(mailbox_options{.address = "mute", .outgoing = deny_all()}, [&](
                                                                                 actor_sender out) {
    return caf::actor_cast<worker_actor>(system->spawn<counting_echoer>(std::move(out), journal{}));
  });
  auto friendly = node.make_endpoint("friend");
  EXPECT_TRUE(node.root().send("w", "denied"));
  EXPECT_TRUE(friendly.send("w", "admitted"));
  EXPECT_EQ(book.wait_for(1), lines{"0#w got admitted from 0#friend"});
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::incoming_denied), 1u);

  node.send("mute", "x");
  EXPECT_TRUE(
    eventually([&] { return node.metrics().dropped_for(drop_reason::outgoing_denied) == 1; }));
}

TEST_F(ActorInterop, SND4_AnActorSendsFromItsOwnAddresses) {
  std::optional<actor_sender> out;
  const journal book;
  node.start_actor({"w", "alias"}, [&](actor_sender given) {
    out.emplace(std::move(given));
    return spawn_listening(system, book);
  });
  auto mailbox = node.make_endpoint("mailbox");
  ASSERT_TRUE(out->send("mailbox", "x"));
  EXPECT_EQ(mailbox.receive<any_body>().value().source_address(), "w");
  ASSERT_TRUE(out->send_from_address("mailbox", "x", "alias"));
  EXPECT_EQ(mailbox.receive<any_body>().value().source_address(), "alias");
  EXPECT_EQ(error_of(out->send_from_address("mailbox", "x", "mailbox")), errc::not_own_address);
  EXPECT_EQ(out->primary_address(), "w");
  EXPECT_EQ(node.metrics().sent, 2u);
  node.stop_worker("w");
  ASSERT_EQ(book.wait_for(1), lines{"exit"});
  EXPECT_TRUE(out->send("mailbox", "the sender outlives its actor"));
  EXPECT_EQ(node.metrics().sent, 3u);
  EXPECT_TRUE(mailbox.receive<any_body>());
}

// -- actors of the host ----------------------------------------------------------------------------

TEST_F(ActorInterop, NOD2_AnExposedActorIsOnlyRemovedAndOutlivesTheNode) {
  const journal book;
  const auto host_actor = spawn_listening(system, book);
  node.expose({"host", "alias"}, host_actor);
  node.send("alias", "x");
  EXPECT_EQ(book.wait_for(1), lines{"0#alias got x from 0#app"});
  node.stop();
  EXPECT_FALSE(node.is_registered("host"));
  post(host_actor, text_message("anywhere", "still here"));
  EXPECT_EQ(book.wait_for(2).back(), "0# got still here from 0#");
  caf::anon_send_exit(host_actor, caf::exit_reason::user_shutdown);
}

TEST_F(ActorInterop, ROU5_OneActorMayBeExposedAtSeveralAddressesAndNodes) {
  const journal book;
  ockam::node other{*system};
  const auto host_actor = spawn_listening(system, book);
  node.expose("a", host_actor);
  node.expose("b", host_actor);
  other.expose("a", host_actor);
  EXPECT_THROW(node.expose("b", host_actor), failure);
  node.send("a", "1");
  ASSERT_EQ(book.wait_for(1).size(), 1u);
  node.send("b", "2");
  ASSERT_EQ(book.wait_for(2).size(), 2u);
  other.send("a", "3");
  EXPECT_EQ(book.wait_for(3),
            (lines{"0#a got 1 from 0#app", "0#b got 2 from 0#app", "0#a got 3 from 0#app"}));
  caf::anon_send_exit(host_actor, caf::exit_reason::kill);
  EXPECT_TRUE(eventually([&] {
    return !node.is_registered("a") && !node.is_registered("b") && !other.is_registered("a");
  }));
  other.stop();
  expect_settled(other);
}

// -- the router as an actor ------------------------------------------------------------------------

TEST_F(ActorInterop, MAP1_AMessageSentToTheRouterHandleIsRoutedWithoutASource) {
  node.start_worker("hop", hop{});
  auto mailbox = node.make_endpoint("mailbox");
  caf::scoped_actor self{*system};
  compat::send(self, node.router(), text_message(route{"hop", "mailbox"}, "x", "back"));
  const auto received = mailbox.receive<std::string>().value();
  EXPECT_EQ(received.body(), "x");
  EXPECT_EQ(received.return_route(), (route{"hop", "back"}));
  compat::send(self, node.router(), text_message("mailbox", "y"));
  EXPECT_EQ(mailbox.receive<std::string>().value().source_address(), address{});
  EXPECT_EQ(node.metrics().sent, 3u) << "two by CAF, one by the hop";
}

TEST_F(ActorInterop, AC3_TheAnonymousSourceIsNotAdmittedByName) {
  const journal book;
  node.start_worker(mailbox_options{.address = "w", .incoming = allow_source_addresses({"app"})},
                    recorder{book});
  post(node.router(), text_message("w", "x", "app"));
  EXPECT_TRUE(
    eventually([&] { return node.metrics().dropped_for(drop_reason::incoming_denied) == 1; }));
}

TEST_F(ActorInterop, DEC7_WhatTheRouterHandleCannotRouteIsCounted) {
  post(node.router(), text_message("nobody", "x"));
  post(node.router(), text_message("1#host:1", "x"));
  post(node.router(), text_message(route{}, "x"));
  const auto counted = node.metrics();
  EXPECT_EQ(counted.sent, 3u);
  EXPECT_EQ(counted.dropped_for(drop_reason::unknown_address), 1u);
  EXPECT_EQ(counted.dropped_for(drop_reason::external_address), 1u);
  EXPECT_EQ(counted.dropped_for(drop_reason::heartbeat), 1u);
  EXPECT_EQ(counted.in_flight(), 0u);
}

TEST_F(ActorInterop, MAP2_ARequestToTheRouterOrToAWorkerIsAnswered) {
  auto mailbox = node.make_endpoint("mailbox");
  const journal book;
  node.start_worker("w", recorder{book});
  caf::scoped_actor self{*system};
  int answers = 0;
  const auto count = [&] { ++answers; };
  const auto fail_test = [](const caf::error&) { FAIL(); };
  compat::request(self, node.router(), text_message("mailbox", "x")).receive(count, fail_test);
  EXPECT_EQ(mailbox.receive<std::string>().value().body(), "x");
  compat::request(self, node.actor_at("w"), text_message("w", "y")).receive(count, fail_test);
  EXPECT_EQ(book.wait_for(2), (lines{"initialize", "y"}));
  EXPECT_EQ(answers, 2);
}

/// A worker that stays in its first message until it may go on.
struct late_recorder {
  journal book;
  std::shared_future<void> go_on;
  void handle_message(context&, const routed<std::string>& received) {
    go_on.wait();
    book.write(received.body());
  }
};

TEST_F(ActorInterop, ORD2_WhatACafActorSendsAndAsksStaysInOrder) {
  const journal book;
  std::promise<void> go_on;
  node.start_worker("w", late_recorder{book, go_on.get_future().share()});
  const auto worker = node.actor_at("w");
  caf::scoped_actor self{*system};
  node.send("w", std::string{"1"});
  auto first = compat::request(self, worker, text_message("w", "2"));
  compat::send(self, worker, text_message("w", "3"));
  auto second = compat::request(self, worker, text_message("w", "4"));
  compat::send(self, worker, text_message("w", "5"));
  go_on.set_value();
  const auto fail_test = [](const caf::error&) { FAIL(); };
  std::move(second).receive([] {}, fail_test);
  std::move(first).receive([] {}, fail_test);
  EXPECT_EQ(book.wait_for(5), (lines{"1", "2", "3", "4", "5"}));
}

TEST_F(ActorInterop, DEC7_ARequesterOfAKilledWorkerGetsAnError) {
  constexpr int count = 300;
  const journal book;
  std::promise<void> go_on;
  node.start_worker("w", late_recorder{book, go_on.get_future().share()});
  const auto worker = node.actor_at("w");
  caf::scoped_actor self{*system};
  using request = decltype(compat::request(self, worker, routed_message{}));
  std::vector<request> requests;
  requests.reserve(count + 1);
  for (int i = 0; i < count; ++i)
    requests.push_back(compat::request(self, worker, text_message("w", std::to_string(i))));
  self->send_exit(worker, caf::exit_reason::kill);
  go_on.set_value();
  EXPECT_TRUE(eventually([&] { return !node.is_registered("w"); }));
  requests.push_back(compat::request(self, worker, text_message("w", "too late")));
  int answers = 0;
  int errors = 0;
  for (auto& each : requests)
    std::move(each).receive([&] { ++answers; }, [&](const caf::error&) { ++errors; });
  EXPECT_EQ(answers + errors, count + 1);
  EXPECT_GT(errors, 1) << "more were waiting than a worker reads in one turn";
}

TEST_F(ActorInterop, ROU9_ROU10_TheRouterAnswersCommands) {
  using command = router_command::kind;
  const journal book;
  const auto host_actor = spawn_listening(system, book);
  caf::scoped_actor self{*system};
  const auto ask = [&](router_command what) {
    std::optional<router_reply> answer;
    compat::request(self, node.router(), std::move(what))
      .receive([&](router_reply& reply) { answer = std::move(reply); }, [](const caf::error&) {});
    return answer;
  };
  const auto exposed = ask({.what = command::expose,
                            .addresses = {"host", "0#alias"},
                            .actor = caf::actor_cast<caf::strong_actor_ptr>(host_actor)});
  ASSERT_TRUE(exposed);
  EXPECT_EQ(exposed->addresses, lines{"0#host"});
  node.send("alias", "x");
  EXPECT_EQ(book.wait_for(1), lines{"0#alias got x from 0#app"});

  auto listed = ask({.what = command::list_workers});
  ASSERT_TRUE(listed);
  std::ranges::sort(listed->addresses);
  EXPECT_EQ(listed->addresses, (lines{"0#app", "0#host"}));

  const auto stopped = ask({.what = command::stop_worker, .addresses = {"alias"}});
  ASSERT_TRUE(stopped);
  EXPECT_FALSE(node.is_registered("host"));
  caf::anon_send_exit(host_actor, caf::exit_reason::user_shutdown);
}

TEST_F(ActorInterop, ROU12_AFailedCommandIsAnErrorAndTheRouterContinues) {
  using command = router_command::kind;
  caf::scoped_actor self{*system};
  const auto error_of = [&](router_command what) {
    std::string text = "no error";
    compat::request(self, node.router(), std::move(what))
      .receive([](router_reply&) {},
               [&](const caf::error& why) { text = compat::render(*system, why); });
    return text;
  };
  const auto contains = [](const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos ? "yes" : text;
  };
  const auto actor = caf::actor_cast<caf::strong_actor_ptr>(spawn_listening(system, {}));
  EXPECT_EQ(contains(error_of({.what = command::stop_worker, .addresses = {"nobody"}}),
                     "not_found"),
            "yes");
  EXPECT_EQ(contains(error_of({.what = command::stop_worker}), "misuse"), "yes");
  EXPECT_EQ(contains(error_of({.what = command::stop_worker, .addresses = {"a#b#c"}}),
                     "multiple_separators"),
            "yes");
  EXPECT_EQ(contains(error_of({.what = command::expose, .addresses = {"x"}}), "misuse"), "yes");
  EXPECT_EQ(contains(error_of({.what = command::expose, .addresses = {"app"}, .actor = actor}),
                     "already_exists"),
            "yes");
  EXPECT_EQ(contains(error_of({.what = command::expose, .actor = actor}), "missing_address"),
            "yes");
  EXPECT_EQ(contains(error_of({.what = static_cast<command>(99)}), "misuse"), "yes");
  node.start_worker("echoer", echoer{});
  EXPECT_EQ((node.send_and_receive<std::string>("echoer", "x")), "x");
  EXPECT_EQ(error_of({.what = command::list_workers}), "no error");
  caf::anon_send_exit(caf::actor_cast<caf::actor>(actor), caf::exit_reason::user_shutdown);
}

// -- past the router -------------------------------------------------------------------------------

TEST_F(ActorInterop, MAP2_AMessageSentPastTheRouterIsHandledAndCounted) {
  const journal book;
  node.start_worker("w", [=](context&, const routed<std::string>& received) {
    book.write(received.body() + " at " + to_string(received.message_address()) + " from "
               + to_string(received.source_address()));
  });
  post(node.actor_at("w"), text_message("whatever", "x"));
  EXPECT_EQ(book.wait_for(1), lines{"x at 0#w from 0#"});
  EXPECT_EQ(node.metrics().sent, 1u);
  EXPECT_EQ(node.metrics().delivered, 1u);
}

TEST_F(ActorInterop, MAP2_AnActorMayPassAMessageOnByItsHandle) {
  class dispatching final : public worker_actor::base {
  public:
    dispatching(caf::actor_config& config, worker_actor target)
      : worker_actor::base{config}, target_{std::move(target)} {}
    behavior_type make_behavior() override {
      return {
        [this](routed_message& received) { compat::send(this, target_, std::move(received)); }};
    }
    void on_exit() override { target_ = nullptr; }

  private:
    worker_actor target_;
  };
  const journal book;
  node.start_worker("w", recorder{book});
  node.start_actor("dispatching",
                   caf::actor_cast<worker_actor>(system->spawn<dispatching>(node.actor_at("w"))));
  node.send("dispatching", "x");
  EXPECT_EQ(book.wait_for(2), (lines{"initialize", "x"}));
  expect_settled(node);
}

TEST_F(ActorInterop, MAP1_OneCafMessageToSeveralRoutersIsCopied) {
  ockam::node other{*system};
  auto here = node.make_endpoint("mailbox");
  auto there = other.make_endpoint("mailbox");
  const auto shared = caf::make_message(text_message("mailbox", "to all"));
  for (const auto& router : {node.router(), other.router()}) {
    const auto handle = caf::actor_cast<caf::actor>(router);
    caf::scoped_actor self{*system};
    compat::send(self, handle, shared);
  }
  EXPECT_EQ(here.receive<std::string>().value().body(), "to all");
  EXPECT_EQ(there.receive<std::string>().value().body(), "to all");
  other.stop();
  expect_settled(other);
}

// -- several of everything -------------------------------------------------------------------------

TEST_F(ActorInterop, DEC2_NodesOfOneSystemTalkThroughActors) {
  // a message to "bridge" here continues in the other node
  ockam::node other{*system};
  class bridge final : public worker_actor::base {
  public:
    bridge(caf::actor_config& config, router_actor far)
      : worker_actor::base{config}, far_{std::move(far)} {}
    behavior_type make_behavior() override {
      return {[this](routed_message& received) {
        auto onward = std::move(received).into_local_message().step_forward("bridge back");
        if (onward)
          compat::send(this, far_, routed_message{std::move(*onward)});
      }};
    }
    void on_exit() override { far_ = nullptr; }

  private:
    router_actor far_;
  };
  node.start_actor("bridge", caf::actor_cast<worker_actor>(system->spawn<bridge>(other.router())));
  other.start_actor("bridge back",
                    caf::actor_cast<worker_actor>(system->spawn<bridge>(node.router())));
  other.start_worker("echoer", echoer{});
  EXPECT_EQ((node.send_and_receive<std::string>(route{"bridge", "echoer"}, "over there")),
            "over there");
  other.stop();
  expect_settled(other);
}

TEST_F(ActorInterop, DEC2_SeveralSystemsInOneProcess) {
  small_system second_system;
  {
    ockam::node second{*second_system};
    node.start_worker("echoer", echoer{});
    second.start_worker("echoer", echoer{});
    std::thread other{[&] {
      for (int i = 0; i < 100; ++i)
        EXPECT_EQ((second.send_and_receive<std::string>("echoer", "second")), "second");
    }};
    for (int i = 0; i < 100; ++i)
      EXPECT_EQ((node.send_and_receive<std::string>("echoer", "first")), "first");
    other.join();
    second.stop();
    expect_settled(second);
  }
  EXPECT_TRUE(second_system.becomes_quiet());
}

TEST_F(ActorInterop, NOD2_AHostsOwnActorsGoOnBesideTheNode) {
  const journal book;
  const auto own = system->spawn(
    [](caf::event_based_actor*, const journal& pages) -> caf::behavior {
      return {[pages](int number) { pages.write(std::to_string(number)); }};
    },
    book);
  caf::scoped_actor self{*system};
  {
    ockam::node other{*system};
    other.start_worker("w", recorder{});
    compat::send(self, own, 1);
  }
  compat::send(self, own, 2);
  EXPECT_EQ(book.wait_for(2), (lines{"1", "2"}));
  caf::anon_send_exit(own, caf::exit_reason::user_shutdown);
}

} // namespace
} // namespace ockam::test
