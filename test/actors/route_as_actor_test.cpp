#include "shouter.hpp"

#include "ockam/actors/workers.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include <algorithm>

namespace ockam::test {
namespace {

class RouteAsActor : public shouter_test {
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

TEST_F(RouteAsActor, NOD6_ARequestDuringTheStopGetsAnError) {
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
