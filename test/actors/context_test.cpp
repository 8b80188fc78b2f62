#include "error_of.hpp"
#include "test_node.hpp"

#include "ockam/actors/transport/transport.hpp"
#include "ockam/actors/workers.hpp"

#include <thread>

namespace ockam::test {
namespace {

class Context : public node_test {
protected:
  /// Makes a context of worker `name` send: with the tracing context of the message, if it has one.
  void start_caller(const address& name,
                    std::function<void(context&, const routed<std::string>&)> call) {
    node.start_worker(name,
                      [call = std::move(call)](context& ctx, const routed<std::string>& received) {
                        call(ctx, received);
                      });
  }

  void send_traced(const route& to, const std::string& tracing) {
    ASSERT_TRUE(node.root().forward(
      message{to, "app", encode_payload("traced").value()}.set_tracing_context(tracing)));
  }
};

class fake_transport final : public transport {
public:
  fake_transport(std::uint8_t type, address answer) : type_{type}, answer_{std::move(answer)} {}
  std::uint8_t type() const noexcept override { return type_; }
  result<address> resolve(const address& remote) override {
    resolved.write(to_string(remote));
    return answer_;
  }
  void stop() override { stopped.open(); }

  journal resolved;
  gate stopped;

private:
  const std::uint8_t type_;
  const address answer_;
};

TEST_F(Context, CTX1_CTX6_MAP13_AllContextsOfANodeSeeTheSameTransports) {
  const auto transport = std::make_shared<fake_transport>(std::uint8_t{1}, "connection");
  ASSERT_TRUE(attach_transport(node.services(), transport));
  const route expected{"h1", "connection", "echoer"};
  const route along{"h1", "1#host:1", "echoer"};
  EXPECT_EQ(node.root().resolve_transport_route(along).value(), expected);
  EXPECT_EQ(node.make_endpoint("m").resolve_transport_route(along).value(), expected);
  const journal book;
  start_caller("w", [=](context& ctx, const routed<std::string>&) { // where it must not wait
    for (const auto& each : {along, route{"7#host:1"}})
      book.write(ctx.resolve_transport_route(each).error().code().message());
  });
  node.send("w", "x");
  EXPECT_EQ(book.wait_for(2), (lines{"misuse", "unknown_transport"}));
  EXPECT_EQ(transport->resolved.entries(), (lines{"1#host:1", "1#host:1"}));
}

TEST_F(Context, CTX6_ASecondTransportOfATypeReplacesTheFirst) {
  const auto first = std::make_shared<fake_transport>(std::uint8_t{1}, "first");
  const auto second = std::make_shared<fake_transport>(std::uint8_t{1}, "second");
  ASSERT_TRUE(attach_transport(node.services(), first));
  ASSERT_TRUE(attach_transport(node.services(), second));
  EXPECT_EQ(node.root().resolve_transport_route("1#host:1").value(), route{"second"});
  node.stop();
  EXPECT_TRUE(first->stopped.wait(0ms)) << "both are stopped with the node";
  EXPECT_TRUE(second->stopped.wait(0ms));
}

TEST_F(Context, CTX6_ARouteWithTwoTransportAddressesIsNotResolved) {
  EXPECT_EQ(error_of(node.root().resolve_transport_route(route{"1#a:1", "1#b:1"})),
            errc::only_one_transport_hop);
  EXPECT_EQ(error_of(node.root().resolve_transport_route("7#a")), errc::unknown_transport);
  EXPECT_EQ(node.root().resolve_transport_route(route{"a", "b"}).value(), (route{"a", "b"}));
}

TEST_F(Context, CTX1_AStartedWorkerSharesTheTracingContextOfItsStarter) {
  struct reports_on_start {
    void initialize(context& ctx) { static_cast<void>(ctx.send("app", "started")); }
    void handle_message(context&, routed<any_body>&) {}
  };
  start_caller("starter", [](context& ctx, const routed<std::string>&) {
    static_cast<void>(ctx.start_worker("started", reports_on_start{}));
    auto mailbox = ctx.make_endpoint("mailbox");
    static_cast<void>(mailbox->send("app", "mailbox"));
  });
  send_traced("starter", R"({"trace":"1"})");
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(node.receive<any_body>().local_message().tracing_context(), R"({"trace":"1"})");
}

TEST_F(Context, LMS10_CTX1_TheTracingContextPassesThroughWorkers) {
  node.start_worker("hop", hop{});
  node.start_worker("echoer", echoer{});
  send_traced(route{"hop", "echoer"}, "trace 1");
  EXPECT_EQ(node.receive<any_body>().local_message().tracing_context(), "trace 1");

  // a message without one leaves none behind, and the empty one is none
  node.send("echoer", "x");
  EXPECT_EQ(node.receive<any_body>().local_message().tracing_context(), std::nullopt);
  send_traced("echoer", "{}");
  EXPECT_EQ(node.receive<any_body>().local_message().tracing_context(), std::nullopt);
}

TEST_F(Context, CTX2_ADetachedContextSendsAndReceivesAndLeaves) {
  node.start_worker("echoer", echoer{});
  {
    auto mailbox = node.make_endpoint("mailbox");
    EXPECT_TRUE(node.is_registered("mailbox"));
    EXPECT_FALSE(node.actor_at("mailbox")) << "a mailbox without an actor";
    ASSERT_TRUE(mailbox.send("echoer", "x"));
    EXPECT_EQ(mailbox.receive<std::string>().value().body(), "x");
  }
  EXPECT_TRUE(eventually([&] { return !node.is_registered("mailbox"); }));
}

TEST_F(Context, CTX3_ADetachedContextAtATakenAddressIsRefused) {
  node.start_worker({"w", "alias"}, echoer{});
  for (const auto* name : {"w", "alias", "app"})
    EXPECT_EQ(error_of(node.root().make_endpoint(name)), errc::already_exists);
  EXPECT_EQ(error_of(node.root().make_endpoint({"free", "alias"})), errc::already_exists);
  EXPECT_FALSE(node.is_registered("free"));
}

TEST_F(Context, CTX4_ACD5_ADetachedContextWithoutAnAddressIsRandomAndClosed) {
  auto closed = node.root().make_endpoint().value();
  auto another = node.root().make_endpoint().value();
  EXPECT_NE(closed.primary_address(), another.primary_address());
  EXPECT_EQ(closed.primary_address().value().size(), 32u);
  EXPECT_TRUE(node.is_registered(closed.primary_address()));

  EXPECT_TRUE(closed.send("app", "x")) << "denied, not refused";
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::outgoing_denied), 1u);
  EXPECT_TRUE(node.root().send(closed.primary_address(), "x"));
  EXPECT_EQ(error_of(closed.receive<any_body>({.timeout = 10ms})), errc::timeout);
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::incoming_denied), 1u);
}

