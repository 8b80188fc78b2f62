#include "error_of.hpp"
#include "fake_connection.hpp"
#include "node/node_state.hpp"
#include "test_node.hpp"
#include "worker/retry.hpp"

#include <future>

#include <gtest/gtest.h>

namespace ockam::test {
namespace {

enum class requester : std::uint8_t { thread, worker };

/// A request of a thread, and one of a worker.
class Retry : public node_test, public testing::WithParamInterface<requester> {
protected:
  result<std::string> request(const route& to, request_options options) {
    if (GetParam() == requester::thread)
      return node.root().send_and_receive<std::string>(to, "x", std::move(options));
    const auto promise = std::make_shared<std::promise<result<std::string>>>();
    auto future = promise->get_future();
    const auto caller
      = node.start_worker(address::random(), [=](context& ctx, const routed<std::string>&) {
          const auto sent = ctx.send_and_receive<std::string>(
            to, "x", [=](const result<std::string>& reply) { promise->set_value(reply); }, options);
          if (!sent)
            promise->set_value(fail(sent.error()));
        });
    node.send(caller, "go");
    if (future.wait_for(long_timeout) != std::future_status::ready)
      return fail(errc::internal, "the request does not end");
    node.stop_worker(caller);
    return future.get();
  }

  void TearDown() override {
    EXPECT_EQ(node.metrics().failed, expected_failures) << "a request that ended twice is one";
    EXPECT_TRUE(eventually([&] { return no_timer_is_left(); }));
    node_test::TearDown();
  }
  bool no_timer_is_left() { return !node.state()->timers.next_due(); }

  std::uint64_t expected_failures = 0;
};

INSTANTIATE_TEST_SUITE_P(Requester, Retry, testing::Values(requester::thread, requester::worker),
                         [](const auto& each) {
                           return each.param == requester::thread ? "Thread" : "Worker";
                         });

/// Writes down the id of each request, and answers from the `from`th on.
struct forgetful {
  int from;
  journal ids;
  int seen = 0;

  result<void> handle_message(context& ctx, const routed<std::string>& received) {
    ids.write(to_string(request_id(received)));
    return ++seen < from ? result<void>{} : ctx.send(received.return_route(), "answer");
  }
};

/// Fails each request but the `good`th with this error.
struct failing_until {
  error why;
  int good;
  journal seen{};

