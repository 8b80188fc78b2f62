#include "error_of.hpp"
#include "test_node.hpp"

#include "ockam/actors/service_ref.hpp"
#include "ockam/actors/workers.hpp"

namespace ockam::test {
namespace {

using ServiceRef = node_test;
using text_ref = service_ref<std::string, std::string>;

TEST_F(ServiceRef, SRV6_AThreadAsksAlongARouteWithTypes) {
  node.start_worker("hop", hop{});
  node.start_worker("uppercase", uppercase{});
  const text_ref shout{node, {"hop", "uppercase"}};
  EXPECT_EQ(shout.ask("hello"), "HELLO");
  EXPECT_EQ(shout.route(), (route{"hop", "uppercase"}));
}

TEST_F(ServiceRef, SRV6_AWorkerAsksAndHandlesTheReply) {
  node.start_worker("uppercase", uppercase{});
  const journal replies;
  node.start_worker("caller", [=, shout = text_ref{node, "uppercase"}](
                                context& ctx, const routed<std::string>& received) {
    return shout.ask(ctx, received.body(), [=](const result<std::string>& reply) {
      replies.write(reply.value_or("none"));
    });
  });
  node.send("caller", "hello");
  EXPECT_EQ(replies.wait_for(1), (lines{"HELLO"}));
}

TEST_F(ServiceRef, SRV6_ErrorsAreThoseOfARequest) {
  EXPECT_EQ(error_of(text_ref{node, "nowhere"}.ask("?")), errc::not_found);
  node.start_worker("silent", recorder{});
  const text_ref silent{node, "silent", {.timeout = 20ms}};
  EXPECT_EQ(error_of(silent.ask("?")), errc::timeout);
  node.start_worker("odd", [](context& ctx, const routed<std::string>& received) {
    return ctx.send(received.return_route(), std::uint8_t{200});
  });
  EXPECT_EQ(error_of(text_ref{node, "odd"}.ask("?")), errc::truncated);
}

TEST_F(ServiceRef, SRV6_SRV7_ItsOptionsHoldForEachRequest) {
  node.start_worker("second_time", [asked = 0](context& ctx,
                                               const routed<std::string>& received) mutable {
    return ++asked % 2 == 0 ? ctx.send(received.return_route(), received.body()) : result<void>{};
  });
  const text_ref patient{
    node, "second_time", {.timeout = 50ms, .retry = {.attempts = 2, .first = 1ms}}};
  EXPECT_EQ(patient.ask("a"), "a");
  EXPECT_EQ(patient.ask("b"), "b");
}

} // namespace
} // namespace ockam::test
