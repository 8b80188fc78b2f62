#include "error_of.hpp"
#include "fake_connection.hpp"

#include "ockam/actors/workers.hpp"

#include <atomic>
#include <set>
#include <thread>

namespace ockam::test {
namespace {

class Metrics : public node_test {};

TEST(DropReason, DEC7_EveryReasonHasAName) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < drop_reason_count; ++i)
    names.insert(to_string(static_cast<drop_reason>(i)));
  EXPECT_EQ(names.size(), drop_reason_count);
  EXPECT_FALSE(names.contains(""));
  EXPECT_EQ(to_string(drop_reason::heartbeat), "heartbeat") << "the last one";
}

TEST_F(Metrics, DEC7_EveryUndeliverableMessageIsCountedByItsReasonWithoutAReply) {
  node.start_worker("hop", hop{});
  node.start_worker("fails", [](context&, routed<any_body>&) { return fail(errc::unsupported); });
  node.start_worker(mailbox_options{.address = "closed", .incoming = deny_all()}, echoer{});
  auto silenced = node.make_endpoint(
    mailbox_options{.address = "silenced", .incoming = allow_all(), .outgoing = deny_all()});

  static_cast<void>(node.root().send("nobody", "ERR-1"));
  EXPECT_TRUE(silenced.send("hop", "ERR-3"));
  node.send("closed", "ERR-4");
  node.send(route{"hop", "nobody"}, "ERR-5");
  static_cast<void>(node.root().send("1#host:1", "ERR-12"));
  node.send(route{"hop", "1#host:1"}, "ERR-13");
  node.send("fails", "ERR-14");
  ASSERT_TRUE(eventually([&] { return node.metrics().failed == 3; }));

  EXPECT_TRUE(eventually([&] { return node.metrics().in_flight() == 0; }));
  const auto counted = node.metrics();
  EXPECT_EQ(counted.sent, 9u) << "seven, and two forwarded by the hop";
  EXPECT_EQ(counted.delivered, 3u);
  EXPECT_EQ(counted.dropped_for(drop_reason::unknown_address), 2u);
  EXPECT_EQ(counted.dropped_for(drop_reason::external_address), 2u);
  EXPECT_EQ(counted.dropped_for(drop_reason::outgoing_denied), 1u);
  EXPECT_EQ(counted.dropped_for(drop_reason::incoming_denied), 1u);
  EXPECT_EQ(counted.total_dropped(), 6u);
  EXPECT_EQ(error_of(node.root().receive<any_body>({.timeout = 0ms})), errc::timeout);
}

TEST_F(Metrics, DEC7_NothingGoesBackOverAConnection) {
  node.start_worker("fails", [](context&, routed<any_body>&) { return fail(errc::unsupported); });
  fake_connection connection{node};
  node.flow_controls().add_consumer("fails", connection.id());
  connection.deliver("fails", "peer");
  connection.deliver("nobody", "peer");
  connection.deliver("app", "peer");
  ASSERT_TRUE(eventually([&] { return node.metrics().failed == 1; }));
  EXPECT_EQ(node.metrics().written, 0u);
  EXPECT_EQ(node.metrics().sent, 0u);
  connection.close();
}

TEST_F(Metrics, CountersSurviveTheirWorkers) {
  node.start_worker("echoer", echoer{});
  {
    auto mailbox = node.make_endpoint("mailbox");
    ASSERT_TRUE(mailbox.send("echoer", "x"));
    ASSERT_TRUE(mailbox.receive<any_body>());
  }
  node.stop_worker("echoer");
  EXPECT_TRUE(eventually([&] { return node.metrics().delivered == 2; }));
  EXPECT_EQ(node.metrics().sent, 2u);
}

TEST_F(Metrics, WhatAConnectionDoesAfterItWasDisconnectedCountsAtOnce) {
  fake_connection connection{node};
  node.stop_worker(connection.sender());
  connection.deliver("nobody", "peer"); // it still reads while it writes what waits
  expect_all_messages_accounted_for(node.metrics());
  EXPECT_EQ(node.metrics().received, 1u);
}

TEST_F(Metrics, DEC7_WhatIsWrittenWhileAConnectionClosesIsCounted) {
  auto mailbox = node.make_endpoint("mailbox");
  std::uint64_t written = 0;
  for (int i = 0; i < 500; ++i) {
    fake_connection connection{node};
    std::atomic<std::uint64_t> count{0};
    std::thread sending{[&] {
      while (mailbox.send(connection.sender(), "x"))
        ++count;
    }};
    while (count == 0)
      std::this_thread::yield();
    connection.close(); // perhaps between a push and its count
    sending.join();
    written += count;
  }
  EXPECT_EQ(node.metrics().written, written);
}