  result<void> handle_message(context& ctx, const routed<std::string>& received) {
    seen.write("request");
    if (seen.size() >= static_cast<std::size_t>(good))
      return ctx.send(received.return_route(), "answer");
    received.local_message().request()->fail(why);
    return {};
  }
};

TEST_P(Retry, SRV7_AWorkerThatDropsTheFirstAttemptAnswersTheSecond) {
  const journal ids;
  node.start_worker("forgetful", forgetful{2, ids});
  EXPECT_EQ(request("forgetful", {.timeout = 50ms, .retry = {.attempts = 3, .first = 1ms}}),
            "answer");
  EXPECT_EQ(ids.size(), 2u);
}

TEST_P(Retry, SRV7_WithoutAPolicyThereIsOneAttempt) {
  const journal ids;
  node.start_worker("forgetful", forgetful{2, ids});
  const auto reply = request("forgetful", {.timeout = 20ms});
  EXPECT_EQ(error_of(reply), errc::timeout);
  EXPECT_EQ(error_of(reply).detail().find("attempt"), std::string::npos);
  EXPECT_EQ(ids.size(), 1u);
}

TEST_P(Retry, SRV8_AllAttemptsHaveOneRequestIdAndOtherRequestsOthers) {
  const journal ids;
  node.start_worker("forgetful", forgetful{3, ids});
  const request_options options{.timeout = 20ms, .retry = {.attempts = 3, .first = 1ms}};
  EXPECT_EQ(request("forgetful", options), "answer");
  const auto first = ids.entries();
  ASSERT_EQ(first.size(), 3u);
  EXPECT_GT(first[0].size(), 32u) << "not to be guessed";
  EXPECT_EQ(first, lines(3, first[0]));
  EXPECT_EQ(request("forgetful", options), "answer");
  EXPECT_NE(ids.entries().back(), first[0]);
}

TEST_P(Retry, SRV7_TheLastAttemptEndsTheRequestWithItsError) {
  const journal ids;
  node.start_worker("forgetful", forgetful{9, ids});
  const auto reply = request("forgetful",
                             {.timeout = 20ms, .retry = {.attempts = 3, .first = 1ms}});
  EXPECT_EQ(error_of(reply), errc::timeout);
  EXPECT_NE(error_of(reply).detail().find("attempt 3"), std::string::npos)
    << to_string(reply.error());
  EXPECT_EQ(ids.size(), 3u);
}

TEST_P(Retry, SRV7_AnAttemptThatIsLostIsRepeated) {
  for (const auto code : {errc::connection_closed, errc::resource_exhausted}) {
    node.start_worker("failing", failing_until{{code, "on the way"}, 3});
    const request_options options{.retry = {.attempts = 3, .first = 1ms}};
    EXPECT_EQ(request("failing", options), "answer") << to_string(code);
    node.stop_worker("failing");
  }
}

TEST_P(Retry, SRV7_AConnectionThatHasEndedIsTriedAgain) {
  address sender;
  {
    fake_connection peer{node};
    sender = peer.sender();
  }
  const auto reply = request({sender, "echoer"}, {.retry = {.attempts = 3, .first = 1ms}});
  EXPECT_EQ(error_of(reply), errc::connection_closed);
  EXPECT_NE(error_of(reply).detail().find("attempt 3"), std::string::npos)
    << to_string(reply.error());
}

TEST_P(Retry, SRV7_OtherErrorsEndTheRequestAtOnce) {
  const request_options options{.retry = {.attempts = 3, .first = 10s}};
  for (const auto code : {errc::access_denied, errc::cancelled, errc::message_too_large}) {
    const journal seen;
    node.start_worker("failing", failing_until{{code, "no"}, 9, seen});
    EXPECT_EQ(request("failing", options).error(), code);
    EXPECT_EQ(seen.size(), 1u);
    node.stop_worker("failing");
  }
  EXPECT_EQ(error_of(request("nowhere", options)), errc::not_found);
  node.start_worker("refusing", [](context& ctx, const routed<std::string>& received) {
    return ctx.reply_error(received, {errc::resource_exhausted, "too much to do"});
  });
  const auto refused = request("refusing", options);
  EXPECT_EQ(error_of(refused), errc::remote) << "an answer is an answer";
  EXPECT_EQ(error_of(refused).cause(), errc::resource_exhausted);
}

TEST_P(Retry, SRV8_ALateReplyToTheFirstAttemptEndsTheRequest) {
  const auto first = std::make_shared<response_promise>();
  node.start_worker("late", [=](context& ctx, const routed<std::string>& received) {
    if (!first->pending()) {
      *first = ctx.make_response_promise(received);
      return;
    }
    EXPECT_TRUE(first->is_awaited());
    EXPECT_TRUE(first->deliver(std::string{"for the first"}));
    static_cast<void>(ctx.send(received.return_route(), "for the second"));
  });
  EXPECT_EQ(request("late", {.timeout = 50ms, .retry = {.attempts = 2, .first = 1ms}}),
            "for the first");
}

TEST_P(Retry, SRV8_AReplyInThePauseEndsTheRequest) {
  const journal seen;
  const auto replies = std::make_shared<std::vector<delayed_event>>();
  node.start_worker("late", [=](context& ctx, const routed<std::string>& received) {
    seen.write("request");
    replies->push_back(value_or_throw(ctx.make_delayed_event(received.return_route(), "late")));
    replies->back().schedule(60ms);
  });
  const auto reply
    = request("late", {.timeout = 20ms, .retry = {.attempts = 2, .first = 60s, .longest = 60s}});
  EXPECT_EQ(reply, "late");
  EXPECT_EQ(seen.size(), 1u);
}

TEST_P(Retry, SRV8_ANS7_NoAttemptIsHandledOnceTheRequestHasEndedWithoutAReply) {
  const gate released;
  const journal handled;
  node.start_worker("slow", gated_recorder{released, handled});
  node.send("slow", "first");
  const auto reply = request("slow", {.timeout = 20ms, .retry = {.attempts = 2, .first = 1ms}});
  EXPECT_EQ(error_of(reply), errc::timeout);
  node.send("slow", "last");
  released.open();
  EXPECT_EQ(handled.wait_for(2), (lines{"first", "last"}));
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::expired), 2u);
}

