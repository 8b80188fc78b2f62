#include "process.hpp"

#include <gmock/gmock.h>

using ockam::test::run;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

/// What a worker of the tutorial prints about a message with "Hello Ockam!".
std::string received(const std::string& address, const std::string& onward,
                     const std::string& back) {
  return "Address: 0#" + address + ", Received: onward_route: [" + onward + "], return_route: ["
         + back + "], payload: 13 bytes";
}

constexpr auto reply = "App Received: Hello Ockam!";

TEST(Routing, NOD4_AnOrdinaryMainSendsThroughAHopAndReceivesTheReply) {
  const auto ended = run("03-routing");
  EXPECT_EQ(ended.status, 0);
  EXPECT_THAT(ended.err, IsEmpty());
  EXPECT_THAT(ended.out, ElementsAre(received("h1", "0#h1 => 0#echoer", "0#app"),
                                     received("echoer", "0#echoer", "0#h1 => 0#app"),
                                     received("h1", "0#h1 => 0#app", "0#echoer"), reply));
}

TEST(Routing, LMS7_EveryHopStepsOverItsOwnAddress) {
  const auto ended = run("03-routing-many-hops");
  EXPECT_EQ(ended.status, 0);
  EXPECT_THAT(ended.err, IsEmpty());
  EXPECT_THAT(ended.out,
              ElementsAre(received("h1", "0#h1 => 0#h2 => 0#h3 => 0#echoer", "0#app"),
                          received("h2", "0#h2 => 0#h3 => 0#echoer", "0#h1 => 0#app"),
                          received("h3", "0#h3 => 0#echoer", "0#h2 => 0#h1 => 0#app"),
                          received("echoer", "0#echoer", "0#h3 => 0#h2 => 0#h1 => 0#app"),
                          received("h3", "0#h3 => 0#h2 => 0#h1 => 0#app", "0#echoer"),
                          received("h2", "0#h2 => 0#h1 => 0#app", "0#h3 => 0#echoer"),
                          received("h1", "0#h1 => 0#app", "0#h2 => 0#h3 => 0#echoer"), reply));
}

std::vector<std::string> flow_of_one_node() {
  return {
    "  1. 0#app -> 0#h1",
    "       onward_route: [0#h1 => 0#echoer]",
    "       return_route: [0#app]",
    received("h1", "0#h1 => 0#echoer", "0#app"),
    "  2. 0#h1 -> 0#echoer",
    "       onward_route: [0#echoer]",
    "       return_route: [0#h1 => 0#app]",
    received("echoer", "0#echoer", "0#h1 => 0#app"),
    "  3. 0#echoer -> 0#h1",
    "       onward_route: [0#h1 => 0#app]",
    "       return_route: [0#echoer]",
    received("h1", "0#h1 => 0#app", "0#echoer"),
    "  4. 0#h1 -> 0#app",
    "       onward_route: [0#app]",
    "       return_route: [0#h1 => 0#echoer]",
    reply,
  };
}

TEST(Routing, ShowsTheFlowWhenAskedByOption) {
  const auto ended = run("03-routing", {"--flow"});
  EXPECT_EQ(ended.status, 0);
  EXPECT_EQ(ended.out, flow_of_one_node());
}

TEST(Routing, ShowsTheFlowWhenAskedByEnvironment) {
  EXPECT_EQ(run("03-routing", {}, {"OCKAM_FLOW=1"}).out, flow_of_one_node());
}

TEST(Routing, ShowsNoFlowWhenTheEnvironmentSaysNo) {
  EXPECT_EQ(run("03-routing", {}, {"OCKAM_FLOW=0"}).out.size(), 4u);
  EXPECT_EQ(run("03-routing", {}, {"OCKAM_FLOW="}).out.size(), 4u);
}

} // namespace