TEST_F(Metrics, AClosedEndpointStillCounts) {
  auto mailbox = node.make_endpoint("mailbox");
  node.stop_worker("mailbox");
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(mailbox.send("app", i));
    ASSERT_TRUE(node.root().receive<int>());
    EXPECT_FALSE(mailbox.send("nobody", i));
  }
  EXPECT_EQ(node.metrics().sent, 10u);
  EXPECT_EQ(node.metrics().in_flight(), 0u);
}

TEST_F(Metrics, TheSumsMayBeReadWhileOthersWork) {
  node.start_worker("echoer", echoer{});
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 300; ++i)
        EXPECT_EQ((node.root().send_and_receive<std::string>("echoer", "x").value()), "x");
    });
  std::uint64_t before = 0;
  for (int i = 0; i < 200; ++i) {
    const auto now = node.metrics().total_dropped();
    EXPECT_GE(now, before);
    before = now;
  }
  for (auto& each : threads)
    each.join();
  EXPECT_EQ(node.metrics().sent, 1200u);
  EXPECT_EQ(node.metrics().delivered, 1200u);
}

TEST_F(Metrics, DEC7_NoSumMissesALeavingWorker) {
  std::vector<endpoint> mailboxes;
  for (int i = 0; i < 1'000; ++i) {
    mailboxes.push_back(node.make_endpoint(address::random()));
    ASSERT_TRUE(mailboxes.back().send("app", i));
  }
  std::atomic<bool> closed{false};
  std::thread closing{[&] {
    mailboxes.clear();
    closed = true;
  }};
  while (!closed)
    EXPECT_EQ(node.metrics().sent, 1'000u);
  closing.join();
  EXPECT_EQ(node.metrics().sent, 1'000u);
}

class notes final : public message_observer {
public:
  explicit notes(journal book) : book_{std::move(book)} {}
  void on_delivery(const address& source, const address& destination,
                   const message& content) override {
    book_.write(to_string(source) + " to " + to_string(destination) + ": "
                + to_string(content.onward_route()));
  }
  void on_write(const address&, std::string_view peer, const message&) override {
    book_.write("write to " + std::string{peer});
  }
  void on_read(const address&, std::string_view peer, const message& content) override {
    book_.write("read from " + std::string{peer} + ": " + to_string(content.onward_route()));
  }
  void on_drop(drop_reason reason, const message& content) override {
    book_.write("drop " + std::string{to_string(reason)} + ": "
                + to_string(content.onward_route()));
  }

private:
  const journal book_;
};

class Observed : public node_test {
protected:
  Observed() : Observed{journal{}} {}
  explicit Observed(const journal& own)
    : node_test{{.observer = std::make_shared<notes>(own)}}, book{own} {}
  const journal book;
};

TEST_F(Observed, EveryStepOfAMessageIsSeen) {
  node.start_worker("hop", hop{});
  node.start_worker("echoer", echoer{});
  EXPECT_EQ((node.send_and_receive<std::string>(route{"hop", "echoer"}, "x")), "x");
  const auto seen = book.entries();
  ASSERT_EQ(seen.size(), 4u);
  EXPECT_NE(seen[0].find(" to 0#hop: 0#hop => 0#echoer"), std::string::npos) << seen[0];
  EXPECT_EQ(seen[1], "0#hop to 0#echoer: 0#echoer");
  EXPECT_TRUE(seen[2].starts_with("0#echoer to 0#hop: 0#hop => ")) << seen[2];
  EXPECT_TRUE(seen[3].starts_with("0#hop to 0#")) << seen[3];
}

TEST_F(Observed, DropsAndReadsAreSeen) {
  static_cast<void>(node.root().send("nobody", "x"));
  fake_connection connection{node, {.peer = "peer"}};
  connection.deliver("app", "far");
  connection.close();
  EXPECT_EQ(book.entries(), (lines{"drop unknown_address: 0#nobody", "read from peer: 0#app",
                                   "drop not_a_consumer: 0#app"}));
}

TEST_F(Observed, WhatAMailboxDoesNotAdmitIsSeen) {
  node.start_worker(mailbox_options{.address = "closed", .incoming = deny_all()}, echoer{});
  node.send("closed", "x");
  EXPECT_EQ(book.wait_for(2).back(), "drop incoming_denied: 0#closed");
}

} // namespace
} // namespace ockam::test