TEST_F(Context, CTX5_AContextNamesItsAddresses) {
  const journal book;
  node.start_worker({"w", "alias"}, [book](context& ctx, routed<any_body>&) {
    book.write(to_string(ctx.primary_address()));
    for (const auto& each : ctx.addresses())
      book.write(to_string(each));
  });
  node.send("alias", no_body{});
  EXPECT_EQ(book.wait_for(3), (lines{"0#w", "0#w", "0#alias"}));
}

TEST_F(Context, CTX7_TheAddressOfADestroyedContextDisappears) {
  auto mailbox = std::make_unique<endpoint>(node.make_endpoint("mailbox"));
  std::thread{[&] { mailbox.reset(); }}.join(); // any thread may (MAP-12)
  EXPECT_TRUE(eventually([&] { return !node.is_registered("mailbox"); }));
  EXPECT_TRUE(eventually([&] { return node.root().make_endpoint("mailbox").has_value(); }));
}

TEST_F(Context, MAP12_ADetachedContextWorksFromPlainThreads) {
  node.start_worker("echoer", echoer{});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      auto mailbox = node.make_endpoint("thread " + std::to_string(t));
      for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(mailbox.send("echoer", std::to_string(i)));
        EXPECT_EQ(mailbox.receive<std::string>().value().body(), std::to_string(i));
      }
      EXPECT_EQ(error_of(mailbox.receive<std::string>({.timeout = 1ms})), errc::timeout);
    });
  for (auto& each : threads)
    each.join();
}

