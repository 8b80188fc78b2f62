#include "test_node.hpp"

#include "error_of.hpp"
#include "node/node_state.hpp"

#include "ockam/actors/transport/connection_port.hpp"
#include "ockam/actors/transport/transport.hpp"
#include "ockam/actors/workers.hpp"

#include <algorithm>
#include <thread>

namespace ockam::test {
namespace {

class Router : public node_test {
protected:
  [[nodiscard]] std::vector<address> sorted_workers() const {
    auto all = node.list_workers();
    std::ranges::sort(all);
    return all;
  }
};

/// Handles one message at a time, each when the gate is opened.
struct held_back {
  gate reached;
  gate released;
  journal book;

  void handle_message(context&, const routed<std::string>& received) {
    reached.open();
    if (released.wait())
      book.write(received.body());
  }
  void shutdown(context&) { book.write("shutdown"); }
};

TEST_F(Router, ROU2_AWorkerResolvesByItsPrimaryAddressAndByEachAlias) {
  node.start_worker({"echoer", "echo", "parrot"}, echoer{});
  for (const auto* name : {"echoer", "echo", "parrot"})
    EXPECT_EQ((node.send_and_receive<std::string>(name, name)), name);
}

TEST_F(Router, ROU3_ROU5_ADuplicateAddressIsRefusedAndLeavesNoTrace) {
  const journal first;
  const journal second;
  node.start_worker({"a", "b"}, recorder{first});
  const auto workers = sorted_workers();
  for (const auto& taken : {mailboxes{"a"}, mailboxes{"b"}, mailboxes{"new", "a"},
                            mailboxes{"new", "b"}, mailboxes{"new", "newer", "a", "newest"}}) {
    const auto again = node.root().start_worker(taken, recorder{second});
    ASSERT_FALSE(again);
    EXPECT_EQ(error_of(again), errc::already_exists);
    EXPECT_EQ(error_of(again).kind(), error_kind::already_exists);
    EXPECT_EQ(error_of(again).origin(), error_origin::node);
  }
  EXPECT_EQ(sorted_workers(), workers);
  EXPECT_EQ(error_of(node.root().send("new", "x")), errc::not_found);
  EXPECT_EQ(error_of(node.root().send("newest", "x")), errc::not_found);
  node.send("a", "to a");
  node.send("b", "to b");
  EXPECT_EQ(first.wait_for(3), (lines{"initialize", "to a", "to b"}));
  EXPECT_TRUE(second.entries().empty()) << "the refused worker never ran, not even its hooks";
}

TEST_F(Router, ROU5_TheErrorNamesTheAddressThatIsTaken) {
  node.start_worker({"a", "taken"}, echoer{});
  const auto again = node.root().start_worker({"b", "taken"}, echoer{});
  ASSERT_FALSE(again);
  EXPECT_NE(error_of(again).detail().find("0#taken"), std::string::npos)
    << error_of(again).detail();
}

TEST_F(Router, ROU5_OneWorkerCannotHaveAnAddressTwice) {
  EXPECT_EQ(error_of(node.root().start_worker({"a", "b", "a"}, echoer{})), errc::already_exists);
  EXPECT_FALSE(node.is_registered("a"));
  EXPECT_EQ(error_of(node.root().send("b", "x")), errc::not_found);
}

/// Each thread wants three of five addresses, in an order of its own: any two lists overlap.
TEST_F(Router, ROU5_OverlappingListsAreStartedWholeOrNotAtAll) {
  constexpr std::size_t addresses = 5;
  constexpr int rounds = 300;
  std::atomic<int> started{0};
  std::atomic<int> refused{0};
  const auto name_of = [](std::size_t i) {
    return address{std::string(1, static_cast<char>('a' + i % addresses))};
  };
  const auto start_and_stop = [&](std::size_t thread) {
    const auto own = std::to_string(thread);
    auto asker = node.make_endpoint("asker-" + own);
    for (std::size_t round = 0; round < rounds; ++round) {
      const auto step = 1 + thread % 2;
      const std::vector<address> list{name_of(round), name_of(round + step),
                                      name_of(round + 2 * step)};
      const auto first = node.root().start_worker(
        {list[0], list[1], list[2]}, [own](context& self, const routed<any_body>& question) {
          static_cast<void>(self.send(question.return_route(), own));
        });
      ++(first ? started : refused);
      if (!first) {
        EXPECT_EQ(error_of(first), errc::already_exists);
        continue;
      }
      for (const auto& each : list)
        EXPECT_EQ(asker.send_and_receive<std::string>(each, "whose?").value(), own);
      EXPECT_TRUE(node.root().stop_worker(list[round % 3]));
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 4; ++i)
    threads.emplace_back(start_and_stop, i);
  for (auto& each : threads)
    each.join();
  EXPECT_GT(started, 0);
  EXPECT_GT(refused, 0) << "they met";
  EXPECT_TRUE(node.root().start_worker({"a", "b", "c", "d", "e"}, echoer{}))
    << "nothing is left of refused ones";
}

TEST_F(Router, ROU3_AManyTimesRefusedStartDoesNotDelayTheStop) {
  node.start_worker("a", echoer{});
  for (int i = 0; i < 20; ++i)
    EXPECT_FALSE(node.root().start_worker("a", recorder{}));
  const auto before = std::chrono::steady_clock::now();
  node.stop(10s);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
}

TEST_F(Router, ROU4_WRK10_TheLateEndOfAnOldWorkerLeavesItsSuccessorAlone) {
  const held_back old{.reached = {}, .released = {}, .book = {}};
  const journal young;
  node.start_worker({"w", "alias"}, old);
  node.send("w", "to the old one");
  ASSERT_TRUE(old.reached.wait());
  node.stop_worker("w");

  node.start_worker({"w", "alias"}, recorder{young});
  node.send("alias", "to the new one");
  EXPECT_EQ(young.wait_for(2), (lines{"initialize", "to the new one"}));
  old.released.open();
  EXPECT_EQ(old.book.wait_for(2), (lines{"to the old one", "shutdown"}));

  node.send("w", "still there");
  EXPECT_EQ(young.wait_for(3).back(), "still there");
  EXPECT_TRUE(node.is_registered("w"));
}

TEST_F(Router, ROU6_AStartWithoutAnAddressIsInternal) {
  for (const auto& none : {mailboxes{}, mailboxes{std::vector<mailbox_options>{}}}) {
    EXPECT_EQ(node.root().start_worker(none, echoer{}).error().kind(), error_kind::internal);
    EXPECT_EQ(node.root().make_endpoint(none).error(), errc::missing_address);
  }
}

TEST_F(Router, ROU6_AMailboxWithoutAnAccessControlIsMisuse) {
  const mailbox_options broken{.address = "w", .incoming = nullptr};
  EXPECT_EQ(error_of(node.root().start_worker(broken, echoer{})), errc::misuse);
  EXPECT_EQ(error_of(node.root().make_endpoint(broken)), errc::misuse);
}

TEST_F(Router, ROU7_ERR1_AnUnknownAddressIsNotFound) {
  const auto sent = node.root().send("nobody", "x");
  ASSERT_FALSE(sent);
  EXPECT_EQ(error_of(sent), errc::not_found);
  EXPECT_EQ(error_of(sent).kind(), error_kind::not_found);
  EXPECT_EQ(error_of(sent).origin(), error_origin::node);
  EXPECT_NE(error_of(sent).detail().find("0#nobody"), std::string::npos);
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::unknown_address), 1u);
}

TEST_F(Router, ROU7_DEC5_ERR2_WRK10_AStoppingAddressIsNotFound) {
  const held_back worker{.reached = {}, .released = {}, .book = {}};
  node.start_worker({"w", "alias"}, worker);
  node.send("w", "x");
  ASSERT_TRUE(worker.reached.wait());
  node.stop_worker("alias");
  for (const auto* name : {"w", "alias"})
    EXPECT_EQ(error_of(node.root().send(name, "too late")), errc::not_found);
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::unknown_address), 2u);
  worker.released.open();
  EXPECT_EQ(worker.book.wait_for(2), (lines{"x", "shutdown"}));
}

