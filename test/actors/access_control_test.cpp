#include "error_of.hpp"
#include "fake_connection.hpp"

#include "ockam/actors/access_control.hpp"

#include <atomic>
#include <thread>

namespace ockam::test {
namespace {

/// Remembers that it was asked, and answers as told.
class scripted final : public access_control {
public:
  explicit scripted(result<bool> answer) : answer_{std::move(answer)} {}
  result<bool> is_authorized(const relay_message&) const override {
    ++asked;
    return answer_;
  }
  std::string remedy(const relay_message&) const override { return "ask nicely"; }

  mutable std::atomic<int> asked{0};

private:
  const result<bool> answer_;
};

struct question {
  address source = "source";
  address destination = "destination";
  message content{route{"destination", "later"}, route{"back"}};

  [[nodiscard]] result<bool> to(const access_control_ptr& control) const {
    return control->is_authorized({source, destination, content});
  }
};

TEST(AccessControl, AC1_AllowAllAdmitsEverything) {
  EXPECT_TRUE(question{}.to(allow_all()).value());
  EXPECT_TRUE((question{"", "", {}}.to(allow_all()).value()));
  EXPECT_TRUE(allow_all()->admits_everything());
}

TEST(AccessControl, AC2_DenyAllAdmitsNothing) {
  EXPECT_FALSE(question{}.to(deny_all()).value());
  EXPECT_FALSE(deny_all()->admits_everything());
}

TEST(AccessControl, AC3_SourcesAreComparedNotReturnRoutes) {
  const auto control = allow_source_addresses({"a", "b"});
  EXPECT_TRUE((question{.source = "a"}.to(control).value()));
  EXPECT_TRUE((question{.source = "b"}.to(control).value()));
  EXPECT_FALSE((question{.source = "c"}.to(control).value()));
  EXPECT_FALSE((question{.source = address{1, "a"}}.to(control).value())) << "the type counts";
  EXPECT_FALSE(
    (question{.source = "liar", .content = message{"destination", "a"}}.to(control).value()));
  EXPECT_TRUE(
    (question{.source = "a", .content = message{"destination", "liar"}}.to(control).value()));
  EXPECT_FALSE(question{}.to(allow_source_addresses({})).value());
}

TEST(AccessControl, AC4_OnlyTheOnwardFrontIsLookedAt) {
  const auto control = allow_onward_addresses({"a", "b"});
  const auto along = [&](const route& onward) {
    return question{.destination = "elsewhere", .content = message{onward, {}}}.to(control);
  };
  EXPECT_TRUE(along("a").value());
  EXPECT_TRUE(along(route{"b", "later"}).value());
  EXPECT_FALSE(along(route{"later", "a"}).value());
  EXPECT_FALSE((question{.destination = "a"}.to(control).value())) << "the front is another";
  EXPECT_EQ(error_of(along(route{})), errc::empty_route);
}

TEST(AccessControl, AC5_AllOfGoesLeftToRightAndStopsAtTheFirstNo) {
  const auto yes = std::make_shared<scripted>(true);
  const auto no = std::make_shared<scripted>(false);
  const auto last = std::make_shared<scripted>(true);
  EXPECT_FALSE(question{}.to(all_of({yes, no, last})).value());
  EXPECT_EQ(yes->asked, 1);
  EXPECT_EQ(no->asked, 1);
  EXPECT_EQ(last->asked, 0);
  EXPECT_TRUE(question{}.to(all_of({yes, last})).value());
  EXPECT_TRUE(question{}.to(all_of({})).value()) << "an empty one admits";
}

TEST(AccessControl, AC5_AnyOfGoesLeftToRightAndStopsAtTheFirstYes) {
  const auto yes = std::make_shared<scripted>(true);
  const auto no = std::make_shared<scripted>(false);
  const auto last = std::make_shared<scripted>(true);
  EXPECT_TRUE(question{}.to(any_of({no, yes, last})).value());
  EXPECT_EQ(no->asked, 1);
  EXPECT_EQ(yes->asked, 1);
  EXPECT_EQ(last->asked, 0);
  EXPECT_FALSE(question{}.to(any_of({no, no})).value());
  EXPECT_FALSE(question{}.to(any_of({})).value()) << "an empty one denies";
}

TEST(AccessControl, AC5_AnErrorEndsTheSearch) {
  const auto broken = std::make_shared<scripted>(fail(errc::timeout, "slow"));
  const auto last = std::make_shared<scripted>(true);
  EXPECT_EQ(error_of(question{}.to(all_of({broken, last}))), errc::timeout);
  EXPECT_EQ(error_of(question{}.to(any_of({broken, last}))), errc::timeout);
  EXPECT_EQ(last->asked, 0);
}

TEST(AccessControl, AC5_TheRemedyOfACombinationNamesWhatDenied) {
  const question asked;
  const relay_message what{asked.source, asked.destination, asked.content};
  const auto all = all_of({allow_all(), allow_source_addresses({"a"})})->remedy(what);
  EXPECT_NE(all.find("add 0#source"), std::string::npos) << all;
  const auto any = any_of({deny_all(), allow_onward_addresses({"a"})})->remedy(what);
  EXPECT_NE(any.find("; or "), std::string::npos) << any;
  EXPECT_NE(any.find("add 0#destination"), std::string::npos) << any;
  EXPECT_FALSE(any_of({})->remedy(what).empty());
}

TEST(AccessControl, AC6_AYesIsRememberedForItsLifetime) {
  const auto inner = std::make_shared<scripted>(true);
  const auto control = cached(inner, 1h);
  for (int i = 0; i < 5; ++i)
    EXPECT_TRUE(question{}.to(control).value());
  EXPECT_EQ(inner->asked, 1);

  const auto short_lived = cached(inner, 0ms);
  for (int i = 0; i < 5; ++i)
    EXPECT_TRUE(question{}.to(short_lived).value());
  EXPECT_EQ(inner->asked, 6) << "asked each time";
}

TEST(AccessControl, AC6_TheLifetimeIsOneSecondByDefault) {
  const auto inner = std::make_shared<scripted>(true);
  const auto control = cached(inner);
  const auto begin = std::chrono::steady_clock::now();
  while (inner->asked < 2 && std::chrono::steady_clock::now() - begin < 5s)
    EXPECT_TRUE(question{}.to(control).value());
  const auto lived = std::chrono::steady_clock::now() - begin;
  EXPECT_GE(lived, 1s);
  EXPECT_LT(lived, 2s);
}

TEST(AccessControl, AC6_ANoOrAnErrorIsNeverRemembered) {
  for (const auto& answer : {result<bool>{false}, result<bool>{fail(errc::timeout)}}) {
    const auto inner = std::make_shared<scripted>(answer);
    const auto control = cached(inner, 1h);
    for (int i = 0; i < 3; ++i)
      EXPECT_EQ(question{}.to(control), answer);
    EXPECT_EQ(inner->asked, 3);
  }
}

TEST(AccessControl, AC6_TenAreRememberedAndTheOldestGoesFirst) {
  const auto inner = std::make_shared<scripted>(true);
  const auto control = cached(inner, 1h);
  const auto ask = [&](int i) {
    EXPECT_TRUE((question{.source = "s" + std::to_string(i)}.to(control).value()));
  };
  for (int i = 0; i < 10; ++i)
    ask(i);
  for (int i = 0; i < 10; ++i)
    ask(i);
  EXPECT_EQ(inner->asked, 10);
  ask(10); // evicts 0
  ask(1);
  EXPECT_EQ(inner->asked, 11);
  ask(0);
  EXPECT_EQ(inner->asked, 12);
}

TEST(AccessControl, AC6_EverythingButThePayloadTellsMessagesApart) {
  const auto inner = std::make_shared<scripted>(true);
  const auto control = cached(inner, 1h);
  const question first;
  EXPECT_TRUE(first.to(control).value());

  auto other_payload = first;
  other_payload.content = message{first.content}.set_payload(encode_payload("x").value());
  EXPECT_TRUE(other_payload.to(control).value());
  EXPECT_EQ(inner->asked, 1) << "the payload does not count";

  int expected = 1;
  const auto expect_asked = [&](question different) {
    EXPECT_TRUE(different.to(control).value());
    EXPECT_EQ(inner->asked, ++expected);
  };
  expect_asked({.source = "other"});
  expect_asked({.destination = "other"});
  expect_asked({.content = message{"other", first.content.return_route()}});
  expect_asked({.content = message{first.content.onward_route(), "other"}});
  expect_asked({.content = message{first.content}.add_local_info({"note", {1}})});
}

TEST(AccessControl, AC6_ItMayBeAskedFromManyThreads) {
  const auto control = cached(std::make_shared<scripted>(true), 0ms);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i)
        EXPECT_TRUE((question{.source = std::to_string(t * i % 13)}.to(control).value()));
    });
  for (auto& each : threads)
    each.join();
}

