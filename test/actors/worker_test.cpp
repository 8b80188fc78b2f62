#include "error_of.hpp"
#include "test_node.hpp"

#include "ockam/actors/workers.hpp"

#include <atomic>
#include <thread>

namespace ockam::test {
namespace {

class Worker : public node_test {};

constexpr worker_options pooled{.execution = execution::pooled};

// MAP-2, DEC-1 and RTD-5: what the compiler can show
static_assert(std::is_same_v<worker_actor, compat::typed_actor<caf::result<void>(routed_message)>>);
template <class T>
concept has_sender = requires(const T& x) {
  x.sender();
};
static_assert(
  !has_sender<routed_message> && !has_sender<routed<std::string>> && !has_sender<message>);

struct slow_start {
  gate reached;
  gate released;
  journal book;
  result<void> outcome{};

  result<void> initialize(context&) {
    reached.open();
    book.write(released.wait() ? "initialize" : "initialize: not released");
    return outcome;
  }
  void handle_message(context&, const routed<std::string>& received) {
    book.write(received.body());
  }
  void shutdown(context&) { book.write("shutdown"); }
};

TEST_F(Worker, WRK1_StartReturnsBeforeInitializeHasRun) {
  const slow_start worker;
  EXPECT_EQ(node.start_worker("w", worker, pooled), "w");
  EXPECT_TRUE(node.is_registered("w"));
  EXPECT_TRUE(worker.book.entries().empty()) << "it waits for the gate";
  worker.released.open();
}

TEST_F(Worker, WRK2_MAP8_InitializeRunsOnceAndMessagesWaitInOrder) {
  const slow_start worker;
  node.start_worker("w", worker, pooled);
  ASSERT_TRUE(worker.reached.wait());
  for (int i = 0; i < 100; ++i)
    node.send("w", std::to_string(i));
  EXPECT_TRUE(worker.book.entries().empty());
  worker.released.open();
  lines expected{"initialize"};
  for (int i = 0; i < 100; ++i)
    expected.push_back(std::to_string(i));
  EXPECT_EQ(worker.book.wait_for(101), expected);
}

TEST_F(Worker, WRK3_AFailedInitializeShutsDownAndFreesTheAddresses) {
  slow_start worker;
  worker.outcome = fail(errc::unsupported, "no such device");
  node.start_worker({"w", "alias"}, worker, pooled);
  ASSERT_TRUE(worker.reached.wait());
  node.send("w", "lost");
  node.send("alias", "lost too");
  worker.released.open();
  EXPECT_EQ(worker.book.wait_for(2), (lines{"initialize", "shutdown"}));
  EXPECT_TRUE(eventually([&] { return !node.is_registered("w"); }));
  EXPECT_EQ(error_of(node.root().send("alias", "x")), errc::not_found);
  EXPECT_TRUE(
    eventually([&] { return node.metrics().dropped_for(drop_reason::worker_gone) == 2; }));
  EXPECT_TRUE(logged({"warning", "0#w", "initialize", "no such device"}));
}

TEST_F(Worker, WRK3_AnExceptionInInitializeIsAFailure) {
  struct throws {
    journal book;
    void initialize(context&) { throw std::runtime_error{"cannot open the door"}; }
    void handle_message(context&, routed<any_body>&) {}
    void shutdown(context&) { book.write("shutdown"); }
  };
  const throws thrower{};
  node.start_worker("w", thrower);
  EXPECT_EQ(thrower.book.wait_for(1), lines{"shutdown"});
  EXPECT_TRUE(logged({"warning", "0#w", "cannot open the door"}));
  EXPECT_TRUE(eventually([&] { return !node.is_registered("w"); }));
}

struct failing_start {
  result<void> initialize(context&) { return fail(errc::unsupported, "no such device"); }
  void handle_message(context&, routed<any_body>&) {}
};

TEST_F(Worker, WRK3_ACallerThatWaitsLateLearnsWhyTheStartFailed) {
  node.start_worker("w", failing_start{});
  EXPECT_TRUE(eventually([&] { return !node.is_registered("w"); }));
  EXPECT_EQ(error_of(node.root().wait_for("w")), errc::initialization_failed);
  node.start_worker("w", [](context&, routed<any_body>&) {});
  EXPECT_TRUE(node.root().wait_for("w")) << "a later start counts";
}

TEST_F(Worker, WRK4_OneMessageAtATime) {
  struct counts {
    std::shared_ptr<std::atomic<int>> inside = std::make_shared<std::atomic<int>>(0);
    std::shared_ptr<std::atomic<int>> most = std::make_shared<std::atomic<int>>(0);
    journal book;
    void handle_message(context&, routed<any_body>&) {
      const int now = ++*inside;
      if (now > *most)
        *most = now;
      std::this_thread::yield();
      --*inside;
      book.write("done");
    }
  };
  const counts worker;
  node.start_worker({"w", "alias"}, worker);
  std::vector<std::thread> senders;
  for (int t = 0; t < 3; ++t)
    senders.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i)
        node.send(t == 0 ? "alias" : "w", no_body{});
    });
  for (auto& each : senders)
    each.join();
  EXPECT_EQ(worker.book.wait_for(600).size(), 600u);
  EXPECT_EQ(*worker.most, 1);
}