TEST_F(Context, ACD2_AWorkerStartedWithOneAddressIsOpenBothWays) {
  start_caller("w", [](context& ctx, const routed<std::string>& received) {
    static_cast<void>(ctx.send(received.return_route(), received.body()));
  });
  auto anyone = node.make_endpoint("anyone");
  ASSERT_TRUE(anyone.send("w", "x"));
  EXPECT_EQ(anyone.receive<std::string>().value().body(), "x");
}

TEST_F(Context, ACD6_ADetachedContextHasTheControlsItIsGiven) {
  auto one_way = node.make_endpoint(
    mailbox_options{.address = "one way", .incoming = deny_all(), .outgoing = allow_all()});
  auto other_way = node.make_endpoint(
    mailbox_options{.address = "other way", .incoming = allow_all(), .outgoing = deny_all()});
  EXPECT_TRUE(one_way.send("app", "passes"));
  EXPECT_TRUE(other_way.send("app", "is denied"));
  EXPECT_TRUE(node.root().send("one way", "is denied"));
  EXPECT_TRUE(node.root().send("other way", "passes"));
  EXPECT_EQ(node.receive<std::string>().body(), "passes");
  EXPECT_EQ(other_way.receive<std::string>().value().body(), "passes");
  EXPECT_EQ(error_of(one_way.receive<std::string>({.timeout = 10ms})), errc::timeout);
  EXPECT_EQ(error_of(node.root().receive<std::string>({.timeout = 0ms})), errc::timeout);
}

// -- readiness -------------------------------------------------------------------------------------

/// Asks another worker in `initialize`, and is ready when the answer is there.
struct asks_first {
  journal book;

  result<void> initialize(context& ctx) {
    ctx.defer_ready();
    book.write("initialize");
    return ctx.send_and_receive<std::string>(
      "oracle", "who am i?", [this, &ctx](const result<std::string>& answer) {
        book.write(answer ? *answer : std::string{to_string(answer.error())});
        if (answer)
          ctx.ready();
        else
          ctx.fail(answer.error());
      });
  }
  void handle_message(context&, const routed<std::string>& received) {
    book.write(received.body());
  }
  void shutdown(context&) { book.write("shutdown"); }
};

TEST_F(Context, MAP8_InitializeMaySendAndReceiveWhileMessagesWaitInOrder) {
  const gate asked;
  const gate may_answer;
  const journal book;
  node.start_worker("oracle", [=](context& ctx, const routed<std::string>& received) {
    asked.open();
    static_cast<void>(may_answer.wait());
    static_cast<void>(ctx.send(received.return_route(), "a worker"));
  });
  node.start_worker("w", asks_first{book});
  ASSERT_TRUE(asked.wait());
  node.send("w", "1");
  node.send("w", "2");
  EXPECT_EQ(book.entries(), lines{"initialize"});
  EXPECT_EQ(error_of(node.root().wait_for("w", {.timeout = 10ms})), errc::timeout);
  may_answer.open();
  EXPECT_EQ(book.wait_for(4), (lines{"initialize", "a worker", "1", "2"}));
  EXPECT_TRUE(node.root().wait_for("w"));
}

TEST_F(Context, MAP8_WRK3_ADeferredInitialisationMayFail) {
  node.start_worker("oracle", [](context&, const routed<std::string>&) {});
  const journal book;
  struct gives_up {
    journal book;
    result<void> initialize(context& ctx) {
      ctx.defer_ready();
      return ctx.send_and_receive<std::string>("oracle", "?",
                                               [this, &ctx](const result<std::string>& answer) {
                                                 book.write("no answer");
                                                 ctx.fail(answer.error());
                                               },
                                               {.timeout = 20ms});
    }
    void handle_message(context&, const routed<any_body>&) { book.write("handled"); }
    void shutdown(context&) { book.write("shutdown"); }
  };
  node.start_worker("w", gives_up{book});
  node.send("w", "lost");
  EXPECT_EQ(book.wait_for(2), (lines{"no answer", "shutdown"}));
  EXPECT_TRUE(eventually([&] { return !node.is_registered("w"); }));
  EXPECT_TRUE(logged({"warning", "0#w", "initialize"}));
  expect_settled(node);
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::worker_gone), 1u);
}

