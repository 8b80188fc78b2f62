#include "error_of.hpp"
#include "fake_connection.hpp"
#include "test_node.hpp"

#include "ockam/actors/response_promise.hpp"
#include "ockam/actors/workers.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace ockam::test {
namespace {

using Answer = node_test;

/// Fails every request.
struct failing {
  result<void> handle_message(context&, const routed<std::string>&) {
    return fail(errc::already_exists, "the secret list has this name");
  }
};

result<std::string> ask(node& from, const route& to,
                        std::chrono::milliseconds timeout = long_timeout) {
  return from.root().send_and_receive<std::string>(to, "x", {.timeout = timeout});
}

TEST_F(Answer, ANS8_AFailingHandlerEndsTheRequestWithItsCode) {
  node.start_worker("failing", failing{});
  const auto reply = ask(node, "failing");
  ASSERT_FALSE(reply);
  EXPECT_EQ(error_of(reply), errc::remote);
  EXPECT_EQ(error_of(reply).cause(), errc::already_exists);
  EXPECT_NE(error_of(reply).detail().find("0#failing"), std::string::npos)
    << error_of(reply).detail();
  EXPECT_EQ(error_of(reply).detail().find("secret"), std::string::npos)
    << "what the handler reports is not for others";
}

class AnswerWithDetails : public node_test {
protected:
  AnswerWithDetails() : node_test{{.error_details = true}} {}
};

TEST_F(AnswerWithDetails, ANS8_AnOptionPassesTheTextOn) {
  node.start_worker("failing", failing{});
  EXPECT_NE(ask(node, "failing").error().detail().find("secret"), std::string::npos);
}

TEST_F(Answer, ANS8_WhateverAHandlerThrowsAndHoweverItTakesItsMessage) {
  node.start_worker("by_value", [](context&, routed<std::string>) { throw 42; });
  node.start_worker("by_rvalue", [](context&, routed<std::string>&&) -> result<void> {
    throw std::runtime_error{"no"};
  });
  node.start_worker("of_another_type", [](context&, const routed<std::uint64_t>& received) {
    return received.try_body();
  });
  EXPECT_EQ(ask(node, "by_value").error().cause(), errc::handler_failed);
  EXPECT_EQ(ask(node, "by_rvalue").error().cause(), errc::handler_failed);
  EXPECT_EQ(ask(node, "of_another_type").error().cause(), errc::invalid_value);
}

TEST_F(Answer, ANS8_AWorkerReportsWhyThereIsNoAnswer) {
  node.start_worker("refusing", [](context& ctx, const routed<std::string>& received) {
    return ctx.reply_error(received, {errc::access_denied, "not on a Sunday"});
  });
  const journal book;
  node.start_worker("hop", hop{});
  node.start_worker("caller", [=](context& ctx, const routed<std::string>&) {
    return ctx.send_and_receive<std::string>(
      {"hop", "refusing"}, "x", [=](const result<std::string>& reply) {
        book.write(to_string(reply.error()) + " / " + reply.error().cause().message());
      });
  });
  node.send("caller", "go");
  const auto lines = book.wait_for(1);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_NE(lines[0].find("remote: "), std::string::npos) << lines[0];
  EXPECT_NE(lines[0].find("not on a Sunday"), std::string::npos) << lines[0];
  EXPECT_NE(lines[0].find("/ access_denied"), std::string::npos) << lines[0];
}

TEST_F(Answer, ANS8_APlainSenderGetsNoErrorReply) {
  node.start_worker("failing", failing{});
  node.send("failing", "x");
  EXPECT_TRUE(eventually([&] { return node.metrics().failed == 1; }));
  EXPECT_FALSE(node.root().receive<any_body>({.timeout = 20ms}));
}

TEST_F(Answer, ANS8_APeerGetsAnErrorReplyOnlyWhenItsAddressShowsThatItUnderstands) {
  node.start_worker("failing", failing{});
  fake_connection peer{node};
  node.flow_controls().add_consumer("failing", peer.id());
  const std::string digits(32, 'a');
  peer.deliver({"failing"}, {"hop", address{transport_type::local, digits}});
  peer.deliver({"failing"}, {"hop", address{transport_type::local, digits + "+e1"}});
  const auto written = peer.next_written();
  ASSERT_TRUE(written);
  EXPECT_EQ(to_string(written->onward_route()),
            to_string(route{peer.sender()}) + " => 0#hop => 0#" + digits + "+e1 => 0#+error");
  EXPECT_TRUE(eventually([&] { return node.metrics().failed == 2; }));
  EXPECT_EQ(node.metrics().written, 1u);
}

TEST_F(Answer, ANS9_WhatIsLostInTheNodeEndsTheRequestAtOnce) {
  node.start_worker("hop", hop{});
  const auto unknown = ask(node, {"hop", "nowhere"});
  EXPECT_EQ(error_of(unknown), errc::not_found);
  EXPECT_NE(error_of(unknown).detail().find("0#nowhere"), std::string::npos);
  node.start_worker(mailbox_options{.address = "closed", .incoming = deny_all()}, recorder{});
  EXPECT_EQ(error_of(ask(node, {"hop", "closed"})), errc::access_denied);
}

TEST_F(Answer, ANS9_ARequestQueuedAtAWorkerThatFailsToStartEndsAtOnce) {
  struct never_ready {
    std::shared_ptr<context::dispatcher> later;
    gate initialized;
    void initialize(context& ctx) {
      ctx.defer_ready();
      *later = ctx.make_dispatcher();
      initialized.open();
    }
    void handle_message(context&, const routed<std::string>&) {}
  };
  const auto later = std::make_shared<context::dispatcher>();
  const gate initialized;
  node.start_worker("never_ready", never_ready{later, initialized});
  ASSERT_TRUE(initialized.wait());
  std::thread requester{[&] { EXPECT_EQ(error_of(ask(node, "never_ready")), errc::cancelled); }};
  ASSERT_TRUE(eventually([&] { return node.metrics().sent == 1; }));
  (*later)([](context& ctx) { ctx.fail({errc::unsupported, "not here"}); });
  requester.join();
}

TEST_F(Answer, ANS7_ARequestWhoseRequesterHasGivenUpIsNotHandled) {
  const gate released;
  const journal handled;
  node.start_worker("slow", gated_recorder{released, handled});
  node.send("slow", "first");
  EXPECT_EQ(error_of(ask(node, "slow", 20ms)), errc::timeout);
  node.send("slow", "last");
  released.open();
  EXPECT_EQ(handled.wait_for(2), (lines{"first", "last"}));
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::expired), 1u);
}