TEST_F(Worker, WRK5_ERR4_MAP3_ADeniedMessageIsDroppedAndTheNextTaken) {
  const journal book;
  const mailbox_options box{.address = "w", .incoming = allow_source_addresses({"friend"})};
  node.start_worker(box, recorder{book});
  auto friendly = node.make_endpoint("friend");
  EXPECT_TRUE(node.root().send("w", "from a stranger"));
  EXPECT_TRUE(friendly.send("w", "from a friend"));
  EXPECT_EQ(book.wait_for(2), (lines{"initialize", "from a friend"}));
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::incoming_denied), 1u);
  EXPECT_EQ(node.metrics().delivered, 1u);
  EXPECT_TRUE(logged({"warning", "incoming", "0#app", "0#w", "allow_source_addresses"}))
    << "the line names what would admit it";
}

TEST_F(Worker, WRK5_MAP3_TheControlIsAskedWhenTheMessageIsTakenNotWhenItIsSent) {
  class switchable final : public access_control {
  public:
    std::atomic<bool> open{true};
    result<bool> is_authorized(const relay_message&) const override { return open.load(); }
    std::string remedy(const relay_message&) const override { return "switch it on"; }
  };
  const auto control = std::make_shared<switchable>();
  slow_start worker;
  const mailbox_options box{.address = "w", .incoming = control};
  node.start_worker(box, worker, pooled);
  ASSERT_TRUE(worker.reached.wait());
  node.send("w", "sent while it was open");
  control->open = false;
  worker.released.open();
  EXPECT_TRUE(
    eventually([&] { return node.metrics().dropped_for(drop_reason::incoming_denied) == 1; }));
  EXPECT_EQ(worker.book.entries(), lines{"initialize"});
}

struct clumsy {
  journal book;

  result<void> handle_message(context&, const routed<std::string>& received) {
    auto text = received.try_body();
    if (!text)
      return fail(std::move(text.error()));
    book.write(*text);
    if (*text == "error")
      return fail(errc::unsupported, "cannot do that");
    if (*text == "exception")
      throw std::runtime_error{"out of paper"};
    if (*text == "number")
      throw 42;
    return {};
  }
};

TEST_F(Worker, WRK6_MAP4_ERR14_AfterAnErrorTheNextMessageIsHandled) {
  const clumsy worker;
  node.start_worker("w", worker);
  const auto handle = node.actor_at("w");
  for (const auto* text : {"error", "exception", "number", "fine"})
    EXPECT_TRUE(node.root().send("w", text)) << "the origin sees success";
  EXPECT_EQ(worker.book.wait_for(4), (lines{"error", "exception", "number", "fine"}));
  EXPECT_TRUE(logged({"warning", "0#w", "cannot do that"}));
  EXPECT_TRUE(logged({"warning", "0#w", "out of paper"}));
  EXPECT_TRUE(logged({"warning", "0#w", "unknown type"}));
  EXPECT_TRUE(eventually([&] { return node.metrics().failed == 3; }));
  EXPECT_EQ(node.metrics().delivered, 4u);
  EXPECT_EQ(node.actor_at("w"), handle) << "the same actor";
  EXPECT_EQ(error_of(node.root().receive<any_body>({.timeout = 10ms})), errc::timeout)
    << "no reply";
}

