#include "error_of.hpp"
#include "test_node.hpp"

#include "ockam/actors/workers.hpp"

#include <thread>

namespace ockam::test {
namespace {

class Processor : public node_test {};

const mailbox_options open_mailbox{.address = "p"};

struct counting {
  journal book;
  int count = 0;

  void initialize(context&) { book.write("initialize"); }
  bool process(context&) {
    book.write(std::to_string(++count));
    return count < 5;
  }
  void shutdown(context&) { book.write("shutdown"); }
};

TEST_F(Processor, PRC1_PRC6_CountsToFiveAndEnds) {
  const journal book;
  EXPECT_EQ(node.start_processor("p", counting{.book = book}), "p");
  EXPECT_EQ(book.wait_for(7), (lines{"initialize", "1", "2", "3", "4", "5", "shutdown"}));
  EXPECT_TRUE(eventually([&] { return !node.is_registered("p"); }));
  node.start_processor("p", counting{.book = book}); // the address is free
  EXPECT_EQ(book.wait_for(14).size(), 14u);
}

TEST_F(Processor, PRC1_ProcessMayReturnAStepOrAResult) {
  struct steps {
    journal book;
    process_step process(context&) {
      book.write("step");
      return process_step::done;
    }
  };
  struct results {
    journal book;
    result<bool> process(context&) {
      book.write("result");
      return false;
    }
  };
  const journal book;
  node.start_processor("a", steps{book});
  EXPECT_EQ(book.wait_for(1), lines{"step"});
  node.start_processor("b", results{book});
  EXPECT_EQ(book.wait_for(2).back(), "result");
}

TEST_F(Processor, PRC2_AfterAFailedStepComesTheNext) {
  struct stumbles {
    journal book;
    int count = 0;
    result<process_step> process(context&) {
      book.write(std::to_string(++count));
      if (count == 1)
        return fail(errc::unsupported, "lost the thread");
      if (count == 2)
        throw std::runtime_error{"fell over"};
      return process_step::done;
    }
    void shutdown(context&) { book.write("shutdown"); }
  };
  const journal book;
  node.start_processor("p", stumbles{.book = book});
  EXPECT_EQ(book.wait_for(4), (lines{"1", "2", "3", "shutdown"}));
  EXPECT_TRUE(logged({"warning", "0#p", "process", "lost the thread"}));
  EXPECT_TRUE(logged({"warning", "0#p", "process", "fell over"}));
}

struct waiting {
  journal book;
  process_step next = process_step::wait;

  void initialize(context&) { book.write("initialize"); }
  process_step process(context&) {
    if (book.size() < 2)
      book.write("process");
    return next;
  }
  void shutdown(context&) { book.write("shutdown"); }
};

TEST_F(Processor, PRC3_StopInterruptsAProcessorThatWaits) {
  const journal book;
  node.start_processor("p", waiting{.book = book});
  ASSERT_EQ(book.wait_for(2), (lines{"initialize", "process"}));
  node.stop_worker("p");
  EXPECT_EQ(book.wait_for(3).back(), "shutdown");
}

TEST_F(Processor, PRC3_StopInterruptsAProcessorThatIsAlwaysBusy) {
  const journal book;
  node.start_processor("p", waiting{.book = book, .next = process_step::again});
  ASSERT_EQ(book.wait_for(2), (lines{"initialize", "process"}));
  node.stop_worker("p");
  EXPECT_EQ(book.wait_for(3).back(), "shutdown");
}

TEST_F(Processor, PRC3_TheNodesStopInterruptsItToo) {
  const journal book;
  node.start_processor("p", waiting{.book = book, .next = process_step::again});
  ASSERT_EQ(book.wait_for(2).size(), 2u);
  node.stop();
  EXPECT_EQ(book.entries(), (lines{"initialize", "process", "shutdown"}));
}

TEST_F(Processor, PRC4_AFailedInitializeShutsDownAndFreesTheAddresses) {
  struct never_ready {
    journal book;
    result<void> initialize(context&) { return fail(errc::unsupported, "no power"); }
    process_step process(context&) {
      book.write("process");
      return process_step::done;
    }
    void shutdown(context&) { book.write("shutdown"); }
  };
  const journal book;
  node.start_processor({"p", "alias"}, never_ready{book});
  EXPECT_EQ(book.wait_for(1), lines{"shutdown"});
  EXPECT_TRUE(eventually([&] { return !node.is_registered("p"); }));
  EXPECT_EQ(error_of(node.root().send("alias", "x")), errc::not_found);
  EXPECT_TRUE(logged({"warning", "0#p", "no power"}));
}

/// Echoes what it receives inside `process`; ends on "end".
struct reads {
  journal book;