TEST_F(Answer, ANS7_ARequestThatWasAnsweredStillReachesOthersItWasPassedTo) {
  const journal second;
  node.start_worker("second", recorder{second});
  node.start_worker("first", [](context& ctx, const routed<std::string>& received) {
    static_cast<void>(ctx.send(received.return_route(), "answer"));
    return ctx.forward(message{received.local_message()}.replace_front_onward_route("second"));
  });
  EXPECT_EQ(ask(node, "first"), "answer");
  EXPECT_EQ(second.wait_for(2), (lines{"initialize", "x"}));
}

// -- later -----------------------------------------------------------------------------------------

TEST_F(Answer, ANS10_APromiseAnswersFromAnotherThread) {
  std::mutex mutex;
  response_promise kept;
  const gate taken;
  node.start_worker("later", [&](context& ctx, const routed<std::string>& received) {
    const std::lock_guard guard{mutex};
    kept = ctx.make_response_promise(received);
    taken.open();
  });
  std::thread other{[&] {
    EXPECT_TRUE(taken.wait());
    const std::lock_guard guard{mutex};
    EXPECT_TRUE(kept.pending());
    EXPECT_TRUE(kept.is_awaited());
    EXPECT_TRUE(kept.deliver(std::string{"late, but here"}));
    EXPECT_FALSE(kept.pending());
    EXPECT_EQ(error_of(kept.deliver(std::string{"again"})), errc::misuse);
    EXPECT_EQ(error_of(kept.fail({errc::timeout})), errc::misuse);
  }};
  EXPECT_EQ(ask(node, "later"), "late, but here");
  other.join();
}

TEST_F(Answer, ANS10_APromiseThatIsDroppedEndsTheRequest) {
  node.start_worker("forgetful", [](context& ctx, const routed<std::string>& received) {
    const auto kept = ctx.make_response_promise(received);
  });
  const auto reply = ask(node, "forgetful");
  EXPECT_EQ(error_of(reply), errc::remote);
  EXPECT_EQ(error_of(reply).cause(), errc::cancelled);
}

TEST_F(Answer, ANS10_AnAnswerThatCannotBeSentEndsTheRequest) {
  node.start_worker("odd", [](context& ctx, const routed<std::string>& received) {
    EXPECT_EQ(
      error_of(ctx.make_response_promise(received).deliver(std::string{"\xff is no UTF-8"})),
      errc::not_encodable);
  });
  const auto reply = ask(node, "odd");
  EXPECT_EQ(error_of(reply), errc::remote);
  EXPECT_EQ(error_of(reply).cause(), errc::not_encodable);
}

TEST_F(Answer, ANS10_APromiseThatIsReplacedEndsItsRequestToo) {
  node.start_worker("one_at_a_time", [kept = std::make_shared<response_promise>()](
                                       context& ctx, const routed<std::string>& received) {
    *kept = ctx.make_response_promise(received);
    if (received.body() == "last")
      return kept->fail({errc::unsupported, "never"});
    return result<void>{};
  });
  std::thread first{
    [&] { EXPECT_EQ(ask(node, "one_at_a_time").error().cause(), errc::cancelled); }};
  EXPECT_TRUE(eventually([&] { return node.metrics().delivered == 1; }));
  EXPECT_EQ(node.root().send_and_receive<std::string>("one_at_a_time", "last").error().cause(),
            errc::unsupported);
  first.join();
}

