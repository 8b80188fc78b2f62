#include "fake_connection.hpp"

#include "error_of.hpp"
#include "node/node_state.hpp"

#include "ockam/actors/workers.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

namespace ockam::test {
namespace {

using clock = std::chrono::steady_clock;

class Request : public node_test {
protected:
  /// Answers with the body, once the gate is open.
  void start_patient_echoer(const gate& reached, const gate& released) {
    node.start_worker("patient", [=](context& ctx, const routed<std::string>& received) {
      reached.open();
      static_cast<void>(released.wait());
      return ctx.send(received.return_route(), received.body());
    });
  }

  /// A worker that runs `call` for each message.
  void start_caller(std::function<void(context&, const routed<std::string>&)> call) {
    node.start_worker("caller",
                      [call = std::move(call)](context& ctx, const routed<std::string>& received) {
                        call(ctx, received);
                      });
  }
};

std::string text_of(const result<std::string>& reply) {
  return reply ? *reply : std::string{to_string(reply.error()).substr(0, 9)};
}

TEST_F(Request, SRQ1_TheTemporaryAddressIsRandomAndGoneAfterwards) {
  const journal sources;
  node.start_worker("w", [=](context& ctx, const routed<std::string>& received) {
    sources.write(to_string(received.source_address()));
    sources.write(ctx.is_registered(received.source_address()) ? "listed" : "unlisted");
    return ctx.send(received.return_route(), "reply");
  });
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ((node.send_and_receive<std::string>("w", "x")), "reply");
  const auto seen = sources.entries();
  ASSERT_EQ(seen.size(), 4u);
  EXPECT_NE(seen[0], seen[2]);
  EXPECT_EQ(seen[0].size(), 2u + 32u + 3u) << seen[0];
  EXPECT_EQ(seen[1], "listed");
  EXPECT_EQ(node.list_workers().size(), 2u);
}

TEST_F(Request, SRQ1_ACD7_TheTemporaryAddressAdmitsEveryoneAndSendsToItsFirstHopOnly) {
  // the record of the temporary address is looked at from a worker that has just got its request
  struct looks {
    result<void> handle_message(context& ctx, const routed<std::string>& received) {
      const auto& box = ctx.state()->table.find(received.source_address()).record->boxes.front();
      const message there{"w", "x"};
      const message elsewhere{"other", "x"};
      const address any = address::random();
      const auto verdict = [&](const access_control& control, const message& content) {
        return control.is_authorized({any, any, content}).value() ? "yes " : "no ";
      };
      return ctx.send(received.return_route(), std::string{verdict(*box.incoming, elsewhere)}
                                                 + verdict(*box.outgoing, there)
                                                 + verdict(*box.outgoing, elsewhere));
    }
  };
  node.start_worker("w", looks{});
  EXPECT_EQ((node.send_and_receive<std::string>("w", "x")), "yes yes no ");
}

TEST_F(Request, SRQ2_FCU14_BehindAProducerTheTemporaryAddressIsAConsumer) {
  fake_connection connection{node};
  std::thread peer{[&] {
    const auto request = connection.next_written();
    ASSERT_TRUE(request);
    const address temporary = request->return_route().next().value();
    EXPECT_EQ(node.flow_controls().consumers(connection.id()), std::set<address>{temporary});
    connection.deliver(temporary, "echoer", "reply");
  }};
  const auto reply = node.root().send_and_receive_extended<std::string>(
    route{connection.sender(), "echoer"}, "request");
  peer.join();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->body(), "reply");
  EXPECT_EQ(reply->return_route(), (route{connection.sender(), "echoer"}));
  EXPECT_EQ(reply->source_address(), connection.receiver());
  EXPECT_TRUE(node.flow_controls().consumers(connection.id()).empty()) << "removed (SRQ-7)";
  connection.close();
}

TEST_F(Request, SRQ2_FCU14_AWorkersRequestBehindAProducerToo) {
  fake_connection connection{node};
  const journal book;
  start_caller([=, sender = connection.sender()](context& ctx, const routed<std::string>&) {
    static_cast<void>(ctx.send_and_receive<std::string>(route{sender, "echoer"}, "request",
                                                        [=](const result<std::string>& reply) {
                                                          book.write(text_of(reply));
                                                        }));
  });
  node.send("caller", "go");
  const auto request = connection.next_written();
  ASSERT_TRUE(request);
  connection.deliver(request->return_route(), "echoer", "reply");
  EXPECT_EQ(book.wait_for(1), lines{"reply"});
  EXPECT_TRUE(node.flow_controls().consumers(connection.id()).empty());
  connection.close();
}

TEST_F(Request, SRQ3_TheLimitIs30SecondsByDefaultAndAnOptionOtherwise) {
  EXPECT_EQ(request_options{}.timeout, 30s);
  node.start_worker("silent", [](context&, routed<any_body>&) {});
  const auto before = clock::now();
  const auto reply = node.root().send_and_receive<any_body>("silent", "x", {.timeout = 30ms});
  const auto took = clock::now() - before;
  ASSERT_FALSE(reply);
  EXPECT_EQ(error_of(reply), errc::timeout);
  EXPECT_EQ(error_of(reply).kind(), error_kind::timeout);
  EXPECT_EQ(error_of(reply).origin(), error_origin::node);
  EXPECT_GE(took, 30ms);
  EXPECT_LT(took, 5s);
  EXPECT_EQ(node.list_workers().size(), 2u) << "the temporary address is gone";
}

TEST_F(Request, SRQ3_WithoutALimitItWaits) {
  node.start_worker("echoer", echoer{});
  EXPECT_EQ((node.send_and_receive<std::string>("echoer", "x", {.timeout = std::nullopt})), "x");
  EXPECT_EQ(
    (node.send_and_receive<std::string>("echoer", "x", {.timeout = clock::duration::max()})), "x");
}

TEST_F(Request, SRQ3_AWorkersRequestTimesOut) {
  node.start_worker("silent", [](context&, routed<any_body>&) {});
  const journal book;
  start_caller([=](context& ctx, const routed<std::string>&) {
    EXPECT_TRUE(ctx.send_and_receive<std::string>(
      "silent", "x", [=](const result<std::string>& reply) { book.write(text_of(reply)); },
      {.timeout = 20ms}));
    EXPECT_TRUE(ctx.send_and_receive<std::string>(
      "silent", "x", [=](const result<std::string>& reply) { book.write(text_of(reply)); },
      {.timeout = 0ms}));
  });
  node.send("caller", "go");
  EXPECT_EQ(book.wait_for(2), (lines{"timeout: ", "timeout: "}));
  EXPECT_EQ(node.list_workers().size(), 3u);
}

TEST_F(Request, SRQ4_TheFirstMessageOfAnySenderIsTheReply) {
  const gate released;
  const gate reached;
  const journal temporary;
  node.start_worker("w", [=](context&, const routed<std::string>& received) {
    temporary.write(std::string{received.source_address().value()});
  });
  std::thread stranger{[&] {
    const auto seen = temporary.wait_for(1);
    ASSERT_EQ(seen.size(), 1u);
    auto anybody = node.make_endpoint("anybody");
    EXPECT_TRUE(anybody.send(seen[0], "surprise"));
  }};
  const auto reply = node.send_and_receive_extended<std::string>("w", "x");
  stranger.join();
  EXPECT_EQ(reply.body(), "surprise");
  EXPECT_EQ(reply.source_address(), "anybody");
}

TEST_F(Request, SRQ5_AnErrorOfTheSendComesBackAtOnce) {
  const auto before = clock::now();
  EXPECT_EQ((error_of(node.root().send_and_receive<any_body>("nobody", "x"))), errc::not_found);
  EXPECT_LT(clock::now() - before, 5s);
  const journal book;
  start_caller([=](context& ctx, const routed<std::string>&) {
    const auto asked = ctx.send_and_receive<std::string>(
      "nobody", "x", [=](const result<std::string>&) { book.write("called"); });
    book.write(asked ? "asked" : std::string{to_string(asked.error()).substr(0, 9)});
  });
  node.send("caller", "go");
  EXPECT_EQ(book.wait_for(1), lines{"not_found"});
  EXPECT_EQ(node.list_workers().size(), 2u);
}

TEST_F(Request, SRQ6_TheSimpleFormGivesTheBodyTheExtendedFormTheMessage) {
  node.start_worker("hop", hop{});
  node.start_worker("echoer", echoer{});
  EXPECT_EQ((node.send_and_receive<std::string>(route{"hop", "echoer"}, "x")), "x");
  const auto reply = node.send_and_receive_extended<std::string>(route{"hop", "echoer"}, "x");
  EXPECT_EQ(reply.body(), "x");
  EXPECT_EQ(reply.return_route(), (route{"hop", "echoer"}));
  EXPECT_EQ((error_of(node.root().send_and_receive<std::uint64_t>("echoer", "short"))),
            errc::truncated)
    << "a reply of another type is a decoding error";
}

TEST_F(Request, SRQ6_AWorkerGetsEitherForm) {
  node.start_worker("hop", hop{});
  node.start_worker("echoer", echoer{});
  const journal book;
  start_caller([=](context& ctx, const routed<std::string>&) {
    const route to{"hop", "echoer"};
    static_cast<void>(ctx.send_and_receive<std::string>(
      to, "x", [=](const result<std::string>& reply) { book.write(reply.value()); }));
    static_cast<void>(
      ctx.send_and_receive<std::string>(to, "x", [=](const result<routed<std::string>>& reply) {
        book.write(to_string(reply.value().return_route()));
      }));
    static_cast<void>(
      ctx.send_and_receive<std::uint64_t>(to, "x", [=](const result<std::uint64_t>& reply) {
        book.write(reply ? "?" : std::string{to_string(reply.error()).substr(0, 9)});
      }));
  });
  node.send("caller", "go");
  auto seen = book.wait_for(3);
  EXPECT_EQ(seen, (lines{"x", "0#hop => 0#echoer", "truncated"}));
}

TEST_F(Request, SRQ7_ERR16_ASecondReplyIsUndeliverableLoggedAndCounted) {
  const gate taken;
  node.start_worker("twice", [=](context& ctx, const routed<std::string>& received) {
    static_cast<void>(ctx.send(received.return_route(), "first"));
    static_cast<void>(taken.wait());
    return ctx.send(received.return_route(), "second");
  });
  EXPECT_EQ((node.send_and_receive<std::string>("twice", "x")), "first");
  taken.open();
  EXPECT_TRUE(
    eventually([&] { return node.metrics().dropped_for(drop_reason::unknown_address) == 1; }));
  EXPECT_TRUE(logged({"warning", "0#twice", "not_found"}));
  EXPECT_EQ(error_of(node.root().receive<any_body>({.timeout = 0ms})), errc::timeout);
}

TEST_F(Request, SRQ7_AfterTheReplyNoTimerIsLeft) {
  const journal book;
  node.start_worker("echoer", echoer{});
  start_caller([=](context& ctx, const routed<std::string>&) {
    static_cast<void>(ctx.send_and_receive<std::string>(
      "echoer", "x", [=](const result<std::string>& reply) { book.write(text_of(reply)); },
      {.timeout = std::chrono::hours{1}}));
  });
  node.send("caller", "go");
  EXPECT_EQ(book.wait_for(1), (lines{"x"}));
  EXPECT_TRUE(eventually([&] { return node.state()->timers.next_due() == std::nullopt; }));
}

TEST_F(Request, SRQ7_ASecondReplyThatWasQuickIsLostAndCounted) {
  const gate released;
  const journal book;
  node.start_worker("twice", [](context& ctx, const routed<std::string>& received) {
    static_cast<void>(ctx.send(received.return_route(), "first"));
    static_cast<void>(ctx.send(received.return_route(), "second"));
    return ctx.send("caller", "done");
  });
  node.start_worker("caller", [=](context& ctx, const routed<std::string>& received) {
    if (received.body() == "done")
      return book.write("done");
    static_cast<void>(ctx.send_and_receive<std::string>(
      "twice", "x", [=](const result<std::string>& reply) { book.write(text_of(reply)); }));
    static_cast<void>(released.wait()); // both replies wait in the mailbox
  });
  node.send("caller", "go");
  EXPECT_TRUE(eventually([&] { return node.metrics().sent == 5; }));
  released.open();
  EXPECT_EQ(book.wait_for(2), (lines{"first", "done"}));
  expect_settled(node);
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::worker_gone), 1u);
}