  process_step process(context& ctx) {
    while (auto received = ctx.try_receive<std::string>()) {
      const auto text = received->body();
      book.write(text);
      static_cast<void>(ctx.send(received->return_route(), text + "!"));
      if (text == "end")
        return process_step::done;
    }
    return process_step::wait;
  }
};

TEST_F(Processor, PRC5_ItMayReceiveInsideProcess) {
  const journal book;
  node.start_processor(open_mailbox, reads{book});
  EXPECT_EQ((node.send_and_receive<std::string>("p", "one")), "one!");
  EXPECT_EQ((node.send_and_receive<std::string>("p", "end")), "end!");
  EXPECT_EQ(book.entries(), (lines{"one", "end"}));
  EXPECT_TRUE(eventually([&] { return !node.is_registered("p"); }));
}

TEST_F(Processor, PRC5_ACD4_APlainStartAdmitsNothingInEitherDirection) {
  const journal book;
  struct talks {
    journal book;
    process_step process(context& ctx) {
      book.write(ctx.try_receive<std::string>() ? "received" : "nothing");
      book.write(ctx.send("app", "x") ? "sent" : "not sent");
      return process_step::wait;
    }
  };
  node.start_processor("p", talks{book});
  ASSERT_EQ(book.wait_for(2), (lines{"nothing", "sent"}));
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::outgoing_denied), 1u);
  EXPECT_TRUE(node.root().send("p", "x"));
  EXPECT_TRUE(
    eventually([&] { return node.metrics().dropped_for(drop_reason::incoming_denied) == 1; }));
  EXPECT_EQ(book.size(), 2u) << "not even woken";
  EXPECT_EQ(error_of(node.root().receive<any_body>({.timeout = 10ms})), errc::timeout);
}

TEST_F(Processor, PRC5_DeniedMessagesAreSkipped) {
  const journal book;
  node.start_processor(
    mailbox_options{.address = "p", .incoming = allow_source_addresses({"friend"})}, reads{book});
  auto friendly = node.make_endpoint("friend");
  node.send("p", "from a stranger");
  ASSERT_TRUE(friendly.send("p", "from a friend"));
  EXPECT_EQ(book.wait_for(1), lines{"from a friend"});
  EXPECT_TRUE(logged({"warning", "incoming", "0#app", "0#p"}));
}

TEST_F(Processor, PRC1_WakeCallsProcessAgain) {
  struct sleeper {
    journal book;
    std::shared_ptr<context::dispatcher> call = std::make_shared<context::dispatcher>();
    int count = 0;
    void initialize(context& ctx) { *call = ctx.make_dispatcher(); }
    process_step process(context&) {
      book.write("process " + std::to_string(++count));
      return count < 3 ? process_step::wait : process_step::done;
    }
  };
  const sleeper processor{.book = {}};
  node.start_processor("p", processor);
  for (std::size_t i = 1; i <= 2; ++i) {
    ASSERT_EQ(processor.book.wait_for(i).size(), i);
    (*processor.call)([](context& ctx) { ctx.wake(); });
  }
  EXPECT_EQ(processor.book.wait_for(3), (lines{"process 1", "process 2", "process 3"}));
}

TEST_F(Processor, PRC1_DeferredReadinessHoldsItBack) {
  struct deferred {
    journal book;
    std::shared_ptr<context::dispatcher> call = std::make_shared<context::dispatcher>();
    void initialize(context& ctx) {
      ctx.defer_ready();
      *call = ctx.make_dispatcher();
      book.write("initialize");
    }
    process_step process(context& ctx) {
      const auto received = ctx.try_receive<std::string>();
      book.write(received ? received->body() : "process");
      return received ? process_step::done : process_step::wait;
    }
  };
  const deferred processor{.book = {}};
  node.start_processor(open_mailbox, processor);
  ASSERT_EQ(processor.book.wait_for(1).size(), 1u);
  node.send("p", "early");
  const gate passed;
  (*processor.call)([=](context&) { passed.open(); });
  ASSERT_TRUE(passed.wait());
  EXPECT_EQ(processor.book.size(), 1u);
  (*processor.call)([](context& ctx) { ctx.ready(); });
  EXPECT_EQ(processor.book.wait_for(2), (lines{"initialize", "early"}));
}

TEST_F(Processor, PRC3_WhatWasNotReceivedIsLostAndCounted) {
  const journal book;
  node.start_processor(open_mailbox, waiting{.book = book});
  ASSERT_EQ(book.wait_for(2).size(), 2u);
  for (int i = 0; i < 3; ++i)
    node.send("p", "never taken");
  node.stop_worker("p");
  ASSERT_EQ(book.wait_for(3).size(), 3u);
  expect_settled(node);
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::worker_gone), 3u);
}

class ProcessorWithASmallQueue : public node_test {
protected:
  ProcessorWithASmallQueue() : node_test{{.max_endpoint_queue = 4}} {}
};

TEST_F(ProcessorWithASmallQueue, PRC5_WhatItNeverReceivesIsBounded) {
  const journal book;
  node.start_processor(open_mailbox, waiting{.book = book});
  ASSERT_EQ(book.wait_for(2).size(), 2u);
  for (int i = 0; i < 10; ++i)
    node.send("p", "x");
  EXPECT_TRUE(
    eventually([&] { return node.metrics().dropped_for(drop_reason::mailbox_full) == 6; }));
  EXPECT_TRUE(logged({"warning", "0#p", "max-endpoint-queue"}));
}

} // namespace
} // namespace ockam::test
