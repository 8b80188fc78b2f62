#include "process.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <memory>

using namespace std::chrono_literals;
using ockam::test::free_address;
using ockam::test::is_free;
using ockam::test::outcome;
using ockam::test::process;
using ockam::test::run;
using ockam::test::silent_listener;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::StartsWith;

namespace {

constexpr auto responder_name = "04-routing-over-transport-responder";
constexpr auto initiator_name = "04-routing-over-transport-initiator";

void expect_reply(const outcome& ended) {
  EXPECT_EQ(ended.status, 0) << testing::PrintToString(ended);
  EXPECT_THAT(ended.out, ElementsAre("App Received: Hello Ockam!"));
  EXPECT_THAT(ended.err, IsEmpty());
}

/// Status 1, nothing on stdout, one line on stderr: the program, then `parts`.
template <class... Parts>
void expect_one_line(const outcome& ended, const std::string& program, Parts... parts) {
  EXPECT_EQ(ended.status, 1) << testing::PrintToString(ended);
  EXPECT_THAT(ended.out, IsEmpty());
  EXPECT_THAT(ended.err, ElementsAre(AllOf(StartsWith(program + ": "), HasSubstr(parts)...)));
}

void expect_clean_end(const outcome& ended) {
  EXPECT_EQ(ended.status, 0) << testing::PrintToString(ended);
  EXPECT_THAT(ended.err, IsEmpty());
  EXPECT_LT(ended.took, 2s);
}

// -- the tutorial ----------------------------------------------------------------------------------

TEST(TwoNodes, FC1_TCP7_TheEchoerAnswersOverTcpOnAFreePort) {
  process responder{responder_name, {"127.0.0.1:0"}};
  const auto address = responder.wait_until_listening();
  expect_reply(run(initiator_name, {address}));
  const auto ended = responder.end_with(SIGTERM);
  expect_clean_end(ended);
  EXPECT_THAT(ended.out,
              ElementsAre("Listening on " + address,
                          MatchesRegex("Address: 0#echoer, Received: onward_route: \\[0#echoer\\], "
                                       "return_route: \\[0#[0-9a-f]{32} => 0#[0-9a-f]{32}\\+e1\\], "
                                       "payload: 13 bytes")));
}

TEST(TwoNodes, UseTheTutorialsPortByDefault) {
  if (!is_free(4000))
    GTEST_SKIP() << "port 4000 is in use here";
  process responder{responder_name};
  EXPECT_EQ(responder.wait_until_listening(), "127.0.0.1:4000");
  expect_reply(run(initiator_name));
}

TEST(TwoNodes, TCP12_APortAloneMeansLoopback) {
  process responder{responder_name, {"127.0.0.1:0"}};
  const auto address = responder.wait_until_listening();
  const auto port = address.substr(address.find(':') + 1);
  expect_reply(run(initiator_name, {port}));
  expect_reply(run(initiator_name, {':' + port}));
  expect_reply(run(initiator_name, {"localhost:" + port}));
}

TEST(TwoNodes, FC9_ManyClientsOfOneResponderAreAllAnswered) {
  process responder{responder_name, {"127.0.0.1:0"}};
  const auto address = responder.wait_until_listening();
  std::vector<std::unique_ptr<process>> initiators;
  for (int i = 0; i < 8; ++i)
    initiators.push_back(
      std::make_unique<process>(initiator_name, std::vector<std::string>{address}));
  for (const auto& each : initiators)
    expect_reply(each->wait());
}

TEST(TwoNodes, ShowTheFlowOverTheWire) {
  process responder{responder_name, {"127.0.0.1:0", "--flow"}};
  const auto address = responder.wait_until_listening();
  const auto asked = run(initiator_name, {address}, {"OCKAM_FLOW=1"});
  EXPECT_EQ(asked.status, 0);
  const auto shown = testing::PrintToString(asked);
  EXPECT_THAT(shown, HasSubstr(") -> wire to " + address + "\n       onward_route: [0#echoer]\n"));
  EXPECT_THAT(shown, HasSubstr(". wire from " + address + " -> random-"));
  EXPECT_THAT(shown, HasSubstr("       return_route: [0#echoer]\n"));
  EXPECT_THAT(shown, HasSubstr("App Received: Hello Ockam!\n"));

  responder.wait_for_line("Address: 0#echoer");
  const auto served = responder.end_with(SIGTERM);
  const auto echoed = testing::PrintToString(served);
  EXPECT_THAT(echoed, HasSubstr("  1. wire from 127.0.0.1:"));
  EXPECT_THAT(echoed, HasSubstr(" -> 0#echoer\n       onward_route: [0#echoer]\n"));
  EXPECT_THAT(echoed, HasSubstr("  3. 0#echoer -> random-1("));
  EXPECT_THAT(echoed, HasSubstr(") -> wire to 127.0.0.1:"));
}

// -- what goes wrong -------------------------------------------------------------------------------

TEST(TwoNodes, TCP15_AnInitiatorWithoutResponderSaysWhatToStart) {
  const auto address = free_address();
  const auto ended = run(initiator_name, {address});
  expect_one_line(ended, initiator_name, "Connection refused", address,
                  "start the other node first");
}

TEST(TwoNodes, AKilledResponderIsMissedAtOnce) {
  process responder{responder_name, {"127.0.0.1:0"}};
  const auto address = responder.wait_until_listening();
  expect_reply(run(initiator_name, {address}));
  EXPECT_EQ(responder.end_with(SIGKILL).signal, SIGKILL);
  expect_one_line(run(initiator_name, {address}), initiator_name, "Connection refused", address);
  process successor{responder_name, {address}};
  successor.wait_until_listening();
  expect_reply(run(initiator_name, {address}));
}

TEST(TwoNodes, TCP8_APortInUseIsNamed) {
  process responder{responder_name, {"127.0.0.1:0"}};
  const auto address = responder.wait_until_listening();
  expect_one_line(run(responder_name, {address}), responder_name, "Address already in use", address,
                  "choose another port");
}

TEST(TwoNodes, TCP8_AnAddressOfAnotherHostIsNamed) {
  expect_one_line(run(responder_name, {"192.0.2.1:4000"}), responder_name,
                  "Cannot assign requested address", "192.0.2.1:4000", "no such address");
}

TEST(TwoNodes, TCP7_ListeningNeedsANumericAddressAndAPort) {
  for (const std::string text : {"localhost:4000", "127.0.0.1", "127.0.0.1:99999", "nonsense", ""})
    expect_one_line(run(responder_name, {text}), responder_name, "invalid_value", '"' + text + '"',
                    "write an address in numbers");
  expect_one_line(run(responder_name, {"4000"}), responder_name, "write 127.0.0.1:4000");
}

TEST(TwoNodes, TCP12_AMalformedPeerIsNamed) {
  for (const std::string text :
       {"127.0.0.1", "127.0.0.1:99999", "localhost:", "x-:1", "[::1:4000", "a b:1", "host:-1", ""})
    expect_one_line(run(initiator_name, {text}), initiator_name, "invalid_value", '"' + text + '"',
                    "write HOST:PORT");
}

TEST(TwoNodes, ANameThatDoesNotResolveIsNamed) { // names below .invalid never exist
  expect_one_line(run(initiator_name, {"responder.invalid:4000"}), initiator_name,
                  "responder.invalid", "check the name");
}

TEST(TwoNodes, TCP14_ConnectingToAHostThatDoesNotAnswerEndsAfterFiveSeconds) {
  const silent_listener silent{silent_listener::room::none};
  const auto ended = run(initiator_name, {silent.address()});
  expect_one_line(ended, initiator_name, "timeout", silent.address(), "5000 ms (connect-timeout)",
                  "check host, port and firewall");
  EXPECT_GT(ended.took, 4s);
  EXPECT_LT(ended.took, 8s);
}

// -- signals ---------------------------------------------------------------------------------------

TEST(TwoNodes, SignalsEndTheResponderInOrder) {
  for (const int signal : {SIGINT, SIGTERM}) {
    process responder{responder_name, {"127.0.0.1:0"}};
    responder.wait_until_listening();
    expect_clean_end(responder.end_with(signal));
  }
}

TEST(TwoNodes, ASignalEndsTheResponderWhileClientsAreConnected) {
  process responder{responder_name, {"127.0.0.1:0", "--flow"}};
  const auto address = responder.wait_until_listening();
  process middle{"04-routing-over-transport-two-hops-middle", {address, "127.0.0.1:0"}};
  middle.wait_until_listening(); // its connection stays
  expect_reply(run(initiator_name, {address}));
  expect_clean_end(responder.end_with(SIGTERM));
  EXPECT_EQ(middle.end_with(SIGTERM).status, 0);
}

TEST(TwoNodes, ASignalEndsAnInitiatorThatWaits) {
  const silent_listener silent;
  process initiator{initiator_name, {silent.address(), "--flow"}};
  initiator.wait_for_line("  2. "); // it has sent, and waits for the reply
  const auto ended = initiator.end_with(SIGINT);
  EXPECT_EQ(ended.signal, SIGINT) << testing::PrintToString(ended); // as scripts expect it
  EXPECT_LT(ended.took, 2s);
}

} // namespace