TEST_F(Router, ROU8_ERR12_AnUnresolvedTransportAddressIsInternal) {
  const auto sent = node.root().send(route{"1#localhost:4000", "echoer"}, "x");
  ASSERT_FALSE(sent);
  EXPECT_EQ(error_of(sent), errc::unresolved_address);
  EXPECT_EQ(error_of(sent).kind(), error_kind::internal);
  EXPECT_EQ(error_of(sent).origin(), error_origin::node);
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::external_address), 1u);
  EXPECT_EQ(node.root().send_and_receive<std::string>("1#localhost:4000", "x").error().kind(),
            error_kind::internal);
}

TEST_F(Router, ROU9_ListsPrimaryAddressesOfEveryoneAndKnowsAliasesNotByName) {
  node.start_worker({"w", "alias"}, echoer{});
  const auto mailbox = node.make_endpoint({"mailbox", "letterbox"});
  EXPECT_EQ(sorted_workers(), (std::vector<address>{"app", "mailbox", "w"}));
  EXPECT_TRUE(node.is_registered("w"));
  EXPECT_TRUE(node.is_registered("mailbox"));
  EXPECT_TRUE(node.is_registered("app"));
  EXPECT_FALSE(node.is_registered("alias"));
  EXPECT_FALSE(node.is_registered("letterbox"));
}

