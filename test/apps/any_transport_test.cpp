#include "process.hpp"
#include "temporary_directory.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <list>
#include <optional>
#include <tuple>

using namespace std::chrono_literals;
using ockam::test::outcome;
using ockam::test::process;
using ockam::test::run;
using ockam::test::temporary_directory;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

constexpr auto responder_name = "05-any-transport-responder";
constexpr auto middle_name = "05-any-transport-middle";
constexpr auto initiator_name = "05-any-transport-initiator";

/// Transports by name, and a place of each to listen at.
class AnyTransport : public testing::Test {
protected:
  std::string fresh_place(const std::string& transport) {
    if (transport == "uds")
      return "/unix" + (directory_ / std::to_string(++places_)).string();
    const std::string any_port = "/ip4/127.0.0.1/" + std::string{transport == "udp" ? "udp" : "tcp"}
                                 + "/0";
    return transport == "ws" ? any_port + "/ws" : any_port;
  }

  /// A message and its answer, through a process between each two of the transports.
  void expect_answer_over(const std::vector<std::string>& transports) {
    std::list<process> servers;
    std::string next;
    std::string workers = "/service/echoer";
    for (auto each = transports.rbegin(); each != transports.rend(); ++each) {
      const auto place = fresh_place(*each);
      if (servers.empty()) {
        servers.emplace_back(responder_name, std::vector{place});
      } else {
        servers.emplace_back(middle_name, std::vector{next, place});
        workers = "/service/forward" + workers;
      }
      next = servers.back().wait_until_listening();
    }
    for (int i = 0; i < 2; ++i) { // and again, for another client
      const auto asked = run(initiator_name, {next + workers});
      EXPECT_EQ(asked.status, 0) << testing::PrintToString(asked);
      EXPECT_THAT(asked.out, ElementsAre("App Received: Hello Ockam!"));
      EXPECT_THAT(asked.err, IsEmpty());
    }
    for (; !servers.empty(); servers.pop_back()) { // clients first
      const auto ended = servers.back().end_with(SIGTERM);
      EXPECT_EQ(ended.status, 0) << testing::PrintToString(ended);
      EXPECT_LT(ended.took, 2s);
    }
  }

private:
  const temporary_directory directory_;
  int places_ = 0;
};

TEST_F(AnyTransport, FC39_ARouteCrossesTcpUdpWebSocketAndUnixSockets) {
#ifdef OCKAM_HAVE_WEBSOCKET
  expect_answer_over({"tcp", "udp", "ws", "uds", "tcp"});
#else
  expect_answer_over({"tcp", "udp", "uds", "tcp"});
#endif
}

using pair_of_transports = std::tuple<std::string, std::string>;

class BetweenTwoTransports : public AnyTransport,
                             public testing::WithParamInterface<pair_of_transports> {};

TEST_P(BetweenTwoTransports, FC39_ARelayPassesRequestAndReply) {
  const auto& [in, out] = GetParam();
  expect_answer_over({in, out});
}

const auto all = testing::Values("tcp", "udp", "uds"
#ifdef OCKAM_HAVE_WEBSOCKET
                                 ,
                                 "ws"
#endif
);

INSTANTIATE_TEST_SUITE_P(All, BetweenTwoTransports, testing::Combine(all, all),
                         [](const auto& info) {
                           return std::get<0>(info.param) + "_to_" + std::get<1>(info.param);
                         });

class ToARestartedNode : public AnyTransport, public testing::WithParamInterface<std::string> {};

INSTANTIATE_TEST_SUITE_P(All, ToARestartedNode, testing::Values("tcp", "uds"),
                         [](const auto& info) { return info.param; });

TEST_P(ToARestartedNode, TheMiddleConnectsAgain) {
  std::optional<process> responder{std::in_place, responder_name,
                                   std::vector{fresh_place(GetParam())}};
  const auto at = responder->wait_until_listening();
  process middle{middle_name, {at, fresh_place("tcp")}};
  const auto through_middle = middle.wait_until_listening() + "/service/forward/service/echoer";
  for (const int signal : {SIGTERM, SIGKILL}) {
    responder->end_with(signal);
    responder.emplace(responder_name, std::vector{at});
    responder->wait_until_listening();
    const auto asked = run(initiator_name, {through_middle});
    EXPECT_EQ(asked.status, 0) << testing::PrintToString(asked);
    EXPECT_THAT(asked.out, ElementsAre("App Received: Hello Ockam!"));
  }
}

TEST(AnyTransportPrograms, SayWhatIsWrongWithAMultiAddr) {
  for (const auto* program : {responder_name, initiator_name}) {
    const auto ended = run(program, {"/ip4/127.0.0.1/tpc/4000"});
    EXPECT_EQ(ended.status, 1);
    ASSERT_EQ(ended.err.size(), 1u);
    EXPECT_NE(ended.err.front().find("tpc"), std::string::npos) << ended.err.front();
  }
  const auto nowhere = run(responder_name, {"/service/echoer"});
  EXPECT_EQ(nowhere.status, 1);
  EXPECT_NE(nowhere.err.at(0).find("no place to listen at"), std::string::npos);
}

} // namespace