TEST_F(Request, SRQ8_OptionsAddAccessControls) {
  const journal temporary;
  node.start_worker("w", [=](context& ctx, const routed<std::string>& received) {
    // a stranger's answer comes first, and is not admitted
    auto stranger = ctx.make_endpoint("stranger");
    static_cast<void>(stranger->send(received.return_route(), "from a stranger"));
    return ctx.send(received.return_route(), "from the worker");
  });
  request_options only_from_w;
  only_from_w.incoming = allow_source_addresses({"w"});
  EXPECT_EQ((node.send_and_receive<std::string>("w", "x", only_from_w)), "from the worker");
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::incoming_denied), 1u);

  request_options closed{.timeout = 20ms};
  closed.outgoing = deny_all();
  EXPECT_EQ((error_of(node.root().send_and_receive<any_body>("w", "x", closed))),
            errc::access_denied)
    << "denied is success for the sender, and the end of the request";
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::outgoing_denied), 1u);
}

TEST_F(Request, SRQ8_AWorkersOptionsAddAccessControls) {
  node.start_worker("w", [](context& ctx, const routed<std::string>& received) {
    auto stranger = ctx.make_endpoint("stranger");
    static_cast<void>(stranger->send(received.return_route(), "from a stranger"));
    return ctx.send(received.return_route(), "from the worker");
  });
  const journal book;
  start_caller([=](context& ctx, const routed<std::string>&) {
    request_options only_from_w;
    only_from_w.incoming = allow_source_addresses({"w"});
    static_cast<void>(ctx.send_and_receive<std::string>(
      "w", "x", [=](const result<std::string>& reply) { book.write(text_of(reply)); },
      only_from_w));
  });
  node.send("caller", "go");
  EXPECT_EQ(book.wait_for(1), lines{"from the worker"});
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::incoming_denied), 1u);
}