TEST_F(Worker, WRK6_ERR15_RTD4_ABodyThatCannotBeDecodedIsAnErrorOfTheHandler) {
  const clumsy worker;
  node.start_worker("w", worker);
  EXPECT_TRUE(node.root().send("w", bytes{0xff, 0xfe})) << "not UTF-8";
  node.send("w", "fine");
  EXPECT_EQ(worker.book.wait_for(1), lines{"fine"});
  EXPECT_TRUE(logged({"warning", "0#w", "invalid_utf8"}));
  EXPECT_EQ(node.metrics().failed, 1u);

  node.start_worker("throws", [](context&, const routed<std::uint64_t>& received) {
    static_cast<void>(received.body()); // eight bytes are asked for, two are there
  });
  EXPECT_TRUE(node.root().send("throws", std::uint16_t{7}));
  EXPECT_TRUE(logged({"warning", "0#throws", "truncated"}));
}

TEST_F(Worker, WRK6_AnErrorOrExceptionOfAnAccessControlIsLoggedAndCounted) {
  class broken final : public access_control {
  public:
    result<bool> is_authorized(const relay_message& what) const override {
      if (what.source == "thrower")
        throw std::runtime_error{"the policy server is on fire"};
      if (what.source == "failing")
        return fail(errc::timeout, "the policy server is slow");
      return true;
    }
    std::string remedy(const relay_message&) const override { return {}; }
  };
  const journal book;
  const auto control = std::make_shared<broken>();
  node.start_worker(mailbox_options{.address = "w", .incoming = control}, recorder{book});
  auto thrower = node.make_endpoint("thrower");
  auto failing = node.make_endpoint("failing");
  EXPECT_TRUE(thrower.send("w", "1"));
  EXPECT_TRUE(failing.send("w", "2"));
  node.send("w", "3");
  EXPECT_EQ(book.wait_for(2), (lines{"initialize", "3"}));
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::access_control_error), 2u);
  EXPECT_TRUE(logged({"warning", "incoming", "0#thrower", "on fire"}));
  EXPECT_TRUE(logged({"warning", "incoming", "0#failing", "is slow"}));
}

TEST_F(Worker, WRK7_MAP5_MAP6_WhatWasAcceptedBeforeStopIsHandled) {
  slow_start worker;
  node.start_worker("w", worker, pooled);
  ASSERT_TRUE(worker.reached.wait());
  lines expected{"initialize"};
  for (int i = 0; i < 50; ++i) {
    node.send("w", std::to_string(i));
    expected.push_back(std::to_string(i));
  }
  expected.emplace_back("shutdown");
  node.stop_worker("w");
  EXPECT_EQ(error_of(node.root().send("w", "too late")), errc::not_found);
  worker.released.open();
  EXPECT_EQ(worker.book.wait_for(52), expected);
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::worker_gone), 0u);
}

TEST_F(Worker, WRK8_AWorkerStopsItselfAndFinishesItsHandler) {
  const journal book;
  struct quits {
    journal book;
    void handle_message(context& ctx, const routed<std::string>& received) {
      book.write("enter " + received.body());
      ctx.stop();
      book.write(ctx.is_registered(ctx.primary_address()) ? "listed" : "unlisted");
      book.write(ctx.send("app", "last words") ? "sent" : "not sent");
      book.write("leave " + received.body());
    }
    void shutdown(context&) { book.write("shutdown"); }
  };
  node.start_worker("w", quits{book});
  node.send("w", "1");
  EXPECT_EQ(book.wait_for(5), (lines{"enter 1", "unlisted", "sent", "leave 1", "shutdown"}));
  EXPECT_EQ(node.receive<std::string>().body(), "last words");
}