TEST_F(Answer, ANS10_APromiseKnowsWhenItsRequesterHasGivenUp) {
  response_promise kept;
  const gate taken;
  node.start_worker("later", [&](context& ctx, const routed<std::string>& received) {
    kept = ctx.make_response_promise(received);
    taken.open();
  });
  EXPECT_EQ(error_of(ask(node, "later", 20ms)), errc::timeout);
  ASSERT_TRUE(taken.wait());
  EXPECT_TRUE(kept.pending());
  EXPECT_FALSE(kept.is_awaited());
  kept = {};
}

/// A credit without a limit.
struct free_credit final : inbound_credit {
  void take(std::size_t) noexcept override {}
  void give_back(std::size_t) noexcept override {}
};

TEST_F(Answer, ANS1_ANS2_AConnectionPaysForWhatItsMessagesLeadToAndForNothingElse) {
  struct late {
    std::shared_ptr<context::dispatcher> calls;
    gate initialized;
    void initialize(context& ctx) {
      *calls = ctx.make_dispatcher();
      ctx.defer_ready();
      initialized.open();
    }
    result<void> handle_message(context& ctx, const routed<std::string>& received) const {
      return ctx.send(received.return_route(), "answer");
    }
  };
  fake_connection peer{node};
  const auto calls = std::make_shared<context::dispatcher>();
  gate initialized;
  node.start_worker("late", late{calls, initialized});
  ASSERT_TRUE(initialized.wait());
  node.flow_controls().add_consumer("late", peer.id());
  peer.deliver({"late"}, {"far"}, "waits", make_ref<free_credit>());
  ASSERT_TRUE(eventually([&] { return node.metrics().received == 1; }));
  (*calls)([](context& ctx) { ctx.ready(); });
  (*calls)([to = peer.sender()](context& ctx) {
    EXPECT_TRUE(ctx.send({to, "far"}, "of its own accord"));
  });
  const auto answer = peer.next_written();
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->holds_credit());
  const auto own = peer.next_written();
  ASSERT_TRUE(own);
  EXPECT_FALSE(own->holds_credit());
}

// -- texts -----------------------------------------------------------------------------------------

TEST_F(Answer, ANS11_ATimeOutNamesTheRouteAndTheConnection) {
  node.start_worker("hop", hop{});
  node.start_worker("silent", recorder{});
  const auto local = ask(node, {"hop", "silent"}, 20ms);
  EXPECT_EQ(error_of(local), errc::timeout);
  EXPECT_NE(error_of(local).detail().find("within 20 ms from [0#hop => 0#silent]"),
            std::string::npos)
    << error_of(local).detail();
  fake_connection peer{node};
  const auto far = ask(node, {peer.sender(), "silent"}, 20ms);
  EXPECT_NE(error_of(far).detail().find("through a connection"), std::string::npos)
    << error_of(far).detail();
}

TEST_F(Answer, ANS11_ALateReplyReportsItsDelay) {
  fake_connection peer{node};
  EXPECT_EQ(error_of(ask(node, {peer.sender(), "echoer"}, 20ms)), errc::timeout);
  const auto asked = peer.next_written();
  ASSERT_TRUE(asked);
  peer.deliver(asked->return_route(), {"echoer"});
  EXPECT_TRUE(logged({"info", "a reply came for a request that had ended", "ms before"}));
}

TEST_F(Answer, ANS11_ANS5_ASendToAClosedConnectionReportsIt) {
  address sender;
  {
    fake_connection peer{node};
    sender = peer.sender();
  }
  const auto sent = node.root().send({sender, "echoer"}, "x");
  EXPECT_EQ(error_of(sent), errc::connection_closed);
  EXPECT_EQ(error_of(sent).detail().find("spelling"), std::string::npos) << error_of(sent).detail();
}

TEST_F(Answer, ANS12_AReplyAndAFailureOfTheSameRequestEndItOnce) {
  for (int round = 0; round < 200; ++round) {
    const journal book;
    node.start_worker("both", [](context& ctx, const routed<std::string>& received) {
      static_cast<void>(ctx.send(received.return_route(), "answer"));
      if (auto* const pending = received.local_message().request())
        pending->fail({errc::cancelled, "and a failure"});
    });
    node.start_worker("caller", [=](context& ctx, const routed<std::string>&) {
      return ctx.send_and_receive<std::string>("both", "x", [=](const result<std::string>& reply) {
        book.write(reply ? *reply : reply.error().detail());
      });
    });
    node.send("caller", "go");
    ASSERT_EQ(book.wait_for(1).size(), 1u);
    node.stop_worker("both");
    node.stop_worker("caller");
    ASSERT_EQ(book.entries().size(), 1u);
  }
}

} // namespace
} // namespace ockam::test