TEST_F(Request, SRQ9_TheCallersTracingContextGoesWithTheRequest) {
  const journal book;
  node.start_worker("traced", [=](context& ctx, const routed<std::string>& received) {
    book.write(received.local_message().tracing_context().value_or("none"));
    return ctx.send(received.return_route(), "x");
  });
  start_caller([=](context& ctx, const routed<std::string>& received) {
    const bool first = received.body() == "first";
    static_cast<void>(
      ctx.send_and_receive<std::string>("traced", "x", [=, &ctx](const result<std::string>&) {
        if (first) // what the reply leads to belongs to the same trace
          static_cast<void>(
            ctx.send_and_receive<std::string>("traced", "x", [](const result<std::string>&) {}));
      }));
  });
  const auto go = [&](const std::string& text, std::optional<std::string> tracing) {
    ASSERT_TRUE(node.root().forward(
      message{"caller", "app", encode_payload(text).value()}.set_tracing_context(tracing)));
  };
  go("first", "trace 7");
  EXPECT_EQ(book.wait_for(2), (lines{"trace 7", "trace 7"}));
  go("second", std::nullopt);
  EXPECT_EQ(book.wait_for(3).back(), "none");
}

TEST_F(Request, SRQ3_WhatAWorkerWaitsForIsCancelledWhenItEnds) {
  const gate reached;
  const gate released;
  start_patient_echoer(reached, released);
  const journal book;
  struct asks {
    journal book;
    void handle_message(context& ctx, const routed<std::string>&) {
      for (int i = 0; i < 3; ++i)
        static_cast<void>(ctx.send_and_receive<std::string>(
          "patient", "x", [this](const result<std::string>& reply) { book.write(text_of(reply)); },
          {.timeout = std::nullopt}));
    }
    void shutdown(context&) { book.write("shutdown"); }
  };
  node.start_worker("caller", asks{book});
  node.send("caller", "go");
  ASSERT_TRUE(reached.wait());
  node.stop_worker("caller");
  EXPECT_EQ(book.wait_for(4), (lines{"cancelled", "cancelled", "cancelled", "shutdown"}));
  EXPECT_TRUE(eventually([&] { return node.list_workers().size() == 2; }))
    << "the temporary addresses are gone";
  released.open(); // one was being handled, and the others are not delivered any more
  EXPECT_TRUE(
    eventually([&] { return node.metrics().dropped_for(drop_reason::unknown_address) == 1; }));
  EXPECT_TRUE(eventually([&] { return node.metrics().dropped_for(drop_reason::expired) == 2; }));
}

