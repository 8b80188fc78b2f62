#include "test_node.hpp"

#include "ockam/actors/echoer.hpp"
#include "ockam/actors/service.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>

namespace ockam::test {
namespace {

using text_service = service<std::string, std::string>;

/// Adds "!", refuses "no", and never answers "wait".
class shouter final : public text_service::base {
public:
  explicit shouter(caf::actor_config& config) : text_service::base{config} {}

  behavior_type make_behavior() override {
    return {[this](const std::string& text) -> caf::result<std::string> {
      if (text == "no")
        return caf::make_error(caf::sec::runtime_error, "not this one");
      if (text == "wait") {
        waiting_.push_back(make_response_promise<caf::typed_response_promise<std::string>>());
        return waiting_.back();
      }
      return text + "!";
    }};
  }

  void on_exit() override { waiting_.clear(); } // they hold this actor

private:
  std::vector<caf::typed_response_promise<std::string>> waiting_;
};

class Service : public node_test {
protected:
  caf::strong_actor_ptr spawn_shouter() {
    shouters_.push_back(caf::actor_cast<caf::actor>(system->spawn<shouter>()));
    return caf::actor_cast<caf::strong_actor_ptr>(shouters_.back());
  }
  void TearDown() override {
    for (const auto& each : std::exchange(shouters_, {})) // the node lets them live
      caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    node_test::TearDown();
  }
  void expose_shouter(service_options options = {}) {
    const auto typed = caf::actor_cast<text_service>(spawn_shouter());
    expose_service<std::string, std::string>(node, "shouter", typed, options);
  }
  std::string ask(const std::string& text, std::chrono::milliseconds timeout = patience) {
    const auto reply = node.root().send_and_receive<std::string>("shouter", text,
                                                                 {.timeout = timeout});
    return reply ? *reply : to_string(reply.error());
  }
  bool failed(std::uint64_t count) {
    return eventually([&] { return node.metrics().failed == count; });
  }

private:
  std::vector<caf::actor> shouters_;
};

// -- an actor at an address ------------------------------------------------------------------------

TEST_F(Service, MAP2_ATypedActorAnswersRequestsAtAnAddress) {
  expose_shouter();
  EXPECT_EQ(ask("hello"), "hello!");
  EXPECT_EQ(ask("again"), "again!");
  EXPECT_EQ(node.metrics().failed, 0u);
}

TEST_F(Service, MAP2_ADynamicallyTypedActorToo) {
  const auto lengths = system->spawn(
    [](caf::event_based_actor*, std::uint64_t unit) -> caf::behavior {
      return {[unit](const std::string& text) { return std::uint64_t{text.size()} / unit; }};
    },
    std::uint64_t{1});
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

TEST_F(Service, WRK6_AnErrorOfTheServiceIsLoggedAndCounted) {
  expose_shouter();
  EXPECT_EQ(ask("no", 50ms).substr(0, 7), "timeout");
  EXPECT_TRUE(failed(1));
  EXPECT_TRUE(logged({"warning", "shouter", "not this one"}));
  EXPECT_EQ(ask("yes"), "yes!");
}

TEST_F(Service, RTD4_ABodyOfAnotherTypeIsLoggedAndCounted) {
  expose_shouter();
  ASSERT_TRUE(node.root().forward(
    message{route{"shouter"}, route{"app"}, shared_bytes{bytes_view{bytes{0x05, 'a'}}}}));
  EXPECT_TRUE(failed(1));
  EXPECT_TRUE(logged({"warning", "shouter", "truncated"}));
  EXPECT_EQ(ask("yes"), "yes!");
}

TEST_F(Service, ARequestTheServiceDoesNotAnswerInTimeMakesRoom) {
  expose_shouter({.timeout = 50ms, .max_outstanding = 1});
  for (std::uint64_t round = 1; round <= 3; ++round) {
    EXPECT_EQ(ask("wait", 50ms).substr(0, 7), "timeout");
    EXPECT_TRUE(failed(round));
  }
  EXPECT_TRUE(logged({"warning", "shouter", "request_timeout"}));
  EXPECT_EQ(ask("room?"), "room?!");
}

TEST_F(Service, ORD8_MoreRequestsThanMayWaitAreRefused) {
  expose_shouter({.max_outstanding = 2});
  for (int i = 0; i < 3; ++i)
    node.send("shouter", std::string{"wait"});
  EXPECT_TRUE(failed(1));
  EXPECT_TRUE(logged({"warning", "shouter", "2 requests wait", "max_outstanding"}));
}

TEST_F(Service, ROU4_ADeadServiceIsReported) {
  const auto actor = spawn_shouter();
  expose_service<std::string, std::string>(node, "shouter", caf::actor_cast<caf::actor>(actor));
  caf::anon_send_exit(caf::actor_cast<caf::actor>(actor), caf::exit_reason::kill);
  EXPECT_EQ(ask("hello?", 50ms).substr(0, 7), "timeout");
  EXPECT_TRUE(failed(1));
}

TEST_F(Service, ANullHandleIsRefused) {
  EXPECT_THROW((expose_service<std::string, std::string>(node, "shouter", text_service{})),
               failure);
  EXPECT_THROW(node.expose("nobody", caf::actor{}), failure);
}

// -- a route as an actor ---------------------------------------------------------------------------

class RouteAsActor : public Service {
protected:
  /// What a CAF actor gets for a request: the answer, or CAF's error.
  std::string request(const text_service& to, const std::string& text) {
    caf::scoped_actor self{*system};
    std::string outcome;
    compat::request(self, to, text)
      .receive([&](const std::string& answer) { outcome = answer; },
               [&](const caf::error& why) { outcome = compat::render(*system, why); });
    return outcome;
  }
};

TEST_F(RouteAsActor, SRQ1_ACafActorAsksAlongARoute) {
  node.start_worker("echoer", echoer{});
  const auto far = service_at<std::string, std::string>(node, "echoer");
  for (const std::string text : {"one", "two", "three"})
    EXPECT_EQ(request(far, text), text);
}

TEST_F(RouteAsActor, MAP2_ARouteToAServiceIsTheService) {
  expose_shouter();
  const auto far = service_at<std::string, std::string>(node, "shouter");
  expose_service<std::string, std::string>(node, "front", far);
  EXPECT_EQ((node.send_and_receive<std::string>("front", std::string{"through"})), "through!");
}

TEST_F(RouteAsActor, SRQ3_WithoutAReplyTheRequestEndsInTime) {
  node.start_worker("silent", recorder{});
  const auto far = service_at<std::string, std::string>(node, "silent", {.timeout = 20ms});
  EXPECT_NE(request(far, "?").find("request_timeout"), std::string::npos);
}

TEST_F(RouteAsActor, SRQ5_TheErrorsOfASendAreTheAnswer) {
  const auto nowhere = service_at<std::string, std::string>(node, "nowhere");
  EXPECT_NE(request(nowhere, "?").find("nowhere"), std::string::npos);
  EXPECT_NE(request(nowhere, "?").find("request_receiver_down"), std::string::npos);
  const auto no_route = service_at<std::string, std::string>(node, route{});
  EXPECT_NE(request(no_route, "?").find("empty_route"), std::string::npos);
}

TEST_F(RouteAsActor, SRQ6_AReplyOfAnotherTypeIsAnError) {
  node.start_worker("odd", [](context& ctx, const routed<std::string>& asked) {
    return ctx.send(asked.return_route(), std::uint8_t{200});
  });
  const auto far = service_at<std::string, std::string>(node, "odd");
  EXPECT_NE(request(far, "?").find("invalid_argument"), std::string::npos);
}

TEST_F(RouteAsActor, SRQ4_RequestsDoNotWaitForOneAnother) {
  node.start_worker("late",
                    [first = route{}](context& ctx, const routed<std::string>& asked) mutable {
                      if (asked.body() == "first") {
                        first = asked.return_route();
                        return;
                      }
                      static_cast<void>(ctx.send(asked.return_route(), std::string{"2"}));
                      static_cast<void>(ctx.send(first, std::string{"1"}));
                    });
  const auto far = service_at<std::string, std::string>(node, "late");
  const journal book;
  system->spawn(
    [](caf::event_based_actor* self, const text_service& to, const journal& written) {
      for (const std::string text : {"first", "second"})
        compat::request(self, to, text).then([text, written](const std::string& answer) {
          written.write(text + " " + answer);
        });
    },
    far, book);
  auto answers = book.wait_for(2);
  std::ranges::sort(answers);
  EXPECT_EQ(answers, (lines{"first 1", "second 2"}));
}

TEST_F(RouteAsActor, NOD6_WhoWaitsWhenTheNodeStopsGetsAnError) {
  const journal received;
  const journal book;
  node.start_worker("silent", recorder{received});
  const auto far = service_at<std::string, std::string>(node, "silent");
  system->spawn(
    [](caf::event_based_actor* self, const text_service& to, const journal& written) {
      compat::request(self, to, std::string{"?"})
        .then([](const std::string&) {},
              [self, written](const caf::error& why) {
                written.write(compat::render(self->system(), why));
              });
    },
    far, book);
  ASSERT_EQ(received.wait_for(2), (lines{"initialize", "?"}));
  node.stop();
  const auto answers = book.wait_for(1);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_NE(answers.front().find("request_receiver_down"), std::string::npos) << answers.front();
  const auto late = request(far, "late");
  EXPECT_TRUE(late.find("request_receiver_down") != std::string::npos
              || late == "none") // an error of CAF 1.0, without a code
    << late;
}

} // namespace
} // namespace ockam::test