TEST_F(Worker, WRK8_AThousandRoundsOfTenWorkersThatStopThemselves) {
  struct counters {
    std::atomic<int> entered{0};
    std::atomic<int> left{0};
    std::atomic<int> shut_down{0};
  };
  struct quits {
    std::shared_ptr<counters> count;
    void handle_message(context& ctx, routed<any_body>&) {
      ++count->entered;
      ctx.stop();
      ++count->left;
    }
    void shutdown(context&) { ++count->shut_down; }
  };
  const auto count = std::make_shared<counters>();
  for (int round = 0; round < 1000; ++round) {
    for (int i = 0; i < 10; ++i)
      node.start_worker("w" + std::to_string(i), quits{count});
    for (int i = 0; i < 10; ++i)
      node.send("w" + std::to_string(i), no_body{});
    ASSERT_TRUE(eventually([&] { return node.list_workers().size() == 1; })) << "round " << round;
  }
  EXPECT_TRUE(eventually([&] { return count->shut_down == 10'000; }));
  EXPECT_EQ(count->entered, 10'000);
  EXPECT_EQ(count->left, 10'000);
}

TEST_F(Worker, WRK9_ShutdownRunsOnceMaySendAndItsErrorIsOnlyLogged) {
  struct ends_badly {
    result<void> handle_message(context&, routed<any_body>&) { return {}; }
    result<void> shutdown(context& ctx) {
      static_cast<void>(ctx.send("app", "shutdown"));
      return fail(errc::unsupported, "cannot clean up");
    }
  };
  node.start_worker("w", ends_badly{});
  node.stop_worker("w");
  EXPECT_EQ(node.receive<std::string>().body(), "shutdown");
  EXPECT_TRUE(logged({"warning", "0#w", "shutdown", "cannot clean up"}));
  EXPECT_EQ(error_of(node.root().receive<std::string>({.timeout = 10ms})), errc::timeout)
    << "once only";
}

TEST_F(Worker, WRK9_AnExceptionInShutdownIsOnlyLogged) {
  struct throws {
    void handle_message(context&, routed<any_body>&) {}
    void shutdown(context&) { throw std::runtime_error{"the disk is full"}; }
  };
  node.start_worker("w", throws{});
  node.stop_worker("w");
  EXPECT_TRUE(logged({"warning", "0#w", "the disk is full"}));
}

TEST_F(Worker, WRK9_StoppedInEveryWayAtOnceItShutsDownOnce) {
  for (int i = 0; i < 50; ++i) {
    const journal book;
    const auto name = "w" + std::to_string(i);
    node.start_worker(name, recorder{book});
    const auto handle = node.actor_at(name);
    std::thread other{[&] { static_cast<void>(node.root().stop_worker(name)); }};
    static_cast<void>(node.root().stop_worker(name));
    other.join();
    caf::anon_send_exit(handle, caf::exit_reason::user_shutdown);
    EXPECT_EQ(book.wait_for(2), (lines{"initialize", "shutdown"}));
  }
}

TEST_F(Worker, WRK9_AnExitMessageOfTheHostEndsItProperly) {
  for (const auto reason : {caf::exit_reason::kill, caf::exit_reason::user_shutdown}) {
    const journal book;
    node.start_worker({"w", "alias"}, recorder{book});
    node.send("w", "x");
    ASSERT_EQ(book.wait_for(2).size(), 2u);
    caf::anon_send_exit(node.actor_at("w"), reason);
    EXPECT_EQ(book.wait_for(3), (lines{"initialize", "x", "shutdown"}));
    EXPECT_TRUE(eventually([&] { return !node.is_registered("w"); }));
    EXPECT_EQ(error_of(node.root().send("alias", "x")), errc::not_found);
  }
  const auto before = std::chrono::steady_clock::now();
  node.stop(10s);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 5s) << "the stop does not wait for them";
}

TEST_F(Worker, WRK9_AWorkerKilledBeforeItRanIsForgotten) {
  node.start_worker("w", echoer{});
  caf::anon_send_exit(node.actor_at("w"), caf::exit_reason::kill);
  EXPECT_TRUE(eventually([&] { return !node.is_registered("w"); }));
}

TEST_F(Worker, MAP6_WhatLosesTheRaceWithStopIsCountedOnce) {
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> refused{0};
  const auto handled = std::make_shared<std::atomic<std::uint64_t>>(0);
  std::atomic<bool> over{false};
  std::thread sending{[&] {
    while (!over)
      ++(node.root().send("w", no_body{}) ? accepted : refused);
  }};
  for (int i = 0; i < 300; ++i) {
    node.start_worker("w", [handled](context&, routed<any_body>&) { ++*handled; });
    std::this_thread::yield();
    node.stop_worker("w");
  }
  over = true;
  sending.join();
  node.stop(); // until then the last message may be counted and its handler not have run
  expect_settled(node);
  const auto counted = node.metrics();
  EXPECT_EQ(counted.sent, accepted + refused);
  EXPECT_EQ(counted.dropped_for(drop_reason::unknown_address), refused);
  EXPECT_EQ(counted.delivered, *handled);
  EXPECT_EQ(counted.delivered + counted.dropped_for(drop_reason::worker_gone), accepted);
}

// -- addresses and mailboxes -----------------------------------------------------------------------

TEST_F(Worker, MBX1_TheOrderOfArrivalHoldsAcrossAliases) {
  slow_start worker;
  node.start_worker({"a", "b", "c"}, worker, pooled);
  ASSERT_TRUE(worker.reached.wait());
  const std::vector<address> names{"a", "b", "c"};
  lines expected{"initialize"};
  for (std::size_t i = 0; i < 60; ++i) {
    node.send(names[i * 7 % 3], std::to_string(i));
    expected.push_back(std::to_string(i));
  }
  worker.released.open();
  EXPECT_EQ(worker.book.wait_for(61), expected);
}

TEST_F(Worker, MBX2_ACD3_EachAddressHasControlsOfItsOwn) {
  const journal book;
  const mailbox_options open{.address = "open"};
  const mailbox_options closed{.address = "closed", .incoming = deny_all(), .outgoing = deny_all()};
  struct answers {
    journal book;
    result<void> handle_message(context& ctx, const routed<std::string>& received) {
      book.write(received.body());
      static_cast<void>(ctx.send_from_address("app", "from closed", "closed"));
      return ctx.send_from_address("app", "from open", "open");
    }
  };
  node.start_worker(mailboxes{{open, closed}}, answers{book});
  EXPECT_TRUE(node.root().send("closed", "1"));
  EXPECT_TRUE(node.root().send("open", "2"));
  EXPECT_EQ(node.receive<std::string>().body(), "from open");
  EXPECT_EQ(book.entries(), lines{"2"});
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::incoming_denied), 1u);
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::outgoing_denied), 1u);
}

