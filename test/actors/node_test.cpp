#include "error_of.hpp"
#include "test_node.hpp"

#include "ockam/actors/transport/transport.hpp"
#include "ockam/actors/workers.hpp"

#include <caf/event_based_actor.hpp>

#include <csignal>
#include <exception>
#include <limits>
#include <thread>

namespace ockam::test {
namespace {

using clock = std::chrono::steady_clock;

class Node : public node_test {};

/// Ends when the gate is opened, in `shutdown`; signals when it is called.
struct blocked_in_shutdown {
  gate reached;
  gate released;
  journal book;

  void handle_message(context&, const routed<std::string>& received) {
    book.write(received.body());
  }
  void shutdown(context&) {
    reached.open();
    book.write(released.wait() ? "shutdown" : "shutdown: not released");
  }
};

struct blocked_in_handler {
  gate reached;
  gate released;
  journal book;

  void handle_message(context&, const routed<std::string>& received) {
    reached.open();
    book.write(received.body() + (released.wait() ? " begun" : " not released"));
    book.write(received.body() + " ended");
  }
  void shutdown(context&) { book.write("shutdown"); }
};

class silent_transport final : public transport {
public:
  silent_transport(std::uint8_t type, journal book) : type_{type}, book_{std::move(book)} {}
  std::uint8_t type() const noexcept override { return type_; }
  result<address> resolve(const address&) override { return fail(errc::unsupported); }
  void stop() override { book_.write("transport"); }

private:
  const std::uint8_t type_;
  const journal book_;
};

constexpr worker_options pooled{.execution = execution::pooled};

TEST_F(Node, NOD1_ACD1_ANewNodeHasARouterAndAnOpenRootEndpoint) {
  EXPECT_EQ(node.root().primary_address(), "app");
  EXPECT_EQ(node.list_workers(), std::vector<address>{"app"});
  EXPECT_TRUE(node.router());
  EXPECT_TRUE(node.flow_controls().empty());

  node.start_worker("echoer", echoer{});
  node.send("echoer", "to anyone");
  const auto reply = node.receive<std::string>();
  EXPECT_EQ(reply.body(), "to anyone");
  EXPECT_EQ(reply.source_address(), "echoer");
}

TEST_F(Node, NOD1_EveryWorkerSeesTheSameRegistries) {
  gate seen;
  journal book;
  node.start_worker("w", [=, flows = &node.flow_controls()](context& ctx, routed<any_body>&) {
    book.write(&ctx.flow_controls() == flows ? "same" : "another");
  });
  node.send("w", no_body{});
  EXPECT_EQ(book.wait_for(1), lines{"same"});
}

TEST_F(Node, NOD2_DEC2_NodesInOneProcessShareNothing) {
  ockam::node other{*system};
  const flow_control_id id = flow_control_id::random();
  node.start_worker("echoer", echoer{});
  node.flow_controls().add_consumer("echoer", id);

  EXPECT_TRUE(other.flow_controls().consumers(id).empty());
  EXPECT_FALSE(other.is_registered("echoer"));
  EXPECT_EQ(error_of(other.root().send("echoer", "x")), errc::not_found);
  other.start_worker("echoer", recorder{});
  EXPECT_NE(node.actor_at("echoer"), other.actor_at("echoer"));
  EXPECT_NE(caf::actor_cast<caf::strong_actor_ptr>(node.router()),
            caf::actor_cast<caf::strong_actor_ptr>(other.router()));
  ASSERT_TRUE(attach_transport(other.services(), std::make_shared<silent_transport>(9, journal{})));
  EXPECT_EQ(error_of(node.root().resolve_transport_route("9#x")), errc::unknown_transport);
  EXPECT_EQ(error_of(other.root().resolve_transport_route("9#x")), errc::unsupported);

  other.stop();
  EXPECT_EQ((node.send_and_receive<std::string>("echoer", "still here")), "still here");
  EXPECT_EQ(other.metrics().sent, 1u) << "the one that was not found";
  expect_settled(other);
}

TEST_F(Node, NOD3_DEC3_TheProcessKeepsItsHandlers) {
  constexpr int signals[]{SIGINT, SIGTERM, SIGPIPE, SIGSEGV, SIGABRT, SIGCHLD};
  const auto handlers = [&] {
    std::vector<void (*)(int)> all;
    for (const int each : signals) {
      struct sigaction current {};
      sigaction(each, nullptr, &current);
      all.push_back(current.sa_handler);
    }
    return all;
  };
  const auto before = handlers();
  const auto terminate_before = std::get_terminate();
  {
    ockam::node other{*system};
    other.start_worker("w",
                       [](context&, routed<any_body>&) { throw std::runtime_error{"a mistake"}; });
    other.send("w", no_body{});
    EXPECT_TRUE(eventually([&] { return other.metrics().failed == 1; }));
    EXPECT_EQ(handlers(), before);
    EXPECT_EQ(std::get_terminate(), terminate_before);
  }
  EXPECT_EQ(handlers(), before);
  EXPECT_TRUE(logged({"warning", "0#w", "a mistake"}));
}

TEST_F(Node, NOD5_StopIsGraceful) {
  const journal book;
  node.start_worker("w", recorder{book});
  for (int i = 0; i < 3; ++i)
    node.send("w", std::to_string(i));
  node.stop();
  EXPECT_EQ(book.entries(), (lines{"initialize", "0", "1", "2", "shutdown"}));
}

TEST_F(Node, NOD5_StopTakesALimit) {
  const blocked_in_shutdown worker;
  node.start_worker("w", worker, pooled);
  const auto before = clock::now();
  node.stop(50ms);
  const auto took = clock::now() - before;
  EXPECT_GE(took, 50ms);
  EXPECT_LT(took, 900ms) << "not the default of 1 s";
  worker.released.open();
}

TEST_F(Node, NOD5_NOD10_AStopWithoutTimeWaitsForNoWorker) {
  const blocked_in_shutdown worker;
  node.start_worker("w", worker, pooled);
  const auto before = clock::now();
  node.stop(std::chrono::milliseconds{0});
  EXPECT_LT(clock::now() - before, 900ms);
  EXPECT_TRUE(worker.reached.wait()) << "the hook runs, but no caller waits for it";
  EXPECT_FALSE(node.is_registered("w"));
  worker.released.open();
  EXPECT_EQ(worker.book.wait_for(1), lines{"shutdown"});
}

TEST_F(Node, NOD6_NOD12_DEC4_WorkersStopByPriorityAndTransportsLast) {
  const journal book;
  const auto named = [&](std::string name) {
    struct farewell {
      std::string name;
      journal book;
      void handle_message(context&, routed<any_body>&) {}
      void shutdown(context&) { book.write(name); }
    };
    return farewell{std::move(name), book};
  };
  node.start_worker("seven", named("7"), {.shutdown_priority = 7});
  node.start_worker("one", named("1"), {.shutdown_priority = 1});
  node.start_worker("default", named("4"));
  node.start_worker("five", named("5"), {.shutdown_priority = 5});
  node.start_worker("three", named("3"), {.shutdown_priority = 3});
  ASSERT_TRUE(attach_transport(node.services(), std::make_shared<silent_transport>(9, book)));
  EXPECT_EQ(attached_transports(node.services()).size(), 1u);
  node.stop();
  EXPECT_TRUE(attached_transports(node.services()).empty());
  EXPECT_EQ(book.entries(), (lines{"7", "5", "4", "3", "1", "transport"}));
}

TEST_F(Node, NOD6_AWorkerOfLowerPriorityStillAnswersWhileAHigherOneStops) {
  const journal book;
  struct asks_at_the_end {
    journal book;
    void handle_message(context&, routed<any_body>&) {}
    void shutdown(context& ctx) {
      book.write(ctx.send("logbook", "goodbye") ? "sent" : "not sent");
    }
  };
  node.start_worker("early", asks_at_the_end{book}, {.shutdown_priority = 6});
  node.start_worker("logbook", recorder{book}, {.shutdown_priority = 2});
  node.wait_for("logbook");
  node.stop();
  EXPECT_EQ(book.entries(), (lines{"initialize", "sent", "goodbye", "shutdown"}));
}

TEST_F(Node, NOD7_ABlockedShutdownDelaysTheStopUpToItsLimit) {
  const blocked_in_shutdown worker;
  const journal others;
  node.start_worker("blocked", worker, pooled);
  node.start_worker("later", recorder{others}, {.shutdown_priority = 2});
  node.wait_for("later");
  const auto before = clock::now();
  node.stop(100ms);
  EXPECT_LT(clock::now() - before, 1s);
  EXPECT_EQ(node.list_workers(), std::vector<address>{}) << "the rest is forgotten";
  EXPECT_EQ(others.wait_for(2), (lines{"initialize", "shutdown"}));
  EXPECT_TRUE(worker.book.entries().empty());
  worker.released.open();
  EXPECT_EQ(worker.book.wait_for(1), lines{"shutdown"});
}

TEST_F(Node, NOD8_TheLimitHoldsWithOnlyTheLowestPriorityLeft) {
  const blocked_in_shutdown worker;
  node.start_worker("like-a-transport", worker,
                    {.shutdown_priority = 1, .execution = execution::pooled});
  const auto before = clock::now();
  node.stop(50ms);
  EXPECT_LT(clock::now() - before, 1s);
  worker.released.open();
}

TEST_F(Node, NOD8_TheLimitHoldsForAWorkerStoppedBefore) {
  const blocked_in_shutdown worker;
  node.start_worker("w", worker, pooled);
  node.stop_worker("w");
  ASSERT_TRUE(worker.reached.wait());
  const auto before = clock::now();
  node.stop(50ms);
  const auto took = clock::now() - before;
  EXPECT_GE(took, 50ms) << "it is still waited for";
  EXPECT_LT(took, 1s);
  worker.released.open();
}

TEST_F(Node, NOD9_StartsAreRefusedWhileStopping) {
  const journal book;
  struct restarts_itself {
    journal book;
    void handle_message(context&, routed<any_body>&) {}
    void shutdown(context& ctx) {
      const auto again = ctx.start_worker("again", echoer{});
      book.write(again ? "started" : std::string{to_string(again.error())});
      book.write(!again && again.error().kind() == error_kind::shutdown ? "kind shutdown" : "?");
      const auto mailbox = ctx.make_endpoint("mailbox");
      book.write(mailbox ? "opened" : std::string{to_string(mailbox.error())});
    }
  };
  node.start_worker("w", restarts_itself{book});
  node.stop();
  const auto entries = book.entries();
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_TRUE(entries[0].starts_with("shutting_down")) << entries[0];
  EXPECT_EQ(entries[1], "kind shutdown");
  EXPECT_TRUE(entries[2].starts_with("shutting_down")) << entries[2];
}

TEST_F(Node, NOD9_DetachedContextsDoNotHoldUpAStop) {
  auto mailbox = node.make_endpoint("mailbox");
  std::thread receiver{
    [&] { EXPECT_EQ(error_of(mailbox.receive<std::string>()), errc::not_found); }};
  const auto before = clock::now();
  node.stop(20s);
  EXPECT_LT(clock::now() - before, 5s);
  receiver.join();
}

TEST_F(Node, NOD10_ARunningHandlerIsNeverCutShort) {
  const blocked_in_handler worker;
  node.start_worker("w", worker, pooled);
  node.send("w", "first");
  node.send("w", "second");
  ASSERT_TRUE(worker.reached.wait());
  node.stop(std::chrono::milliseconds{0});
  worker.released.open();
  EXPECT_EQ(worker.book.wait_for(3), (lines{"first begun", "first ended", "shutdown"}));
  expect_settled(node);
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::worker_gone), 1u) << "the second one";
}