TEST_F(Router, ROU10_StopTakesAnyAliasAndReturnsOnceItHasBegun) {
  const held_back worker{.reached = {}, .released = {}, .book = {}};
  node.start_worker({"w", "alias"}, worker);
  node.send("w", "x");
  ASSERT_TRUE(worker.reached.wait());
  node.stop_worker("alias"); // returns, although the handler runs
  EXPECT_FALSE(node.is_registered("w"));
  EXPECT_TRUE(worker.book.entries().empty());
  worker.released.open();
  EXPECT_EQ(worker.book.wait_for(2), (lines{"x", "shutdown"}));
}

TEST_F(Router, ROU10_StoppingAnUnknownAddressIsNotFound) {
  EXPECT_EQ(error_of(node.root().stop_worker("nobody")), errc::not_found);
  node.start_worker("w", echoer{});
  node.stop_worker("w");
  EXPECT_EQ(error_of(node.root().stop_worker("w")), errc::not_found);
}

TEST_F(Router, ROU11_DEC6_AFreedWorkerTakesEverythingAlong) {
  const auto id = flow_control_id::random();
  mailbox_options primary{.address = "w", .attributes = {{"color", "red"}}};
  mailbox_options alias{.address = "alias", .terminal = true};
  node.start_worker(mailboxes{{primary, alias}}, echoer{});
  node.flow_controls().add_consumer("w", id);
  node.flow_controls().add_consumer("alias", id);
  node.flow_controls().add_producer("alias", flow_control_id::random(), id, {"w"});
  node.stop_worker("w");

  EXPECT_FALSE(node.is_registered("w"));
  EXPECT_FALSE(node.root().metadata("w"));
  EXPECT_FALSE(node.root().metadata("alias"));
  EXPECT_EQ(node.root().find_terminal_address("alias").value(), std::nullopt);
  EXPECT_TRUE(node.flow_controls().empty()) << "entries of the alias too";
  EXPECT_EQ(error_of(node.root().send("alias", "x")), errc::not_found);
}

TEST_F(Router, ROU13_AddressesCarryMetadata) {
  mailbox_options plain{.address = "plain"};
  mailbox_options colored{.address = "colored", .attributes = {{"color", "red"}, {"size", "m"}}};
  mailbox_options exit{.address = "exit", .terminal = true};
  node.start_worker(mailboxes{{plain, colored, exit}}, echoer{});

  EXPECT_FALSE(node.root().metadata("plain"));
  EXPECT_FALSE(node.root().metadata("nobody"));
  const auto color = node.root().metadata("colored");
  ASSERT_TRUE(color);
  EXPECT_EQ(color->address, "colored");
  EXPECT_EQ(color->attributes.at("color"), "red");
  EXPECT_FALSE(color->terminal);
  ASSERT_TRUE(node.root().metadata("exit"));
  EXPECT_TRUE(node.root().metadata("exit")->terminal);
}

TEST_F(Router, ROU13_FindsTheFirstTerminalAddressOfALocalRoute) {
  mailbox_options first{.address = "first", .terminal = true};
  mailbox_options second{.address = "second", .terminal = true};
  node.start_worker(mailboxes{{first, second}}, echoer{});
  node.start_worker("plain", echoer{});
  auto& root = node.root();
  EXPECT_EQ(root.find_terminal_address(route{"plain", "nobody", "second", "first"}).value(),
            address{"second"});
  EXPECT_EQ(root.find_terminal_address(route{"plain"}).value(), std::nullopt);
  EXPECT_EQ(root.find_terminal_address(route{}).value(), std::nullopt);
  EXPECT_EQ(error_of(root.find_terminal_address(route{"first", "1#host:1"})), errc::invalid_value);
}