TEST(AccessControl, AC7_FlowControlComparesTheOnwardFrontWithTheConsumers) {
  const auto registry = std::make_shared<flow_controls>();
  const auto own = flow_control_id::random();
  const auto spawner = flow_control_id::random();
  const auto with_spawner = allow_consumers_of(registry, own, spawner);
  const auto alone = allow_consumers_of(registry, own);
  const auto along = [](const access_control_ptr& control, const route& onward) {
    return question{.content = message{onward, {}}}.to(control);
  };
  EXPECT_FALSE(along(alone, "w").value());
  registry->add_consumer("w", own);
  registry->add_consumer("v", spawner);
  EXPECT_TRUE(along(alone, "w").value()) << "holds for the next message";
  EXPECT_TRUE(along(alone, route{"w", "secret"}).value()) << "one hop only";
  EXPECT_FALSE(along(alone, route{"secret", "w"}).value());
  EXPECT_FALSE(along(alone, "v").value());
  EXPECT_TRUE(along(with_spawner, "w").value());
  EXPECT_TRUE(along(with_spawner, "v").value());
  EXPECT_FALSE(along(with_spawner, address{1, "w"}).value()) << "exact comparison";
  EXPECT_EQ(error_of(along(alone, route{})), errc::empty_route);
  registry->clean_up("w");
  EXPECT_FALSE(along(alone, "w").value());
  EXPECT_FALSE(along(with_spawner, "w").value());
  EXPECT_TRUE(along(with_spawner, "v").value());
}

