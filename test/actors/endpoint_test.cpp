#include "test_node.hpp"

#include "error_of.hpp"
#include "node/node_state.hpp"

#include "ockam/actors/workers.hpp"

#include <atomic>
#include <thread>

namespace ockam::test {
namespace {

using clock = std::chrono::steady_clock;

class Endpoint : public node_test {};

TEST_F(Endpoint, RCV1_ReceiveReturnsTheNextAdmittedMessageInOrder) {
  auto mailbox = node.make_endpoint("mailbox");
  for (const auto* text : {"1", "2", "3"})
    node.send("mailbox", text);
  for (const auto* text : {"1", "2", "3"})
    EXPECT_EQ(mailbox.receive<std::string>().value().body(), text);
}

TEST_F(Endpoint, RCV1_TheLimitIs30SecondsByDefaultAndNoneByOption) {
  EXPECT_EQ(receive_options{}.timeout, 30s);
  auto mailbox = node.make_endpoint("mailbox");
  const gate waiting;
  std::thread receiver{[&] {
    waiting.open();
    EXPECT_EQ(mailbox.receive<std::string>({.timeout = std::nullopt}).value().body(), "x");
  }};
  ASSERT_TRUE(waiting.wait());
  node.send("mailbox", "x");
  receiver.join();
  node.send("mailbox", "y");
  EXPECT_TRUE(mailbox.receive<std::string>({.timeout = clock::duration::max()}))
    << "a limit that the clock cannot express";
}

TEST_F(Endpoint, RCV2_AReceiveThatReachesItsLimitIsATimeout) {
  const auto before = clock::now();
  const auto received = node.root().receive<std::string>({.timeout = 1s});
  const auto took = clock::now() - before;
  ASSERT_FALSE(received);
  EXPECT_EQ(error_of(received), errc::timeout);
  EXPECT_EQ(error_of(received).kind(), error_kind::timeout);
  EXPECT_EQ(error_of(received).origin(), error_origin::node);
  EXPECT_GE(took, 1s);
  EXPECT_LT(took, 2s);
}

TEST_F(Endpoint, RCV3_DeniedMessagesAreSkippedAndTheLimitKeepsRunning) {
  auto mailbox = node.make_endpoint(
    mailbox_options{.address = "mailbox", .incoming = allow_source_addresses({"friend"})});
  auto friendly = node.make_endpoint("friend");
  node.send("mailbox", "denied");
  node.send("mailbox", "denied");
  ASSERT_TRUE(friendly.send("mailbox", "admitted"));
  EXPECT_EQ(mailbox.receive<std::string>().value().body(), "admitted");
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::incoming_denied), 2u);
  EXPECT_TRUE(logged({"warning", "incoming", "0#app", "0#mailbox"}));

  std::atomic<bool> over{false};
  std::thread pestering{[&] { // a denied message every now and then
    while (!over) {
      static_cast<void>(node.root().send("mailbox", "denied"));
      std::this_thread::yield();
    }
  }};
  const auto before = clock::now();
  EXPECT_EQ(error_of(mailbox.receive<std::string>({.timeout = 100ms})), errc::timeout);
  EXPECT_LT(clock::now() - before, 5s);
  over = true;
  pestering.join();
}

TEST_F(Endpoint, RCV4_ReceiveOnAClosedMailboxIsNotFound) {
  auto mailbox = node.make_endpoint("mailbox");
  const gate waiting;
  std::thread receiver{[&] {
    waiting.open();
    const auto received = mailbox.receive<std::string>({.timeout = std::nullopt});
    ASSERT_FALSE(received);
    EXPECT_EQ(error_of(received), errc::not_found);
    EXPECT_EQ(error_of(received).kind(), error_kind::not_found);
  }};
  ASSERT_TRUE(waiting.wait());
  node.stop_worker("mailbox");
  receiver.join();
  EXPECT_EQ(error_of(mailbox.receive<std::string>()), errc::not_found);
}

TEST_F(Endpoint, RCV4_ASenderThatFoundTheMailboxBeforeItClosedIsRefused) {
  auto mailbox = node.make_endpoint("mailbox");
  const auto found = node.state()->table.find(address{"mailbox"});
  ASSERT_TRUE(found);
  node.stop_worker("mailbox");
  routed_message late{message{"mailbox", {}}, "app", found.record, found.index};
  const auto taken = found.record->sink->push(late, nullptr);
  late.set_handled();
  ASSERT_FALSE(taken);
  EXPECT_EQ(error_of(taken), errc::not_found);
}

TEST_F(Endpoint, RCV4_WhatWaitedInAClosedMailboxIsCounted) {
  auto mailbox = node.make_endpoint("mailbox");
  for (int i = 0; i < 3; ++i)
    node.send("mailbox", "x");
  node.stop_worker("mailbox");
  EXPECT_EQ(error_of(mailbox.receive<std::string>()), errc::not_found);
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::worker_gone), 3u);
  EXPECT_TRUE(mailbox.send("app", "it may still send"));
  EXPECT_EQ(node.receive<std::string>().body(), "it may still send");
  EXPECT_EQ(node.metrics().in_flight(), 0u);
}