TEST_F(Worker, MBX3_TheDestinationSelectsTheIncomingControlTheSourceTheOutgoingOne) {
  const mailbox_options first{.address = "first",
                              .incoming = allow_source_addresses({"a"}),
                              .outgoing = allow_onward_addresses({"a"})};
  const mailbox_options second{.address = "second",
                               .incoming = allow_source_addresses({"b"}),
                               .outgoing = allow_onward_addresses({"b"})};
  node.start_worker(mailboxes{{first, second}}, [](context& ctx, const routed<any_body>& received) {
    for (const auto* to : {"a", "b"})
      static_cast<void>(ctx.send_from_address(to, to_string(received.message_address()),
                                              received.message_address()));
  });
  auto a = node.make_endpoint("a");
  auto b = node.make_endpoint("b");
  for (const auto* to : {"first", "second"}) {
    ASSERT_TRUE(a.send(to, no_body{}));
    ASSERT_TRUE(b.send(to, no_body{}));
  }
  EXPECT_EQ(a.receive<std::string>().value().body(), "0#first");
  EXPECT_EQ(b.receive<std::string>().value().body(), "0#second");
  EXPECT_TRUE(eventually([&] {
    const auto counted = node.metrics();
    return counted.dropped_for(drop_reason::incoming_denied) == 2
           && counted.dropped_for(drop_reason::outgoing_denied) == 2;
  }));
  EXPECT_EQ(error_of(a.receive<any_body>({.timeout = 0ms})), errc::timeout);
  EXPECT_EQ(error_of(b.receive<any_body>({.timeout = 0ms})), errc::timeout);
}

TEST_F(Worker, MBX3_AForeignAddressIsRefusedAsSource) {
  node.start_worker("w", echoer{});
  EXPECT_EQ(error_of(node.root().send_from_address("w", "x", "w")), errc::not_own_address);
  EXPECT_EQ(error_of(node.root().forward_from_address(message{"w", {}}, "w")),
            errc::not_own_address);
  EXPECT_EQ(node.metrics().sent, 0u);
}

// -- what a handler sees ---------------------------------------------------------------------------

TEST_F(Worker, RTD1_RTD2_AHandlerSeesEverythingAboutItsMessage) {
  const journal book;
  node.start_worker({"w", "alias"}, [book](context&, const routed<std::string>& received) {
    book.write("hit " + to_string(received.message_address()));
    book.write("source " + to_string(received.source_address()));
    book.write("onward " + to_string(received.onward_route()));
    book.write("return " + to_string(received.return_route()));
    book.write("payload of " + std::to_string(received.payload().size()));
    book.write("body " + received.body());
    book.write("note " + std::to_string(received.local_message().all_local_info().size()));
    book.write(received.local_message().payload().view().data() == received.payload().view().data()
                 ? "message"
                 : "another message");
  });
  ASSERT_TRUE(node.root().send_with_local_info(route{"alias", "further"}, "text",
                                               {local_info{"color", {1}}}));
  EXPECT_EQ(book.wait_for(8),
            (lines{"hit 0#alias", "source 0#app", "onward 0#alias => 0#further", "return 0#app",
                   "payload of 5", "body text", "note 1", "message"}));
}

