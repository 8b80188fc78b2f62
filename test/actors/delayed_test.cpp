#include "test_node.hpp"

#include "error_of.hpp"
#include "node/node_state.hpp"
#include "node/timers.hpp"

#include "ockam/actors/workers.hpp"

#include <atomic>
#include <thread>

namespace ockam::test {
namespace {

class Delayed : public node_test {
protected:
  void expect_nothing_more() {
    EXPECT_EQ(error_of(node.root().receive<any_body>({.timeout = 30ms})), errc::timeout);
  }
};

TEST_F(Delayed, DLY1_AnEventHasAnAddressThatAdmitsNothingAndSendsToItsDestinationOnly) {
  auto event = node.root().make_delayed_event("app", "x").value();
  event.schedule(0ms);
  const auto received = node.receive<std::string>();
  EXPECT_EQ(received.body(), "x");
  const auto own = received.source_address();
  EXPECT_EQ(received.return_route(), route{own});
  EXPECT_EQ(own.value().size(), 32u);

  const auto& box = node.state()->table.find(own).record->boxes.front();
  const address any = "any";
  EXPECT_TRUE(box.outgoing->is_authorized({any, any, message{"app", {}}}).value());
  EXPECT_FALSE(box.outgoing->is_authorized({any, any, message{"other", {}}}).value());
  EXPECT_FALSE(box.incoming->is_authorized({any, any, message{"app", {}}}).value());
}

TEST_F(Delayed, DLY1_DLY3_AReplyGoesToTheEventWhichAdmitsNone) {
  node.start_worker("echoer", echoer{});
  auto event = node.root().make_delayed_event("echoer", "x").value();
  event.schedule(0ms);
  EXPECT_TRUE(
    eventually([&] { return node.metrics().dropped_for(drop_reason::incoming_denied) == 1; }));
  EXPECT_TRUE(logged({"warning", "incoming", "0#echoer"}));
}

TEST_F(Delayed, DLY2_ItSendsOnceAfterTheDelay) {
  auto event = node.root().make_delayed_event("app", "x").value();
  const auto before = std::chrono::steady_clock::now();
  event.schedule(20ms);
  EXPECT_EQ(node.receive<std::string>().body(), "x");
  EXPECT_GE(std::chrono::steady_clock::now() - before, 20ms);
  expect_nothing_more();
}

TEST_F(Delayed, DLY2_ThreeSchedulesOneAfterTheOtherDeliverThree) {
  auto event = node.root().make_delayed_event("app", "x").value();
  for (int i = 0; i < 3; ++i) {
    event.schedule(1ms);
    EXPECT_EQ(node.receive<std::string>().body(), "x");
  }
  expect_nothing_more();
}

TEST_F(Delayed, DLY2_ReschedulingBeforeExpiryDeliversOne) {
  auto event = node.root().make_delayed_event("app", "x").value();
  for (int i = 0; i < 10; ++i)
    event.schedule(1h);
  event.schedule(1ms);
  EXPECT_EQ(node.receive<std::string>().body(), "x");
  expect_nothing_more();
}

TEST_F(Delayed, DLY2_CancelOrDestructionDeliversNone) {
  auto cancelled = node.root().make_delayed_event("app", "x").value();
  cancelled.schedule(10ms);
  cancelled.cancel();
  address own;
  {
    auto destroyed = node.root().make_delayed_event("app", "x").value();
    destroyed.schedule(10ms);
    EXPECT_EQ(node.list_workers().size(), 3u);
  }
  EXPECT_EQ(node.list_workers().size(), 2u) << "its address is gone";
  auto assigned = node.root().make_delayed_event("app", "x").value();
  assigned.schedule(10ms);
  assigned = delayed_event{};
  expect_nothing_more();
  EXPECT_EQ(node.metrics().sent, 0u);
}

TEST_F(Delayed, DLY2_AMovedEventKeepsItsSchedule) {
  auto event = node.root().make_delayed_event("app", "x").value();
  event.schedule(5ms);
  auto moved = std::move(event);
  EXPECT_EQ(node.receive<std::string>().body(), "x");
  delayed_event nothing;
  nothing.schedule(0ms);
  nothing.cancel();
}

TEST_F(Delayed, DLY2_CancelHoldsEvenWhileTheTimerGoesOff) {
  // what is delivered and what is not is settled when cancel returns
  auto event = node.root().make_delayed_event("app", "x").value();
  std::uint64_t after_cancel = 0;
  for (int i = 0; i < 2000; ++i) {
    event.schedule(std::chrono::microseconds{i % 50});
    if (i % 3 == 0)
      std::this_thread::yield();
    event.schedule(1h); // replaces the one that may be going off
    event.cancel();
  }
  while (node.root().receive<any_body>({.timeout = 20ms}))
    ++after_cancel;
  EXPECT_LE(after_cancel, 2000u) << "never more than one for each schedule";
  event.schedule(0ms);
  EXPECT_TRUE(node.root().receive<any_body>());
  expect_nothing_more();
}

TEST_F(Delayed, DLY3_AFailingSendIsOnlyLogged) {
  auto event = node.root().make_delayed_event("nobody", "x").value();
  event.schedule(0ms);
  EXPECT_TRUE(logged({"warning", "delayed", "0#nobody"}));
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::unknown_address), 1u);
}