TEST_F(Endpoint, RCV5_AMessageOfAnotherTypeIsHandedOutAndOnlyDecodingFails) {
  auto mailbox = node.make_endpoint("mailbox");
  node.send("mailbox", std::uint8_t{1});
  const auto received = mailbox.receive<std::uint64_t>();
  ASSERT_TRUE(received);
  EXPECT_EQ(received->source_address(), "app");
  EXPECT_EQ(error_of(received->try_body()), errc::truncated);
  EXPECT_THROW(static_cast<void>(received->body()), failure);
  EXPECT_EQ(node.metrics().delivered, 1u);
}

TEST_F(Endpoint, RCV6_SeveralThreadsShareTheMessages) {
  constexpr int messages = 3000;
  auto mailbox = node.make_endpoint("mailbox");
  std::atomic<int> received{0};
  std::vector<std::thread> receivers;
  for (int t = 0; t < 3; ++t)
    receivers.emplace_back([&] {
      while (mailbox.receive<int>({.timeout = std::nullopt}))
        ++received;
    });
  for (int i = 0; i < messages; ++i)
    node.send("mailbox", i);
  EXPECT_TRUE(eventually([&] { return received == messages; }));
  node.stop_worker("mailbox");
  for (auto& each : receivers)
    each.join();
  EXPECT_EQ(received, messages);
}

class EndpointWithASmallQueue : public node_test {
protected:
  EndpointWithASmallQueue() : node_test{{.max_endpoint_queue = 3}} {}
};

TEST_F(EndpointWithASmallQueue, RCV1_AFullQueueIsAnErrorOfTheSenderNeverSilence) {
  auto mailbox = node.make_endpoint("mailbox");
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(node.root().send("mailbox", i));
  const auto refused = node.root().send("mailbox", 3);
  ASSERT_FALSE(refused);
  EXPECT_EQ(error_of(refused), errc::resource_exhausted);
  EXPECT_NE(error_of(refused).detail().find("max-endpoint-queue"), std::string::npos);
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::mailbox_full), 1u);
  EXPECT_EQ(mailbox.receive<int>().value().body(), 0);
  EXPECT_TRUE(node.root().send("mailbox", 4));
  for (const int expected : {1, 2, 4})
    EXPECT_EQ(mailbox.receive<int>().value().body(), expected);
}

TEST_F(Endpoint, CTX2_AMovedEndpointKeepsItsAddressAndItsMessages) {
  auto first = node.make_endpoint("mailbox");
  node.send("mailbox", "1");
  auto second = std::move(first);
  node.send("mailbox", "2");
  EXPECT_EQ(second.receive<std::string>().value().body(), "1");
  EXPECT_EQ(second.receive<std::string>().value().body(), "2");

  // what is left behind is closed, and no trap
  EXPECT_EQ(error_of(first.receive<std::string>()), errc::not_found); // NOLINT: on purpose
  EXPECT_EQ(first.primary_address(), "mailbox");

  auto other = node.make_endpoint("other");
  other = std::move(second);
  EXPECT_FALSE(node.is_registered("other"));
  EXPECT_TRUE(node.is_registered("mailbox"));
  node.send("mailbox", "3");
  EXPECT_EQ(other.receive<std::string>().value().body(), "3");
  second = std::move(other); // and back into the moved-from one
  node.send("mailbox", "4");
  EXPECT_EQ(second.receive<std::string>().value().body(), "4");
}

TEST_F(Endpoint, CTX2_AnEndpointOutlivesItsNode) {
  std::optional<endpoint> mailbox;
  {
    ockam::node other{*system};
    mailbox = other.make_endpoint("mailbox");
    other.send("mailbox", "x");
  }
  EXPECT_EQ(error_of(mailbox->receive<std::string>()), errc::not_found);
  EXPECT_EQ(error_of(mailbox->send("app", "x")), errc::node_stopped);
}

TEST_F(Endpoint, CTX2_AnEndpointAtSeveralAddresses) {
  auto mailbox = node.make_endpoint({"a", "b"});
  node.send("b", "x");
  const auto received = mailbox.receive<std::string>().value();
  EXPECT_EQ(received.message_address(), "b");
}

TEST_F(Endpoint, MAP12_EndpointsComeAndGoWhileOthersSendToThem) {
  std::atomic<bool> over{false};
  std::thread sending{[&] {
    while (!over)
      static_cast<void>(node.root().send("mailbox", "x"));
  }};
  for (int i = 0; i < 500; ++i) {
    auto mailbox = node.make_endpoint("mailbox");
    if (i % 2 == 0)
      static_cast<void>(mailbox.receive<any_body>({.timeout = 1ms}));
  }
  over = true;
  sending.join();
  expect_settled(node);
}

} // namespace
} // namespace ockam::test