TEST_F(Node, NOD11_AfterTheStopEveryCallThatNeedsTheRouterIsInternal) {
  node.start_worker("echoer", echoer{});
  auto event = node.root().make_delayed_event("echoer", "late").value();
  auto mailbox = node.make_endpoint("mailbox");
  auto router = node.router();
  const auto old_handle = node.actor_at("echoer");
  node.stop();

  auto& root = node.root();
  const auto expect_internal = [](const char* call, const auto& outcome) {
    ASSERT_FALSE(outcome) << call;
    EXPECT_EQ(error_of(outcome), errc::node_stopped) << call;
    EXPECT_EQ(error_of(outcome).kind(), error_kind::internal) << call;
    EXPECT_EQ(error_of(outcome).origin(), error_origin::node) << call;
  };
  const local_info note{"a note", {}};
  expect_internal("send", root.send("echoer", "x"));
  expect_internal("send_from_address", root.send_from_address("echoer", "x", "app"));
  expect_internal("send_with_local_info", root.send_with_local_info("echoer", "x", {note}));
  expect_internal("send_to_self", root.send_to_self("app", "app", "x"));
  expect_internal("forward", root.forward(message{"echoer", {}}));
  expect_internal("forward_from_address", root.forward_from_address(message{"echoer", {}}, "app"));
  expect_internal("send_and_receive", root.send_and_receive<std::string>("echoer", "x"));
  expect_internal("send_and_receive_extended",
                  root.send_and_receive_extended<std::string>("echoer", "x"));
  expect_internal("send of a detached context", mailbox.send("echoer", "x"));
  expect_internal("delayed", root.make_delayed_event("echoer", "x"));
  expect_internal("start_worker", root.start_worker("w", echoer{}));
  expect_internal("start_processor", root.start_processor("p", [] {
    struct idle {
      process_step process(context&) { return process_step::wait; }
    };
    return idle{};
  }()));
  expect_internal("stop_worker", root.stop_worker("echoer"));
  expect_internal("detached", root.make_endpoint("another"));
  expect_internal("wait_for", root.wait_for("echoer"));
  expect_internal("find_terminal_address", root.find_terminal_address("echoer"));
  expect_internal("resolve_transport_route", root.resolve_transport_route("1#localhost:1"));
  expect_internal("attach", attach_transport(node.services(), std::make_shared<silent_transport>(
                                                                std::uint8_t{9}, journal{})));

  // no result to carry an error: nothing is there
  EXPECT_TRUE(root.list_workers().empty());
  EXPECT_FALSE(root.is_registered("echoer"));
  EXPECT_FALSE(root.metadata("echoer"));
  EXPECT_FALSE(node.actor_at("echoer"));
  EXPECT_FALSE(node.router());
  event.schedule(0ms);
  event.cancel();
  root.request_stop();
  node.wait_for_stop_request();
  EXPECT_THROW(node.send("echoer", "x"), failure);

  // the mailbox itself is closed (RCV-4)
  EXPECT_EQ(error_of(root.receive<std::string>({.timeout = std::nullopt})), errc::not_found);

  // handles of actors that are gone
  compat::post(caf::actor_cast<caf::abstract_actor*>(router), nullptr,
               routed_message{message{"echoer", {}}});
  compat::post(caf::actor_cast<caf::abstract_actor*>(old_handle), nullptr,
               routed_message{message{"echoer", {}}});
}