// -- of workers ------------------------------------------------------------------------------------

using RetryOfWorker = node_test;

TEST_F(RetryOfWorker, SRV8_TheStopOfTheWorkerBetweenAttemptsEndsTheRequest) {
  const journal seen;
  node.start_worker("silent", recorder{seen});
  const journal ended;
  node.start_worker("caller", [=](context& ctx, const routed<std::string>&) {
    return ctx.send_and_receive<std::string>(
      "silent", "x",
      [=](const result<std::string>& reply) { ended.write(reply.error().code().message()); },
      {.timeout = 20ms, .retry = {.attempts = 2, .first = 60s, .longest = 60s}});
  });
  node.send("caller", "go");
  ASSERT_EQ(seen.wait_for(2), (lines{"initialize", "x"}));
  auto& timers = node.state()->timers;
  ASSERT_TRUE(eventually([&] { // the pause has begun
    const auto due = timers.next_due();
    return due && *due > std::chrono::steady_clock::now() + 30s;
  }));
  EXPECT_EQ(ended.size(), 0u);
  node.stop_worker("caller");
  EXPECT_EQ(ended.wait_for(1), (lines{"cancelled"}));
  EXPECT_TRUE(eventually([&] { return !timers.next_due(); }));
  EXPECT_EQ(seen.size(), 2u);
}

// -- the parts -------------------------------------------------------------------------------------

TEST(RetryPolicy, SRV7_PausesDoubleUpToTheLongest) {
  const retry_policy policy{.attempts = 99, .first = 100ms, .longest = 1'000ms};
  const std::vector<std::chrono::milliseconds> expected{100ms, 200ms, 400ms, 800ms, 1'000ms};
  for (unsigned made = 1; made <= expected.size(); ++made)
    EXPECT_EQ(internal::pause_after(policy, made), expected[made - 1]) << made;
  EXPECT_EQ(internal::pause_after(policy, ~0u), 1'000ms);
}

TEST(RetryPolicy, SRV7_AnyPolicyHasAPause) {
  EXPECT_EQ(internal::pause_after({.first = -5ms, .longest = -1ms}, 3), 0ms);
  EXPECT_EQ(internal::pause_after({.first = 0ms}, ~0u), 0ms);
  EXPECT_EQ(internal::pause_after({.first = 9s, .longest = 5s}, 1), 5s);
  using longest = std::chrono::milliseconds;
  EXPECT_EQ(internal::pause_after({.first = 1ms, .longest = longest::max()}, 99), longest::max());
}

using RequestId = node_test;

TEST_F(RequestId, SRV8_ItIsTheLastAddressOfTheReturnRouteWhateverMadeTheRequest) {
  const journal ids;
  node.start_worker("forgetful", forgetful{9, ids});
  fake_connection peer{node};
  node.flow_controls().add_consumer("forgetful", peer.id());
  peer.deliver({"forgetful"}, {"hop", "their_reply_address"});
  peer.deliver({"forgetful"}, {"another_hop", "their_reply_address"});
  EXPECT_EQ(ids.wait_for(2), lines(2, "0#their_reply_address"));
  EXPECT_EQ(request_id(routed_message{message{}}), address{});
}

} // namespace
} // namespace ockam::test