TEST_F(Router, ROU14_WaitForReturnsWhenInitializeHasFinished) {
  struct slow_start {
    gate reached;
    gate released;
    void initialize(context&) {
      reached.open();
      static_cast<void>(released.wait());
    }
    void handle_message(context&, routed<any_body>&) {}
  };
  const slow_start worker{.reached = {}, .released = {}};
  node.start_worker({"w", "alias"}, worker);
  ASSERT_TRUE(worker.reached.wait());
  EXPECT_EQ(error_of(node.root().wait_for("w", {.timeout = 20ms})), errc::timeout);
  std::thread waiting{[&] { EXPECT_TRUE(node.root().wait_for("alias")); }};
  worker.released.open();
  waiting.join();
  EXPECT_TRUE(node.root().wait_for("w", {.timeout = 0ms})) << "ready already";
}

TEST_F(Router, ROU14_WaitForReportsWhyAStartFailed) {
  struct never_ready {
    gate may_fail;
    result<void> initialize(context&) {
      static_cast<void>(may_fail.wait());
      return fail(errc::unsupported, "the sensor is not plugged in");
    }
    void handle_message(context&, routed<any_body>&) {}
  };
  const never_ready worker{.may_fail = {}};
  node.start_worker("w", worker);
  const journal outcome;
  node.state()->table.find(address{"w"}).record->when_ready([=](const result<void>& ready) {
    outcome.write(ready ? "ready" : to_string(ready.error()));
  });
  std::thread waiting{[&] {
    const auto ready = node.root().wait_for("w"); // comes before the failure, or after it
    ASSERT_FALSE(ready);
    EXPECT_EQ(ready.error(), errc::initialization_failed);
  }};
  worker.may_fail.open();
  waiting.join();
  const auto reported = outcome.wait_for(1);
  ASSERT_EQ(reported.size(), 1u);
  EXPECT_TRUE(reported[0].starts_with("initialization_failed")) << reported[0];
  EXPECT_NE(reported[0].find("the sensor is not plugged in"), std::string::npos) << reported[0];
}

TEST_F(Router, ROU14_WaitForAnUnknownAddressIsNotFound) {
  EXPECT_EQ(error_of(node.root().wait_for("nobody")), errc::not_found);
}

TEST_F(Router, ROU14_WaitForEndsWhenTheWorkerIsStoppedOrKilledBeforeItIsReady) {
  struct deferred {
    void initialize(context& ctx) { ctx.defer_ready(); }
    void handle_message(context&, routed<any_body>&) {}
  };
  for (const bool killed : {false, true}) {
    node.start_worker("w", deferred{});
    const auto handle = node.actor_at("w");
    const gate waits;
    std::thread waiting{[&] {
      const auto ready = node.root().wait_for("w", {.timeout = std::nullopt});
      EXPECT_FALSE(ready);
    }};
    if (killed)
      caf::anon_send_exit(handle, caf::exit_reason::kill);
    else
      node.stop_worker("w");
    waiting.join();
    EXPECT_TRUE(eventually([&] { return !node.is_registered("w"); }));
  }
}

TEST_F(Router, ROU15_WhenStartReturnsEveryThreadResolvesTheAddress) {
  constexpr int rounds = 200;
  for (int i = 0; i < rounds; ++i) {
    const auto name = "w" + std::to_string(i);
    node.start_worker(name, echoer{});
    std::thread other{[&] { EXPECT_TRUE(node.root().send(name, "x")) << name; }};
    other.join();
  }
}

TEST_F(Router, MAP11_NothingIsLockedWhileAnAccessControlIsAsked) {
  class waits final : public access_control {
  public:
    gate reached;
    gate released;
    result<bool> is_authorized(const relay_message&) const override {
      reached.open();
      return released.wait();
    }
    std::string remedy(const relay_message&) const override { return "open the gate"; }
  };
  const auto control = std::make_shared<waits>();
  const mailbox_options slow{.address = "slow", .outgoing = control};
  auto mailbox = node.make_endpoint(slow);
  node.start_worker("echoer", echoer{});
  std::thread sending{[&] { EXPECT_TRUE(mailbox.send("echoer", "slowly")); }};
  ASSERT_TRUE(control->reached.wait());

  // everything else continues
  EXPECT_EQ((node.send_and_receive<std::string>("echoer", "x")), "x");
  node.start_worker("another", echoer{});
  node.stop_worker("another");
  node.flow_controls().add_consumer("echoer", flow_control_id::random());
  EXPECT_EQ(node.list_workers().size(), 3u);
  EXPECT_EQ(node.metrics().delivered, 2u);

  control->released.open();
  sending.join();
  EXPECT_EQ(mailbox.receive<std::string>().value().body(), "slowly");
}

} // namespace
} // namespace ockam::test