TEST_F(Context, MAP8_StoppedBeforeItIsReadyItEndsAndWhatWaitedIsCounted) {
  const gate asked;
  node.start_worker("oracle", [=](context&, const routed<std::string>&) { asked.open(); });
  const journal book;
  node.start_worker("w", asks_first{book});
  ASSERT_TRUE(asked.wait());
  node.send("w", "lost");
  node.stop_worker("w");
  const auto entries = book.wait_for(3);
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_TRUE(entries[1].starts_with("cancelled")) << entries[1];
  EXPECT_EQ(entries[2], "shutdown");
  expect_settled(node);
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::worker_gone), 1u);
}

TEST_F(Context, MAP8_ReadinessMayBeDeferredAndGivenAtOnce) {
  const journal book;
  struct hesitates {
    journal book;
    void initialize(context& ctx) {
      ctx.defer_ready();
      ctx.ready();
      book.write("initialize");
    }
    void handle_message(context&, const routed<std::string>& received) {
      book.write(received.body());
    }
  };
  struct fails {
    journal book;
    void initialize(context& ctx) {
      ctx.defer_ready();
      ctx.fail({errc::unsupported, "changed my mind"});
    }
    void handle_message(context&, const routed<any_body>&) { book.write("handled"); }
    void shutdown(context&) { book.write("shutdown"); }
  };
  node.start_worker("w", hesitates{book});
  node.send("w", "x");
  EXPECT_EQ(book.wait_for(2), (lines{"initialize", "x"}));
  node.start_worker("f", fails{book});
  EXPECT_EQ(book.wait_for(3).back(), "shutdown");
  EXPECT_TRUE(logged({"warning", "0#f", "changed my mind"}));
}

// -- dispatchers -----------------------------------------------------------------------------------

struct offers_dispatcher {
  journal book;
  std::shared_ptr<context::dispatcher> call = std::make_shared<context::dispatcher>();
  gate ready;

  void initialize(context& ctx) {
    *call = ctx.make_dispatcher();
    ready.open();
  }
  void handle_message(context&, const routed<std::string>& received) {
    book.write(received.body());
  }
};

TEST_F(Context, MAP10_ADispatcherCallsAFunctionInTheWorker) {
  const offers_dispatcher worker;
  node.start_worker("w", worker);
  ASSERT_TRUE(worker.ready.wait());
  std::thread{[&] {
    for (int i = 0; i < 3; ++i)
      (*worker.call)([i, book = worker.book](context& ctx) {
        book.write(to_string(ctx.primary_address()) + " call " + std::to_string(i));
      });
  }}.join();
  EXPECT_EQ(worker.book.wait_for(3), (lines{"0#w call 0", "0#w call 1", "0#w call 2"}));
}

TEST_F(Context, MAP10_AFailingCallIsLoggedAndTheWorkerContinues) {
  const offers_dispatcher worker;
  node.start_worker("w", worker);
  ASSERT_TRUE(worker.ready.wait());
  (*worker.call)([](context&) { throw std::runtime_error{"wrong number"}; });
  node.send("w", "x");
  EXPECT_EQ(worker.book.wait_for(1), lines{"x"});
  EXPECT_TRUE(logged({"warning", "0#w", "wrong number"}));
}

TEST_F(Context, MAP10_ADispatcherOfAWorkerThatIsGoneDoesNothing) {
  const offers_dispatcher worker;
  node.start_worker("w", worker);
  ASSERT_TRUE(worker.ready.wait());
  node.stop_worker("w");
  node.stop();
  const auto content = std::make_shared<int>(1);
  (*worker.call)([content, book = worker.book](context&) { book.write("called"); });
  EXPECT_TRUE(eventually([&] { return content.use_count() == 1; })) << "the call is thrown away";
  EXPECT_TRUE(worker.book.entries().empty());
}

} // namespace
} // namespace ockam::test
