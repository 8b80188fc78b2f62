#include "shouter.hpp"

#include "contract/spawn_behavior.hpp"
#include "fake_connection.hpp"

#include <caf/scoped_actor.hpp>

#include <atomic>
#include <thread>

namespace ockam::test {
namespace {

using Service = shouter_test;

TEST_F(Service, MAP2_ATypedActorAnswersRequestsAtAnAddress) {
  expose_shouter();
  EXPECT_EQ(ask("hello"), "hello!");
  EXPECT_EQ(ask("again"), "again!");
  EXPECT_EQ(node.metrics().failed, 0u);
}

TEST_F(Service, MAP2_ADynamicallyTypedActorToo) {
  const auto lengths
    = spawn_behavior(*system, {[](const std::string& text) { return std::uint64_t{text.size()}; }});
  expose_service<std::string, std::uint64_t>(node, {"length", "size"}, lengths);
  EXPECT_EQ((node.send_and_receive<std::uint64_t>("length", std::string{"four"})), 4u);
  EXPECT_EQ((node.send_and_receive<std::uint64_t>("size", std::string{"three"})), 5u);
}

TEST_F(Service, NOD2_TheServiceOutlivesTheNode) {
  const auto actor = spawn_shouter();
  {
    ockam::node other{*system};
    expose_service<std::string, std::string>(other, "shouter", caf::actor_cast<caf::actor>(actor));
    EXPECT_EQ((other.send_and_receive<std::string>("shouter", std::string{"a"})), "a!");
  }
  caf::scoped_actor self{*system};
  compat::request(self, caf::actor_cast<text_service>(actor), std::string{"b"})
    .receive([](const std::string& answer) { EXPECT_EQ(answer, "b!"); },
             [](const caf::error&) { ADD_FAILURE() << "the service has gone"; });
}

TEST_F(Service, SRV1_WRK6_AnErrorOfTheServiceEndsTheRequestAndIsLoggedAndCounted) {
  expose_shouter();
  expect_refused(request("no"), errc::handler_failed);
  EXPECT_TRUE(failed(1));
  EXPECT_TRUE(logged({"warning", "shouter", "not this one"}));
  EXPECT_EQ(ask("yes"), "yes!");
}

TEST_F(Service, SRV1_RTD4_ABodyOfAnotherTypeEndsTheRequestAndIsLoggedAndCounted) {
  expose_shouter();
  const auto reply = node.root().send_and_receive<std::string>("shouter", std::uint8_t{5});
  expect_refused(reply, errc::invalid_value);
  EXPECT_TRUE(failed(1));
  EXPECT_TRUE(logged({"warning", "shouter", "truncated"}));
  EXPECT_EQ(ask("yes"), "yes!");
}

TEST_F(Service, SRV1_ARequestTheServiceDoesNotAnswerInTimeEndsAndMakesRoom) {
  expose_shouter({.timeout = 50ms, .max_outstanding = 1});
  for (std::uint64_t round = 1; round <= 3; ++round) {
    expect_refused(request("wait"), errc::timeout);
    EXPECT_TRUE(failed(round));
  }
  EXPECT_TRUE(logged({"warning", "shouter", "request_timeout"}));
  EXPECT_EQ(ask("room?"), "room?!");
}

TEST_F(Service, SRV1_ORD8_MoreRequestsThanMayWaitAreRefused) {
  expose_shouter({.max_outstanding = 2});
  for (int i = 0; i < 2; ++i)
    node.send("shouter", std::string{"wait"});
  expect_refused(request("one too many"), errc::resource_exhausted);
  EXPECT_TRUE(failed(1));
  EXPECT_TRUE(logged({"warning", "shouter", "2 requests wait", "max_outstanding"}));
}

class ServiceWithDetails : public shouter_test {
protected:
  ServiceWithDetails() : shouter_test{{.error_details = true}} {}
};

TEST_F(Service, SRV1_WhatTheActorReportsIsNotForOthers) {
  expose_shouter();
  EXPECT_EQ(request("no").error().detail().find("not this one"), std::string::npos);
}

TEST_F(ServiceWithDetails, SRV1_AnOptionPassesTheTextOn) {
  expose_shouter();
  EXPECT_NE(request("no").error().detail().find("not this one"), std::string::npos);
}

TEST_F(Service, SRV1_AnAnswerThatCannotBeEncodedEndsTheRequest) {
  const auto odd
    = spawn_behavior(*system, {[](const std::string&) { return std::string{"\xff is no UTF-8"}; }});
  expose_service<std::string, std::string>(node, "shouter", odd);
  expect_refused(request("?"), errc::handler_failed);
}

// -- the end of the actor --------------------------------------------------------------------------

TEST_F(Service, SRV3_WhenTheActorEndsItsAddressIsFreeAndItsRequestsEnd) {
  const auto actor = expose_shouter();
  std::atomic<int> ended{0};
  std::vector<std::thread> requesters;
  for (int i = 0; i < 3; ++i)
    requesters.emplace_back([&] {
      expect_refused(request("wait"), errc::cancelled);
      EXPECT_FALSE(node.is_registered("shouter"));
      ++ended;
    });
  ASSERT_TRUE(eventually([&] { return node.metrics().delivered == 3; }));
  caf::anon_send_exit(caf::actor_cast<caf::actor>(actor), caf::exit_reason::kill);
  for (auto& each : requesters)
    each.join();
  EXPECT_EQ(ended, 3);
  expose_shouter();
  EXPECT_EQ(ask("again"), "again!");
}

TEST_F(Service, SRV3_AnActorThatHasEndedLeavesItsAddressFree) {
  const auto actor = spawn_shouter();
  caf::anon_send_exit(caf::actor_cast<caf::actor>(actor), caf::exit_reason::kill);
  caf::scoped_actor self{*system};
  self->wait_for(caf::actor_cast<caf::actor>(actor));
  expose_service<std::string, std::string>(node, "shouter", caf::actor_cast<caf::actor>(actor));
  EXPECT_TRUE(eventually([&] { return !node.is_registered("shouter"); }));
}

TEST_F(Service, SRV3_AnActorThatOutlivesItsServiceDoesNotEndTheNextOne) {
  const auto first = expose_shouter();
  node.stop_worker("shouter");
  expose_shouter();
  caf::anon_send_exit(caf::actor_cast<caf::actor>(first), caf::exit_reason::kill);
  caf::scoped_actor self{*system};
  self->wait_for(caf::actor_cast<caf::actor>(first));
  EXPECT_EQ(ask("still here"), "still here!");
}

TEST_F(Service, SRV3_AServiceThatIsStoppedEndsItsRequests) {
  expose_shouter();
  std::thread requester{[&] { expect_refused(request("wait"), errc::cancelled); }};
  EXPECT_TRUE(eventually([&] { return node.metrics().delivered == 1; }));
  node.stop_worker("shouter");
  requester.join();
}

// -- requesters ------------------------------------------------------------------------------------

/// Answers when the gate is open, and writes down what it was asked.
caf::actor spawn_slow(caf::actor_system& system, const gate& released, const journal& asked) {
  return spawn_behavior<caf::detached>(system, {[=](const std::string& text) {
                                         asked.write(text);
                                         EXPECT_TRUE(released.wait());
                                         return std::string(10'000, 'x');
                                       }});
}

/// A connection's credit, whose output is full with 50,000 bytes, or with so many messages.
class small_output final : public inbound_credit {
public:
  explicit small_output(std::size_t max_messages = 1'000) : max_messages_{max_messages} {}
  void take(std::size_t) noexcept override {}
  void give_back(std::size_t) noexcept override {}
  void take_for(credit_use use, std::size_t bytes) noexcept override {
    if (use != credit_use::output)
      return;
    const std::lock_guard guard{mutex_};
    waiting_ += bytes;
    most_ = std::max(most_, waiting_);
    most_messages_ = std::max(most_messages_, ++messages_);
  }
  void give_back_from(credit_use use, std::size_t bytes) noexcept override {
    if (use != credit_use::output)
      return;
    std::vector<ref_ptr<capacity_listener>> woken;
    {
      const std::lock_guard guard{mutex_};
      waiting_ -= bytes;
      --messages_;
      if (waiting_ < limit / 2 && messages_ <= max_messages_ / 2)
        woken.swap(waiters_);
    }
    for (const auto& each : woken)
      each->wake();
  }
  bool output_is_full() const noexcept override {
    const std::lock_guard guard{mutex_};
    return is_full();
  }
  std::size_t output_room(std::size_t size) const noexcept override {
    const std::lock_guard guard{mutex_};
    const auto messages = max_messages_ - std::min(max_messages_, messages_);
    return size == 0 ? messages : std::min(messages, (limit - std::min(limit, waiting_)) / size);
  }
  bool wake_when_output_fits(ref_ptr<capacity_listener> waiting) override {
    const std::lock_guard guard{mutex_};
    if (!is_full())
      return false;
    waiters_.push_back(std::move(waiting));
    return true;
  }
  [[nodiscard]] std::size_t most() const {
    const std::lock_guard guard{mutex_};
    return most_;
  }
  [[nodiscard]] std::size_t most_messages() const {
    const std::lock_guard guard{mutex_};
    return most_messages_;
  }

  static constexpr std::size_t limit = 50'000;

private:
  bool is_full() const noexcept { return waiting_ >= limit || messages_ >= max_messages_; }

  const std::size_t max_messages_;
  std::size_t messages_ = 0;
  std::size_t most_messages_ = 0;
  mutable std::mutex mutex_;
  std::size_t waiting_ = 0;
  std::size_t most_ = 0;
  std::vector<ref_ptr<capacity_listener>> waiters_;
};

TEST_F(Service, SRV2_AnswersThatAreReadSlowlyAreNotLostAndBounded) {
  constexpr int total = 200;
  const gate released;
  const journal asked;
  const auto slow = spawn_slow(*system, released, asked);
  expose_service<std::string, std::string>(node, "slow", slow);
  released.open();
  const auto credit = make_ref<small_output>();
  fake_connection peer{node, {.credit = credit}};
  node.flow_controls().add_consumer("slow", peer.id());
  for (int i = 0; i < total; ++i)
    peer.deliver({"slow"}, {"asker"}, std::to_string(i));
  EXPECT_TRUE(eventually([&] { return credit->output_is_full(); }));
  EXPECT_EQ((node.send_and_receive<std::string>("slow", std::string{"of others"})).size(), 10'000u);
  for (int i = 0; i < total; ++i)
    ASSERT_TRUE(peer.next_written()) << i;
  auto requests = asked.entries();
  EXPECT_EQ(std::erase(requests, "of others"), 1u);
  ASSERT_EQ(requests.size(), std::size_t{total});
  for (int i = 0; i < total; ++i)
    EXPECT_EQ(requests[static_cast<std::size_t>(i)], std::to_string(i));
  EXPECT_LE(credit->most(), small_output::limit + 16 * 10'100)
    << "the first window is passed on before the size of an answer is known";
  EXPECT_EQ(node.metrics().total_dropped(), 0u);
  caf::anon_send_exit(slow, caf::exit_reason::user_shutdown);
}

TEST_F(Service, SRV2_SmallAnswersAreBoundedByTheirNumber) {
  constexpr int total = 200;
  expose_shouter();
  const auto credit = make_ref<small_output>(4);
  fake_connection peer{node, {.credit = credit}};
  node.flow_controls().add_consumer("shouter", peer.id());
  for (int i = 0; i < total; ++i)
    peer.deliver({"shouter"}, {"asker"}, std::to_string(i));
  EXPECT_TRUE(eventually([&] { return credit->output_is_full(); }));
  for (int i = 0; i < total; ++i)
    ASSERT_TRUE(peer.next_written()) << i;
  EXPECT_LE(credit->most_messages(), 4u);
  EXPECT_EQ(node.metrics().total_dropped(), 0u);
}

TEST_F(Service, SRV2_AFewOutstandingRequestsLetTheOthersWait) {
  const gate released;
  const journal asked;
  const auto slow = spawn_slow(*system, released, asked);
  expose_service<std::string, std::string>(node, "slow", slow, {.max_outstanding = 2});
  fake_connection peer{node, {.credit = make_ref<small_output>()}};
  node.flow_controls().add_consumer("slow", peer.id());
  for (int i = 0; i < 10; ++i)
    peer.deliver({"slow"}, {"asker"}, std::to_string(i));
  ASSERT_EQ(asked.wait_for(1).size(), 1u);
  released.open();
  for (int i = 0; i < 10; ++i)
    ASSERT_TRUE(peer.next_written()) << i;
  EXPECT_EQ(asked.size(), 10u) << "none was refused";
  caf::anon_send_exit(slow, caf::exit_reason::user_shutdown);
}

TEST_F(Service, SRV2_RequestsThatWaitForRoomEndWithTheActor) {
  const gate released;
  const journal asked;
  const auto slow = spawn_slow(*system, released, asked);
  expose_service<std::string, std::string>(node, "slow", slow);
  fake_connection peer{node, {.credit = make_ref<small_output>()}};
  node.flow_controls().add_consumer("slow", peer.id());
  const address asker{transport_type::local, std::string(32, 'a') + "+e1"};
  for (int i = 0; i < 100; ++i)
    peer.deliver({"slow"}, {asker});
  ASSERT_EQ(asked.wait_for(1).size(), 1u);
  caf::anon_send_exit(slow, caf::exit_reason::kill);
  released.open();
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(peer.next_written()) << i;
  EXPECT_FALSE(node.is_registered("slow"));
}

TEST_F(Service, SRV4_ARequestWhoseRequesterHasGivenUpIsNotPassedToTheActor) {
  const gate released;
  const journal asked;
  const auto slow = spawn_slow(*system, released, asked);
  released.open();
  expose_service<std::string, std::string>(node, "slow", slow);
  const journal ended;
  node.start_worker("caller", [=](context& ctx, const routed<std::string>& received) {
    // What it sends is paid by the connection of the message, whose output is full with this answer.
    static_cast<void>(ctx.send(received.return_route(), std::string(small_output::limit, 'x')));
    return ctx.send_and_receive<std::string>("slow", "given up",
                                             [=](const result<std::string>& reply) {
                                               ended.write(reply.error().code().message());
                                             },
                                             {.timeout = 20ms});
  });
  fake_connection peer{node, {.credit = make_ref<small_output>()}};
  node.flow_controls().add_consumer("caller", peer.id());
  peer.deliver({"caller"}, {"asker"});
  EXPECT_EQ(ended.wait_for(1), (lines{"timeout"}));
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::expired), 0u) << "it waits for room";
  ASSERT_TRUE(peer.next_written());
  EXPECT_TRUE(eventually([&] { return node.metrics().dropped_for(drop_reason::expired) == 1; }));
  EXPECT_EQ(asked.size(), 0u);
  caf::anon_send_exit(slow, caf::exit_reason::user_shutdown);
}

TEST_F(Service, ANullHandleIsRefused) {
  EXPECT_THROW((expose_service<std::string, std::string>(node, "shouter", text_service{})),
               failure);
  EXPECT_THROW(node.expose("nobody", caf::actor{}), failure);
}

} // namespace
} // namespace ockam::test
