#include "ockam/protocol/message.hpp"

#include "error_of.hpp"
#include "hex.hpp"

#include "ockam/protocol/codec.hpp"

#include <string>

#include <gtest/gtest.h>

namespace ockam {
namespace {

using test::shared_hex;

message sample() {
  return {route{"h1", "echoer"}, route{"app"}, shared_hex("cafe")};
}

TEST(Message, LMS1_PopsTheFrontOfTheOnwardRoute) {
  const auto popped = sample().pop_front_onward_route().value();
  EXPECT_EQ(popped.onward_route(), route{"echoer"});
  EXPECT_EQ(popped.return_route(), route{"app"});
}

TEST(Message, LMS1_PoppingAnEmptyRouteIsAnError) {
  EXPECT_EQ(error_of(message{}.pop_front_onward_route()), errc::empty_route);
}

TEST(Message, LMS2_PushesOnTheFrontOfTheOnwardRoute) {
  EXPECT_EQ(sample().push_front_onward_route("0#x").onward_route(), (route{"x", "h1", "echoer"}));
}

TEST(Message, LMS3_ReplacesTheFrontOfTheOnwardRoute) {
  const auto replaced = sample().replace_front_onward_route("1#b").value();
  EXPECT_EQ(replaced.onward_route(), (route{"1#b", "echoer"}));
}

TEST(Message, LMS3_ReplacingInAnEmptyRouteIsAnError) {
  EXPECT_EQ(error_of(message{}.replace_front_onward_route("x")), errc::empty_route);
}

TEST(Message, LMS4_PrependsARouteToTheOnwardRoute) {
  EXPECT_EQ(sample().prepend_front_onward_route(route{"1", "2"}).onward_route(),
            (route{"1", "2", "h1", "echoer"}));
}

TEST(Message, LMS5_SetsWholeRoutes) {
  const auto changed = sample().set_onward_route(route{"x"}).set_return_route(route{"y", "z"});
  EXPECT_EQ(changed.onward_route(), route{"x"});
  EXPECT_EQ(changed.return_route(), (route{"y", "z"}));
}

TEST(Message, LMS6_TheReturnRouteTakesAnAddressOrARoute) {
  EXPECT_EQ(sample().push_front_return_route("x").return_route(), (route{"x", "app"}));
  EXPECT_EQ(sample().prepend_front_return_route(route{"x", "y"}).return_route(),
            (route{"x", "y", "app"}));
}

TEST(Message, LMS7_StepForwardIsWhatAHopDoes) {
  const auto stepped = sample().step_forward("h1").value();
  EXPECT_EQ(stepped.onward_route(), route{"echoer"});
  EXPECT_EQ(stepped.return_route(), (route{"h1", "app"}));
  EXPECT_EQ(stepped.payload(), shared_hex("cafe"));
}

TEST(Message, LMS7_StepForwardOfAnEmptyRouteIsAnErrorAndChangesNothing) {
  message stuck{route{}, route{"app"}};
  EXPECT_EQ(error_of(std::move(stuck).step_forward("h1")), errc::empty_route);
  EXPECT_EQ(stuck.return_route(), route{"app"}); // NOLINT: not moved from after an error
}

TEST(Message, LMS8_AsksForTheNextAddressWithoutAChange) {
  const auto asked = sample();
  EXPECT_TRUE(asked.has_next_on_onward_route());
  EXPECT_EQ(asked.next_on_onward_route().value(), address{"h1"});
  EXPECT_EQ(asked.onward_route().size(), 2u);
  EXPECT_FALSE(message{}.has_next_on_onward_route());
  EXPECT_EQ(error_of(message{}.next_on_onward_route()), errc::empty_route);
}

TEST(Message, LMS9_LocalInfoIsAddedFoundAndCleared) {
  auto noted = sample()
                 .add_local_info({"identity", {1}})
                 .add_local_info({"other", {2}})
                 .add_local_info({"identity", {3}});
  ASSERT_NE(noted.find_local_info("identity"), nullptr);
  EXPECT_EQ(noted.find_local_info("identity")->data, (bytes{1}));
  EXPECT_EQ(noted.all_local_info().size(), 3u);
  noted = std::move(noted).clear_local_info("identity");
  EXPECT_EQ(noted.find_local_info("identity"), nullptr);
  EXPECT_NE(noted.find_local_info("other"), nullptr);
}

TEST(Message, LMS9_LocalInfoIsNotEncoded) {
  auto noted = sample().add_local_info({"identity", {1, 2, 3}});
  noted.count_local_step();
  EXPECT_EQ(encode_message(noted), encode_message(sample()));
  EXPECT_EQ(encode_bare_message(noted), encode_bare_message(sample()));
  const auto decoded = decode_message(shared_bytes::adopt(encode_message(noted))).value();
  EXPECT_TRUE(decoded.all_local_info().empty());
  EXPECT_EQ(decoded.local_steps(), 0u);
}

TEST(Message, LMS10_TracingContextMayBeMissing) {
  EXPECT_FALSE(sample().tracing_context());
  const auto decoded = decode_message(shared_hex("83808040")).value();
  EXPECT_FALSE(decoded.tracing_context());
}

TEST(Message, LMS10_TracingContextIsPassedOn) {
  const auto traced = sample().set_tracing_context(R"({"traceparent":"00-1"})");
  const auto decoded = decode_message(shared_bytes::adopt(encode_message(traced))).value();
  EXPECT_EQ(decoded.tracing_context(), R"({"traceparent":"00-1"})");
  EXPECT_EQ(decoded, traced);
}

TEST(Message, LMS10_ATracingContextThatIsNotUtf8IsRefused) {
  EXPECT_THROW(static_cast<void>(sample().set_tracing_context("\xff")), failure);
}

// -- values ------------------------------------------------------------------------------------------

TEST(Message, CopiesAreIndependent) {
  const auto original = sample();
  auto copy = original;
  copy = std::move(copy).step_forward("h1").value();
  EXPECT_EQ(original.onward_route().size(), 2u);
  EXPECT_EQ(copy.onward_route().size(), 1u);
  copy = std::move(copy).set_payload(shared_hex("00"));
  EXPECT_EQ(original.payload(), shared_hex("cafe"));
}

TEST(Message, AnEmptyMessageIsReadable) {
  const message nothing;
  EXPECT_TRUE(nothing.onward_route().empty());
  EXPECT_TRUE(nothing.return_route().empty());
  EXPECT_TRUE(nothing.payload().empty());
  EXPECT_EQ(nothing, (message{route{}, route{}}));
}

TEST(Message, EqualityIgnoresLocalParts) {
  auto a = sample();
  const auto b = sample().add_local_info({"x", {}});
  a.count_local_step();
  EXPECT_EQ(a, b);
  EXPECT_FALSE(a == sample().set_payload({}));
  EXPECT_FALSE(a == sample().set_tracing_context("{}"));
}

TEST(Message, CountsItsLocalSteps) {
  auto moved = sample();
  moved.count_local_step();
  moved.count_local_step();
  EXPECT_EQ(moved.local_steps(), 2u);
  moved.reset_local_steps();
  EXPECT_EQ(moved.local_steps(), 0u);
}

struct counted_credit final : inbound_credit {
  void take(std::size_t bytes) noexcept override { taken += bytes; }
  void give_back(std::size_t bytes) noexcept override { taken -= bytes; }
  std::size_t taken = 0;
};

TEST(Message, TheLastCopyReturnsTheCredit) {
  const auto credit = make_ref<counted_credit>();
  {
    auto first = sample();
    EXPECT_FALSE(first.holds_credit());
    first.hold(credit, 100);
    EXPECT_TRUE(first.holds_credit());
    const auto second = first;
    EXPECT_EQ(credit->taken, 100u) << "copies share";
    first = {};
    EXPECT_EQ(credit->taken, 100u);
    EXPECT_TRUE(second.holds_credit());
  }
  EXPECT_EQ(credit->taken, 0u);
}

TEST(Message, AModifiedCopyTakesItsOwnCredit) {
  const auto credit = make_ref<counted_credit>();
  {
    auto first = sample();
    first.hold(credit, 100);
    auto second = first;
    second = std::move(second).step_forward("h1").value();
    EXPECT_EQ(credit->taken, 200u);
    first = {};
    EXPECT_EQ(credit->taken, 100u);
    second.hold({}, 0);
    EXPECT_EQ(credit->taken, 0u);
  }
  EXPECT_EQ(credit->taken, 0u);
}

TEST(Message, PrintsOnOneLineAndEscaped) {
  const route hostile{address{transport_type::local, "a\nb\x1b"}};
  const auto text = to_string(message{hostile, hostile, shared_hex("cafe")});
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("2 bytes"), std::string::npos);
}

} // namespace
} // namespace ockam