TEST_F(Request, SRQ3_AWorkerThatAsksAgainWhenCancelledStillEnds) {
  const gate reached;
  const gate released;
  start_patient_echoer(reached, released);
  struct stubborn {
    journal book;
    void handle_message(context& ctx, const routed<std::string>&) { ask(ctx); }
    void ask(context& ctx) {
      const auto asked = ctx.send_and_receive<std::string>(
        "patient", "x", [this, &ctx](const result<std::string>& reply) {
          book.write(text_of(reply));
          if (!reply)
            ask(ctx);
        });
      if (!asked)
        book.write("refused " + std::string{to_string(asked.error()).substr(0, 9)});
    }
    void shutdown(context& ctx) { ask(ctx); }
  };
  const journal book;
  node.start_worker("caller", stubborn{book});
  node.send("caller", "go");
  ASSERT_TRUE(reached.wait());
  node.stop_worker("caller");
  EXPECT_EQ(book.wait_for(3), (lines{"cancelled", "refused cancelled", "refused cancelled"}));
  released.open();
}

TEST_F(Request, SRQ3_ThousandsOfRequestsOfOneWorker) {
  constexpr std::size_t requests = 5000;
  node.start_worker("echoer", echoer{});
  const auto replies = std::make_shared<std::atomic<std::size_t>>(0);
  const gate all;
  start_caller([=](context& ctx, const routed<std::string>&) {
    for (std::size_t i = 0; i < requests; ++i)
      ASSERT_TRUE(ctx.send_and_receive<std::string>("echoer", std::to_string(i),
                                                    [=](const result<std::string>& reply) {
                                                      EXPECT_EQ(text_of(reply), std::to_string(i));
                                                      if (++*replies == requests)
                                                        all.open();
                                                    }));
  });
  node.send("caller", "go");
  EXPECT_TRUE(all.wait()) << *replies;
  EXPECT_TRUE(eventually([&] { return node.list_workers().size() == 3; }));
}