TEST_F(Worker, RTD1_AccessControlSeesSourceDestinationAndMessage) {
  class looks final : public access_control {
  public:
    explicit looks(journal book) : book_{std::move(book)} {}
    result<bool> is_authorized(const relay_message& what) const override {
      book_.write(to_string(what.source) + " to " + to_string(what.destination) + " along "
                  + to_string(what.content.onward_route()));
      return true;
    }
    std::string remedy(const relay_message&) const override { return {}; }

  private:
    journal book_;
  };
  const journal in;
  const journal out;
  const auto incoming = std::make_shared<looks>(in);
  const auto outgoing = std::make_shared<looks>(out);
  const mailbox_options entry{.address = "alias", .incoming = incoming};
  node.start_worker(mailboxes{{mailbox_options{.address = "w"}, entry}},
                    [](context&, routed<any_body>&) {});
  auto mailbox = node.make_endpoint(mailbox_options{.address = "m", .outgoing = outgoing});
  ASSERT_TRUE(mailbox.send(route{"alias", "further"}, "x"));
  const lines expected{"0#m to 0#alias along 0#alias => 0#further"};
  EXPECT_EQ(in.wait_for(1), expected);
  EXPECT_EQ(out.entries(), expected);
}

TEST_F(Worker, RTD3_MAP1_TheSourceIsStampedWhateverTheReturnRouteClaims) {
  const journal book;
  node.start_worker("w", [book](context&, const routed<any_body>& received) {
    book.write(to_string(received.source_address()) + ", claims "
               + to_string(received.return_route()));
  });
  auto liar = node.make_endpoint("liar");
  ASSERT_TRUE(liar.forward(message{"w", "friend"}));
  EXPECT_EQ(book.wait_for(1), lines{"0#liar, claims 0#friend"});
}

TEST_F(Worker, RTD5_DEC1_TheReturnRoutesRecipientIsTheFarEnd) {
  node.start_worker("hop", hop{});
  const journal book;
  node.start_worker("w", [book](context&, const routed<any_body>& received) {
    book.write(to_string(received.return_route().recipient().value()));
    book.write(to_string(received.source_address()));
  });
  node.send(route{"hop", "w"}, no_body{});
  EXPECT_EQ(book.wait_for(2), (lines{"0#app", "0#hop"}));
}

TEST_F(Worker, RTD6_TheReturnRouteListsTheNearestHopFirstAndReplies) {
  for (const auto* name : {"h1", "h2", "h3"})
    node.start_worker(name, hop{});
  node.start_worker("echoer", echoer{});
  node.send(route{"h1", "h2", "h3", "echoer"}, "there and back");
  const auto reply = node.receive<std::string>();
  EXPECT_EQ(reply.body(), "there and back");
  EXPECT_EQ(reply.return_route(), (route{"h1", "h2", "h3", "echoer"}));
  EXPECT_EQ(reply.onward_route(), route{"app"});
}

// -- shapes of workers -----------------------------------------------------------------------------

result<void> free_function(context& ctx, const routed<std::string>& received) {
  return ctx.send(received.return_route(), "free " + received.body());
}

TEST_F(Worker, MAP2_ClassesLambdasAndFunctionsAreWorkers) {
  struct takes_it_over {
    void handle_message(context& ctx, routed<std::string>&& received) {
      auto moved = std::move(received);
      static_cast<void>(ctx.send(moved.return_route(), "moved " + moved.body()));
    }
  };
  struct by_value {
    void handle_message(context& ctx, routed<std::string> received) { // NOLINT: by value on purpose
      static_cast<void>(ctx.send(received.return_route(), "value " + received.body()));
    }
  };
  node.start_worker("free", free_function);
  node.start_worker("moves", takes_it_over{});
  node.start_worker("value", by_value{});
  node.start_worker("mutable",
                    [calls = 0](context& ctx, const routed<std::string>& received) mutable {
                      static_cast<void>(ctx.send(received.return_route(), std::to_string(++calls)));
                    });
  EXPECT_EQ((node.send_and_receive<std::string>("free", "x")), "free x");
  EXPECT_EQ((node.send_and_receive<std::string>("moves", "x")), "moved x");
  EXPECT_EQ((node.send_and_receive<std::string>("value", "x")), "value x");
  EXPECT_EQ((node.send_and_receive<std::string>("mutable", "x")), "1");
  EXPECT_EQ((node.send_and_receive<std::string>("mutable", "x")), "2");
}

} // namespace
} // namespace ockam::test
