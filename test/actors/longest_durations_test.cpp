// The largest duration of any unit means "never".

#include "error_of.hpp"
#include "test_node.hpp"

#include "ockam/actors/workers.hpp"

#include <thread>

namespace ockam::test {
namespace {

using hours = std::chrono::hours;
using milliseconds = std::chrono::milliseconds;
using nanoseconds = std::chrono::nanoseconds;

class LongestDurations : public node_test {};

template <class Unit>
void expect_waits(node& on) {
  const auto asked = on.root().send_and_receive<std::string>("echoer", "x",
                                                             {.timeout = Unit::max()});
  EXPECT_EQ(asked, result<std::string>{"x"});
  auto later = on.root().make_delayed_event("app", "later").value();
  later.schedule(20ms);
  const auto received = on.root().receive<std::string>({.timeout = Unit::max()});
  ASSERT_TRUE(received) << to_string(received.error());
  EXPECT_EQ(received->body(), "later");
  EXPECT_TRUE(on.root().wait_for("echoer", {.timeout = Unit::max()}));
}

TEST_F(LongestDurations, DUR1_SRQ3_RCV1_OfAWaitAreNoTimeOut) {
  node.start_worker("echoer", echoer{});
  expect_waits<nanoseconds>(node);
  expect_waits<milliseconds>(node);
  expect_waits<hours>(node);
}

TEST_F(LongestDurations, DUR1_SRQ3_OfARequestInAWorkerAreNoTimeOut) {
  node.start_worker("late",
                    [](context& ctx, const routed<std::string>& asked) {
                      std::this_thread::sleep_for(20ms);
                      return ctx.send(asked.return_route(), asked.body());
                    },
                    {.execution = execution::pooled});
  node.start_worker("asking", [](context& ctx, const routed<std::string>& asked) {
    return ctx.send_and_receive<std::string>(
      "late", asked.body(),
      [&ctx, back = asked.return_route()](const result<std::string>& reply) {
        static_cast<void>(ctx.send(back, reply ? *reply : to_string(reply.error())));
      },
      {.timeout = milliseconds::max()});
  });
  EXPECT_EQ(node.send_and_receive<std::string>("asking", "x"), "x");
}

TEST_F(LongestDurations, DUR1_DLY1_OfADelayNeverSend) {
  auto event = node.root().make_delayed_event("app", "x").value();
  for (const time_span delay :
       {time_span{nanoseconds::max()}, time_span{milliseconds::max()}, time_span{hours::max()}}) {
    event.schedule(delay);
    EXPECT_EQ(error_of(node.root().receive<any_body>({.timeout = 20ms})), errc::timeout);
  }
}

TEST_F(LongestDurations, DUR1_AC6_OfACacheKeepAnAdmission) {
  struct first_only final : access_control {
    mutable int asked = 0;
    result<bool> is_authorized(const relay_message&) const override { return ++asked == 1; }
    std::string remedy(const relay_message&) const override { return {}; }
  };
  const auto control = cached(std::make_shared<first_only>(), hours::max());
  const address any = "any";
  const message content{"any", {}};
  EXPECT_TRUE(control->is_authorized({any, any, content}).value());
  EXPECT_TRUE(control->is_authorized({any, any, content}).value());
}

TEST_F(LongestDurations, DUR1_NOD5_OfAStopWaitForAllWorkers) {
  std::atomic<bool> ended = false;
  struct slow {
    std::atomic<bool>& ended;
    void handle_message(context&, const routed<std::string>&) {}
    void shutdown(context&) {
      std::this_thread::sleep_for(20ms);
      ended = true;
    }
  };
  node.start_worker("slow", slow{ended});
  node.stop(milliseconds::max());
  EXPECT_TRUE(ended);
}

} // namespace
} // namespace ockam::test