TEST(AccessControl, AC7_TheRemedyNamesIdsAndTheCallThatAdmits) {
  const auto registry = std::make_shared<flow_controls>();
  const flow_control_id own{"00aa"};
  const flow_control_id spawner{"00bb"};
  registry->add_consumer("w", flow_control_id{"00cc"});
  const message content{"w", {}};
  const address source = "receiver";
  const address destination = "w";
  const auto text
    = allow_consumers_of(registry, own, spawner)->remedy({source, destination, content});
  for (const auto* part : {"0#w", "00aa", "00bb", "00cc", "add_consumer(\"w\""})
    EXPECT_NE(text.find(part), std::string::npos) << text;
}

class LocalOnly : public node_test {};

TEST_F(LocalOnly, AC9_DEC9_OnlySourcesInsideTheNodeAreAdmitted) {
  const journal book;
  node.start_worker(mailbox_options{.address = "w",
                                    .incoming = local_only(node.root().shared_flow_controls())},
                    recorder{book});
  fake_connection connection{node};
  node.flow_controls().add_consumer("w", connection.id());
  connection.deliver("w", "peer", "from outside");
  node.send("w", "from inside");
  EXPECT_EQ(book.wait_for(2), (lines{"initialize", "from inside"}));
  EXPECT_EQ(node.metrics().dropped_for(drop_reason::incoming_denied), 1u);
  EXPECT_TRUE(logged({"warning", "incoming", "0#w", "inside this node"}));

  // another producer, without a connection
  auto inlet = node.detached("inlet");
  node.flow_controls().add_producer("inlet", flow_control_id::random());
  EXPECT_TRUE(inlet.send("w", "from a producer"));
  EXPECT_TRUE(
    eventually([&] { return node.metrics().dropped_for(drop_reason::incoming_denied) == 2; }));

  // and one that is known by a further address
  auto side = node.detached("side");
  node.flow_controls().add_producer("outlet", flow_control_id::random(), {}, {"side"});
  EXPECT_TRUE(side.send("w", "from the side"));
  EXPECT_TRUE(
    eventually([&] { return node.metrics().dropped_for(drop_reason::incoming_denied) == 3; }));
  connection.close();
}

} // namespace
} // namespace ockam::test
