// What a request promises over every transport with connections, when its requester reads slowly, gives
// up, or loses its connection.

#include "connection_contract.hpp"
#include "error_of.hpp"
#include "spawn_behavior.hpp"

#include "ockam/actors/service.hpp"
#include "ockam/actors/workers.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <thread>

namespace ockam::test {
namespace {

// A transport without connections joins the other suite only.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(RequestContract);

TEST_P(RequestContract, ANS1_ANS4_EveryAnswerComesInOrder) {
  constexpr int total = 1'000;
  const auto place = listen(b, {.limits = narrow});
  const auto c = connect_app(place);
  start_echoer(b, place.flow_control_id);
  std::thread requester{[&] { send_all({c, "echoer"}, total, 2'000); }};
  ASSERT_TRUE(eventually([&] { return accepted(b).pending_bytes() > 0; })) << "it did not fill up";
  expect_all_in_order(total);
  requester.join();
  EXPECT_EQ(b.node.metrics().total_dropped(), 0u);
  EXPECT_EQ(a.node.metrics().total_dropped(), 0u);
}

TEST_P(RequestContract, ANS2_AnswersThatAreLargerThanTheirRequestsStayWithinTheLimits) {
  constexpr int total = 100;
  constexpr std::size_t answer_size = 50'000;
  const connection_limits limits{.max_pending_bytes = 200'000};
  const auto most = std::make_shared<std::atomic<std::size_t>>(0); // outlives the last answer
  const auto place = listen(b, {.limits = limits});
  const auto c = connect_app(place);
  const auto k = accepted(b);
  b.node.start_worker(
    "amplifier",
    [=](context& ctx, const routed<std::string>& received) {
      const auto sent = ctx.send(received.return_route(),
                                 numbered(std::stoi(received.body()), answer_size));
      *most = std::max(most->load(), k.pending_bytes());
      return sent;
    },
    pooled);
  b.node.flow_controls().add_consumer("amplifier", place.flow_control_id);
  send_all({c, "amplifier"}, total, 100); // all of them are in flight before an answer is read
  ASSERT_TRUE(eventually([&] { return b.node.metrics().received > 1; }));
  expect_all_in_order(total);
  EXPECT_LE(*most, limits.max_pending_bytes + 2 * answer_size)
    << "one turn of the handler beyond it";
  EXPECT_EQ(b.node.metrics().total_dropped(), 0u);
}

TEST_P(RequestContract, ANS3_OthersAreServedByTheSameWorker) {
  const auto place = listen(b, {.limits = narrow});
  const auto slow = connect_app(place);
  auto other = make_side();
  const auto quick = connect(other, place);
  start_echoer(b, place.flow_control_id);
  std::thread requester{[&] { send_all({slow, "echoer"}, 1'000, 2'000); }};
  ASSERT_TRUE(eventually([&] { return b.node.metrics().received > 8; }));
  for (int i = 0; i < 100; ++i)
    ASSERT_EQ(ask(other.node, {quick, "echoer"}, std::to_string(i)), std::to_string(i));
  expect_all_in_order(1'000);
  requester.join();
}

TEST_P(RequestContract, ANS1_ThroughARelay) {
  constexpr int total = 500;
  auto middle = make_side();
  const auto far = listen(b, {.limits = narrow});
  const auto near = listen(middle, {.limits = narrow});
  const auto onward = connect(middle, far, {.limits = narrow});
  const auto c = connect_app(near);
  start_echoer(b, far.flow_control_id);
  middle.node.start_worker("relay", relay{route{onward}});
  middle.node.flow_controls().add_consumer("relay", near.flow_control_id);
  std::thread requester{[&] { send_all({c, "relay", "echoer"}, total, 1'500); }};
  expect_all_in_order(total);
  requester.join();
  for (auto* node : {&a.node, &middle.node, &b.node})
    EXPECT_EQ(node->metrics().total_dropped(), 0u);
}

TEST_P(RequestContract, ANS1_AnswersOfAnotherWorkerAndOfContinuationsAreNotLostEither) {
  constexpr int total = 300;
  const auto place = listen(b, {.limits = narrow});
  const auto c = connect_app(place);
  b.node.start_worker("echoer", echoer{});
  b.node.start_worker("front", [](context& ctx, const routed<std::string>& received) {
    return ctx.send_and_receive<std::string>(
      "echoer", received.body(),
      [&ctx, back = received.return_route()](const result<std::string>& reply) {
        static_cast<void>(ctx.send(back, value_or_throw(reply)));
      });
  });
  b.node.flow_controls().add_consumer("front", place.flow_control_id);
  std::thread requester{[&] { send_all({c, "front"}, total, 2'000); }};
  expect_all_in_order(total);
  requester.join();
  EXPECT_EQ(b.node.metrics().failed, 0u);
}

TEST_P(RequestContract, ANS1_ANS10_AnswersGivenLaterByAnotherThreadAreNotLostEither) {
  constexpr int total = 300;
  const auto place = listen(b, {.limits = narrow});
  const auto c = connect_app(place);
  struct shelf {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::pair<std::string, response_promise>> kept;
  };
  const auto shared = std::make_shared<shelf>();
  b.node.start_worker("later", [=](context& ctx, const routed<std::string>& received) {
    const std::lock_guard guard{shared->mutex};
    shared->kept.emplace_back(received.body(), ctx.make_response_promise(received));
    shared->changed.notify_one();
  });
  b.node.flow_controls().add_consumer("later", place.flow_control_id);
  std::size_t most = 0;
  std::thread answering{[&] {
    for (int left = total; left > 0;) {
      std::vector<std::pair<std::string, response_promise>> ready;
      {
        std::unique_lock guard{shared->mutex};
        shared->changed.wait(guard, [&] { return !shared->kept.empty(); });
        ready.swap(shared->kept);
      }
      most = std::max(most, ready.size());
      for (auto& [body, promise] : ready) {
        EXPECT_TRUE(promise.deliver(body));
        --left;
      }
    }
  }};
  std::thread requester{[&] { send_all({c, "later"}, total, 2'000); }};
  expect_all_in_order(total);
  requester.join();
  answering.join();
  EXPECT_LE(most, 2 * narrow.max_unhandled_messages)
    << "promises hold the credit of their messages";
}

/// A CAF actor written by hand that answers with much.
class hand_written final : public worker_actor::base {
public:
  hand_written(caf::actor_config& config, actor_sender own, std::size_t answer_size)
    : worker_actor::base{config}, own_{std::move(own)}, answer_size_{answer_size} {}

  behavior_type make_behavior() override {
    return {[this](routed_message& content) {
      const routed<std::string> request{std::move(content)};
      auto body = request.body();
      body.resize(answer_size_, '.');
      EXPECT_TRUE(own_.reply(request, body));
    }};
  }

private:
  actor_sender own_;
  const std::size_t answer_size_;
};

TEST_P(RequestContract, ANS1_ANS2_AnswersOfAHandWrittenActorAreNotLostEither) {
  constexpr int total = 300;
  constexpr std::size_t answer_size = 20'000;
  const connection_limits limits{.max_pending_bytes = 100'000};
  const auto place = listen(b, {.limits = limits});
  const auto c = connect_app(place);
  const auto k = accepted(b);
  b.node.start_actor("by_hand", [&](actor_sender own) -> worker_actor {
    return b.node.system().spawn<hand_written>(std::move(own), answer_size);
  });
  b.node.flow_controls().add_consumer("by_hand", place.flow_control_id);
  std::thread requester{[&] { send_all({c, "by_hand"}, total, 10); }};
  std::size_t most = 0;
  for (int i = 0; i < total; ++i) {
    most = std::max(most, k.pending_bytes());
    const auto next = a.node.root().receive<std::string>({long_timeout});
    ASSERT_TRUE(next) << i;
    ASSERT_EQ(std::stoi(next->body()), i);
  }
  requester.join();
  EXPECT_EQ(b.node.metrics().total_dropped(), 0u);
  EXPECT_LE(most, limits.max_pending_bytes + 65 * answer_size) << "one turn of the actor beyond it";
}

TEST_P(RequestContract, SRV2_LargeAnswersOfAServiceStayCloseToTheLimits) {
  constexpr int total = 200;
  constexpr std::size_t answer_size = 50'000;
  const connection_limits limits{.max_pending_bytes = 200'000};
  const auto place = listen(b, {.limits = limits});
  const auto c = connect_app(place);
  const auto k = accepted(b);
  const auto most = std::make_shared<std::atomic<std::size_t>>(0);
  const auto answer = [=](const std::string& text) {
    *most = std::max(most->load(), k.pending_bytes());
    return numbered(std::stoi(text), answer_size);
  };
  const auto amplifier = spawn_behavior(b.node.system(), {answer});
  expose_service<std::string, std::string>(b.node, "amplifier", amplifier);
  b.node.flow_controls().add_consumer("amplifier", place.flow_control_id);
  send_all({c, "amplifier"}, total, 100); // all of them are in flight before an answer is read
  ASSERT_TRUE(eventually([&] { return b.node.metrics().delivered > 0; }));
  expect_all_in_order(total);
  EXPECT_LE(*most, limits.max_pending_bytes + 17 * answer_size)
    << "the first window is passed on before the size of an answer is known";
  EXPECT_EQ(b.node.metrics().total_dropped(), 0u);
}

TEST_P(RequestContract, ANS4_AThreadWaitsForRoomAndAnEndpointIsToldAtOnce) {
  const auto place = listen(b, {.limits = narrow});
  const auto c = connect(a, place, {.limits = narrow});
  auto reader = start_reader(b, place.flow_control_id);
  const auto sent = fill({c, "reader"}, 5'000);
  const auto refused = a.node.root().send({c, "reader"}, numbered(sent, 5'000));
  EXPECT_EQ(error_of(refused), errc::resource_exhausted);
  EXPECT_EQ(error_of(a.node.root().send({c, "reader"}, numbered(sent, 5'000), {.timeout = 20ms})),
            errc::resource_exhausted);
  std::thread waiting{[&] { a.node.send({c, "reader"}, numbered(sent, 5'000)); }};
  for (int i = 0; i <= sent; ++i)
    EXPECT_EQ(std::stoi(value_or_throw(reader.receive<std::string>({long_timeout})).body()), i);
  waiting.join();
}

TEST_P(RequestContract, ANS4_AThreadThatWaitsLearnsThatTheConnectionHasEnded) {
  const auto place = listen(b, {.limits = narrow});
  const auto c = connect(a, place, {.limits = narrow});
  auto reader = start_reader(b, place.flow_control_id);
  fill({c, "reader"}, 5'000);
  std::thread waiting{[&] {
    result<void> sent;
    while (sent) // what the peer throws away makes room
      sent = a.node.root().send({c, "reader"}, std::string(5'000, '.'), {.timeout = std::nullopt});
    EXPECT_EQ(error_of(sent), errc::connection_closed);
  }};
  ASSERT_TRUE(accepted(b).try_close());
  waiting.join();
}

TEST_P(RequestContract, ANS4_AWorkerIsNotifiedWhenThereIsRoom) {
  constexpr int total = 300;
  const auto place = listen(b, {.limits = narrow});
  const auto c = connect(a, place, {.limits = narrow});
  auto reader = start_reader(b, place.flow_control_id);
  struct producer {
    connection to;
    int next = 0;
    void handle_message(context& ctx, const routed<std::string>&) { produce(ctx); }
    void produce(context& ctx) {
      for (; next < total; ++next)
        if (!ctx.send({to, "reader"}, numbered(next, 2'000)))
          return ctx.when_writable(to.sender_address(), [this](context& again) { produce(again); });
    }
  };
  a.node.start_worker("producer", producer{c});
  a.node.send("producer", "go");
  for (int i = 0; i < total; ++i) {
    const auto next = reader.receive<std::string>({long_timeout});
    ASSERT_TRUE(next) << i;
    ASSERT_EQ(std::stoi(next->body()), i);
  }
}

// -- requests and their connection -----------------------------------------------------------------

TEST_P(RequestContract, ANS5_ANS12_ARequestEndsWithItsConnection) {
  const auto place = listen(b);
  const auto c = connect(a, place);
  auto reader = start_reader(b, place.flow_control_id);
  const journal book;
  a.node.start_worker("caller", [=](context& ctx, const routed<std::string>&) {
    return ctx.send_and_receive<std::string>(
      {c, "reader"}, "from a worker", [=](const result<std::string>& reply) {
        book.write(std::string{to_string(static_cast<errc>(reply.error().code().value()))});
      });
  });
  a.node.send("caller", "go");
  std::thread requester{[&] {
    const auto reply = a.node.root().send_and_receive<std::string>({c, "reader"}, "from a thread");
    EXPECT_EQ(error_of(reply), errc::connection_closed);
    EXPECT_EQ(error_of(reply).cause(), errc::closed_by_peer) << to_string(reply.error());
  }};
  for (int i = 0; i < 2; ++i)
    ASSERT_TRUE(reader.receive<std::string>({long_timeout}));
  ASSERT_TRUE(accepted(b).try_close());
  requester.join();
  EXPECT_EQ(book.wait_for(1), (lines{"connection_closed"}));
}

TEST_P(RequestContract, ANS5_ARequestThatWasQueuedEndsWithItsConnectionToo) {
  const auto place = listen(b, {.limits = narrow});
  const auto c = connect(a, place, {.limits = narrow});
  auto reader = start_reader(b, place.flow_control_id);
  fill({c, "reader"}, 5'000);
  std::thread requester{[&] {
    EXPECT_EQ((error_of(a.node.root().send_and_receive<std::string>({c, "reader"},
                                                                    std::string(4'000, '.')))),
              errc::connection_closed);
  }};
  ASSERT_TRUE(accepted(b).try_close());
  requester.join();
}

TEST_P(RequestContract, ANS7_ARequestThatWaitedTooLongIsNotSent) {
  const auto place = listen(b, {.limits = narrow});
  const auto c = connect(a, place);
  auto reader = start_reader(b, place.flow_control_id);
  int sent = 0;
  do { // until nothing moves, with room left for a request
    for (; c.pending_bytes() < 100'000; ++sent)
      a.node.send({c, "reader"}, numbered(sent, 5'000));
  } while (eventually([&] { return c.pending_bytes() < 50'000; }, 500ms));
  const auto late = a.node.root().send_and_receive<std::string>({c, "reader"}, "too late",
                                                                {.timeout = 30ms});
  EXPECT_EQ(error_of(late), errc::timeout);
  for (int i = 0; i < sent; ++i)
    ASSERT_EQ(std::stoi(value_or_throw(reader.receive<std::string>({long_timeout})).body()), i);
  a.node.send({c, "reader"}, std::string{"after it"});
  EXPECT_EQ(value_or_throw(reader.receive<std::string>({long_timeout})).body(), "after it");
  EXPECT_EQ(a.dropped(drop_reason::expired), 1u);
}

TEST_P(RequestContract, ANS9_AnOptionOfTheListenerLetsItExplainWhatItDrops) {
  const auto silent = listen(b);
  const auto open
    = value_or_throw(b.transport->listen(kind->fresh_place(), {.explain_drops = true}));
  b.node.start_worker("hidden", echoer{});
  EXPECT_EQ(ask(a.node, {connect(a, silent), "nowhere"}, "?", short_timeout), "timeout");
  const auto c = connect(a, open);
  const auto cause_at = [&](const route& to) {
    const auto reply = a.node.root().send_and_receive<std::string>(to, "?",
                                                                   {.timeout = long_timeout});
    EXPECT_EQ(error_of(reply), errc::remote);
    return error_of(reply).cause();
  };
  EXPECT_EQ(cause_at({c, "nowhere"}), errc::not_found);
  EXPECT_EQ(cause_at({c, "hidden"}), errc::access_denied);
}

TEST_P(RequestContract, ANS8_AFailureComesBackThroughARelay) {
  auto middle = make_side();
  const auto far = listen(b);
  const auto near = listen(middle);
  const auto onward = connect(middle, far);
  const auto c = connect(a, near);
  middle.node.start_worker("relay", relay{route{onward}});
  middle.node.flow_controls().add_consumer("relay", near.flow_control_id);
  b.node.start_worker("failing", [](context&, const routed<std::string>&) -> result<void> {
    return fail(errc::already_exists);
  });
  b.node.start_worker("hop", hop{});
  b.node.flow_controls().add_consumer("hop", far.flow_control_id);
  const auto reply = a.node.root().send_and_receive<std::string>({c, "relay", "hop", "failing"},
                                                                 "x", {.timeout = long_timeout});
  EXPECT_EQ(error_of(reply), errc::remote);
  EXPECT_EQ(error_of(reply).cause(), errc::already_exists);
}

} // namespace
} // namespace ockam::test