TEST_F(Request, WRK6_AnExceptionInAReplyHandlerIsLoggedAndTheWorkerLives) {
  node.start_worker("echoer", echoer{});
  const journal book;
  start_caller([=](context& ctx, const routed<std::string>& received) {
    book.write(received.body());
    static_cast<void>(ctx.send_and_receive<std::string>(
      "echoer", "x", [](const result<std::string>&) { throw std::runtime_error{"spilt tea"}; }));
  });
  node.send("caller", "1");
  EXPECT_TRUE(logged({"warning", "0#caller", "spilt tea"}));
  node.send("caller", "2");
  EXPECT_EQ(book.wait_for(2), (lines{"1", "2"}));
}

TEST_F(Request, ROU10_StoppingATemporaryAddressLeavesTheWorkerAlone) {
  const gate reached;
  const gate released;
  start_patient_echoer(reached, released);
  const journal book;
  start_caller([=](context& ctx, const routed<std::string>& received) {
    book.write(received.body());
    if (received.body() == "go")
      static_cast<void>(ctx.send_and_receive<std::string>(
        "patient", "x", [=](const result<std::string>& reply) { book.write(text_of(reply)); },
        {.timeout = 50ms}));
  });
  node.send("caller", "go");
  ASSERT_TRUE(reached.wait());
  for (const auto& each : node.list_workers())
    if (each.value().size() == 32)
      node.stop_worker(each);
  node.send("caller", "still there");
  EXPECT_EQ(book.wait_for(3), (lines{"go", "still there", "timeout: "}));
  released.open();
}

TEST_F(Request, NOD6_ARequestInFlightDoesNotStopItsWorkerEarly) {
  const gate reached;
  const gate released;
  start_patient_echoer(reached, released);
  const journal book;
  struct late {
    journal book;
    void handle_message(context& ctx, const routed<std::string>& received) {
      if (received.body() == "go")
        static_cast<void>(
          ctx.send_and_receive<std::string>("patient", "x", [](const result<std::string>&) {}));
      else
        book.write(received.body());
    }
    void shutdown(context&) { book.write("late"); }
  };
  struct early {
    journal book;
    void handle_message(context&, routed<any_body>&) {}
    void shutdown(context& ctx) {
      book.write("early");
      static_cast<void>(ctx.send("caller", "the last one"));
    }
  };
  node.start_worker("caller", late{book}, {.shutdown_priority = 1});
  node.start_worker("w", early{book}, {.shutdown_priority = 2});
  node.send("caller", "go");
  ASSERT_TRUE(reached.wait());
  released.open();
  node.stop();
  EXPECT_EQ(book.entries(), (lines{"early", "the last one", "late"}));
}

TEST_F(Request, NOD9_AWaitingRequestEndsWithTheNode) {
  const gate reached;
  const gate released;
  start_patient_echoer(reached, released);
  std::thread asking{[&] {
    EXPECT_EQ(
      (error_of(node.root().send_and_receive<any_body>("patient", "x", {.timeout = std::nullopt}))),
      errc::not_found);
  }};
  ASSERT_TRUE(reached.wait());
  node.stop(10ms);
  asking.join();
  released.open();
}

} // namespace
} // namespace ockam::test