TEST_F(Node, NOD11_AWorkerThatOutlivesTheStopMayCallEverything) {
  const gate reached;
  const gate released;
  const journal book;
  node.start_worker(
    "w",
    [=](context& ctx, routed<any_body>&) {
      reached.open();
      static_cast<void>(released.wait());
      const auto note = [&](const auto& outcome) {
        book.write(outcome ? "ok" : std::string{to_string(outcome.error()).substr(0, 12)});
      };
      note(ctx.send("app", "x"));
      note(ctx.start_worker("v", echoer{}));
      note(ctx.send_and_receive<std::string>("app", "x", [](const result<std::string>&) {}));
      note(ctx.make_delayed_event("app", "x"));
      ctx.stop();
    },
    pooled);
  node.send("w", no_body{});
  ASSERT_TRUE(reached.wait());
  node.stop(std::chrono::milliseconds{0});
  released.open();
  EXPECT_EQ(book.wait_for(4),
            (lines{"node_stopped", "node_stopped", "node_stopped", "node_stopped"}));
}

TEST_F(Node, NOD13_AHundredNodesComeAndGo) {
  for (int i = 0; i < 100; ++i) {
    ockam::node each{*system};
    auto a = each.make_endpoint("a");
    auto b = each.make_endpoint("b");
    ASSERT_TRUE(a.send("b", i));
    const auto received = b.receive<int>();
    ASSERT_TRUE(received);
    EXPECT_EQ(received->body(), i);
    ASSERT_TRUE(b.send(received->return_route(), i + 1));
    EXPECT_EQ(a.receive<int>().value().body(), i + 1);
    each.stop();
    expect_settled(each);
    EXPECT_TRUE(each.list_workers().empty());
    EXPECT_TRUE(each.flow_controls().empty());
  }
}

TEST_F(Node, NOD6_SeveralThreadsMayStopIt) {
  const journal book;
  node.start_worker("w", recorder{book});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      node.stop();
      EXPECT_EQ(book.size(), 2u) << "every call returns when the work is done";
    });
  for (auto& each : threads)
    each.join();
  node.stop();
  EXPECT_EQ(book.entries(), (lines{"initialize", "shutdown"}));
}

TEST_F(Node, NOD5_AWorkerAsksForTheStopAndMainWaitsForIt) {
  node.start_worker("w", [](context& ctx, routed<any_body>&) { ctx.request_stop(); });
  node.send("w", no_body{});
  node.wait_for_stop_request();
}

TEST_F(Node, NOD5_AnEndlessLimitIsNoLimit) {
  node.start_worker("w", recorder{});
  node.stop(std::chrono::milliseconds::max());
}

TEST_F(Node, NOD5_TheDestructorStopsWhatTheNodeStarted) {
  const journal book;
  {
    ockam::node other{*system};
    other.start_worker("w", recorder{book});
    other.send("w", "queued");
  }
  EXPECT_EQ(book.entries(), (lines{"initialize", "queued", "shutdown"}));
}

} // namespace
} // namespace ockam::test