TEST_F(Delayed, DLY2_AWorkerRemindsItself) {
  struct reminds_itself {
    journal book;
    delayed_event reminder;
    void initialize(context& ctx) {
      reminder = ctx.make_delayed_event(ctx.primary_address(), "tick").value();
      reminder.schedule(1ms);
    }
    void handle_message(context&, const routed<std::string>& received) {
      book.write(received.body());
      reminder.schedule(1ms);
    }
  };
  const journal book;
  node.start_worker("w", reminds_itself{book, {}});
  EXPECT_GE(book.wait_for(3).size(), 3u);
}

TEST_F(Delayed, DLY2_NothingIsSentAfterTheNodesStop) {
  auto event = node.root().make_delayed_event("app", "x").value();
  event.schedule(1h);
  node.stop();
  event.schedule(0ms);
  EXPECT_EQ(error_of(node.root().receive<any_body>({.timeout = 20ms})), errc::not_found);
  EXPECT_EQ(node.metrics().sent, 0u);
}

TEST_F(Delayed, NOD11_AnEventOutlivesItsNode) {
  delayed_event event;
  {
    ockam::node other{*system};
    event = other.root().make_delayed_event("app", "x").value();
    event.schedule(1h);
  }
  event.schedule(0ms);
  event.cancel();
}

TEST_F(Delayed, NOD13_EventsThatGoOffWhileTheirNodeEnds) {
  for (int i = 0; i < 100; ++i) {
    ockam::node other{*system};
    other.start_worker("w", [](context&, routed<any_body>&) {});
    std::vector<delayed_event> events;
    for (int e = 0; e < 5; ++e) {
      events.push_back(other.root().make_delayed_event("w", "x").value());
      events.back().schedule(std::chrono::microseconds{50 * e});
    }
    other.stop();
    expect_settled(other);
  }
}

// -- the clock behind it ---------------------------------------------------------------------------

TEST(Timers, CallsInTheOrderOfTheirTimesNotOfTheirSchedules) {
  internal::timers timers;
  const journal book;
  timers.schedule(30ms, [=] { book.write("third"); });
  timers.schedule(1ms, [=] { book.write("first"); });
  timers.schedule(15ms, [=] { book.write("second"); });
  EXPECT_EQ(book.wait_for(3), (lines{"first", "second", "third"}));
}

TEST(Timers, CancelReturnsWhetherItWasInTime) {
  internal::timers timers;
  const gate called;
  const auto late = timers.schedule(1h, [] { FAIL(); });
  const auto soon = timers.schedule(0ms, [=] { called.open(); });
  ASSERT_TRUE(called.wait());
  EXPECT_TRUE(timers.cancel(late));
  EXPECT_FALSE(timers.cancel(late));
  EXPECT_FALSE(timers.cancel(soon));
  EXPECT_FALSE(timers.cancel(0));
}

TEST(Timers, AfterStopNothingIsCalledAndWhatWasScheduledIsReleased) {
  internal::timers timers;
  const auto held = std::make_shared<int>(1);
  timers.schedule(1h, [held] {});
  timers.stop();
  EXPECT_EQ(held.use_count(), 1);
  timers.schedule(0ms, [held] { FAIL(); });
  EXPECT_EQ(held.use_count(), 1);
  timers.stop();
}

TEST(Timers, AnActionMayScheduleCancelAndStop) {
  auto timers = std::make_shared<internal::timers>();
  const gate done;
  timers->schedule(0ms, [=, raw = timers.get()] {
    const auto id = raw->schedule(1h, [] {});
    EXPECT_TRUE(raw->cancel(id));
    raw->schedule(0ms, [=] { done.open(); });
  });
  ASSERT_TRUE(done.wait());
  timers->stop();
}

TEST(Timers, TheLastReferenceMayDieInAnAction) {
  for (int i = 0; i < 50; ++i) {
    struct owner {
      internal::timers timers;
      gate destroyed;
      ~owner() { destroyed.open(); }
    };
    auto own = std::make_shared<owner>();
    const auto destroyed = own->destroyed;
    auto& timers = own->timers;
    timers.schedule(0ms, [own = std::move(own)]() mutable { own.reset(); });
    ASSERT_TRUE(destroyed.wait());
  }
}

TEST(Timers, DelaysBeyondTheClockAreFarAway) {
  internal::timers timers;
  const auto id = timers.schedule(std::chrono::steady_clock::duration::max(), [] { FAIL(); });
  const gate called;
  timers.schedule(std::chrono::steady_clock::duration::min(), [=] { called.open(); });
  EXPECT_TRUE(called.wait());
  EXPECT_TRUE(timers.cancel(id));
}

} // namespace
} // namespace ockam::test
