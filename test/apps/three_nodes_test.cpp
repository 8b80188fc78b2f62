#include "process.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <optional>
#include <regex>

using namespace std::chrono_literals;
using ockam::test::free_address;
using ockam::test::is_free;
using ockam::test::outcome;
using ockam::test::process;
using ockam::test::run;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

namespace {

constexpr auto responder_name = "04-routing-over-transport-two-hops-responder";
constexpr auto middle_name = "04-routing-over-transport-two-hops-middle";
constexpr auto initiator_name = "04-routing-over-transport-two-hops-initiator";
constexpr auto reply = "App Received: Hello Ockam!";

void expect_reply(const outcome& ended) {
  EXPECT_EQ(ended.status, 0) << testing::PrintToString(ended);
  EXPECT_THAT(ended.out, ElementsAre(reply));
  EXPECT_THAT(ended.err, IsEmpty());
}

void expect_clean_end(const outcome& ended) {
  EXPECT_EQ(ended.status, 0) << testing::PrintToString(ended);
  EXPECT_THAT(ended.err, IsEmpty());
  EXPECT_LT(ended.took, 2s);
}

// -- the tutorial ----------------------------------------------------------------------------------

TEST(ThreeNodes, FC39_TheRelayPassesRequestAndReply) {
  process responder{responder_name, {"127.0.0.1:0"}};
  process middle{middle_name, {responder.wait_until_listening(), "127.0.0.1:0"}};
  const auto address = middle.wait_until_listening();
  expect_reply(run(initiator_name, {address}));
  expect_reply(run(initiator_name, {address})); // and again, for another client

  expect_clean_end(middle.end_with(SIGTERM));
  const auto served = responder.end_with(SIGTERM);
  EXPECT_EQ(served.status, 0);
  EXPECT_EQ(std::ranges::count_if(served.out,
                                  [](const std::string& line) {
                                    return line.starts_with(
                                      "Address: 0#echoer, Received: onward_route: [0#echoer], ");
                                  }),
            2);
}

TEST(ThreeNodes, UseTheTutorialsPortsByDefault) {
  if (!is_free(4000) || !is_free(3000))
    GTEST_SKIP() << "port 3000 or 4000 is in use here";
  process responder{responder_name};
  EXPECT_EQ(responder.wait_until_listening(), "127.0.0.1:4000");
  process middle{middle_name};
  EXPECT_EQ(middle.wait_until_listening(), "127.0.0.1:3000");
  expect_reply(run(initiator_name));
}

TEST(ThreeNodes, FC48_ManyClientsThroughOneRelayAreAllAnswered) {
  process responder{responder_name, {"127.0.0.1:0"}};
  process middle{middle_name, {responder.wait_until_listening(), "127.0.0.1:0"}};
  const auto address = middle.wait_until_listening();
  std::vector<std::unique_ptr<process>> initiators;
  for (int i = 0; i < 8; ++i)
    initiators.push_back(
      std::make_unique<process>(initiator_name, std::vector<std::string>{address}));
  for (const auto& each : initiators)
    expect_reply(each->wait());
}

// -- the flow --------------------------------------------------------------------------------------

/// The steps in the output of a program, one string each: "from -> to [onward] [return]". Ports and
/// random addresses are replaced by the names given for them, then all other random ones by "random";
/// without names they keep their digits.
std::vector<std::string> steps(const std::vector<std::string>& lines,
                               const std::vector<std::pair<std::string, std::string>>& names = {}) {
  static const std::regex step{R"(  \d+\. (.*))"};
  static const std::regex either_route{R"(       (?:onward|return)_route: (.*))"};
  static const std::regex numbered{R"(random-\d+)"};
  static const std::regex unnamed{R"(random\([0-9a-f]{4}\.\.\.\))"};
  std::vector<std::string> found;
  for (const auto& line : lines) {
    std::smatch match;
    if (std::regex_match(line, match, step))
      found.push_back(match[1]);
    else if (std::regex_match(line, match, either_route) && !found.empty())
      found.back() += ' ' + match[1].str();
  }
  for (auto& each : found) {
    each = std::regex_replace(each, numbered, "random");
    for (const auto& [text, name] : names)
      for (std::size_t at = 0; !text.empty() && (at = each.find(text, at)) != std::string::npos;)
        each.replace(at, text.size(), name);
    if (!names.empty())
      each = std::regex_replace(each, unnamed, "random");
  }
  return found;
}

/// The first match of the only group.
std::string find(const std::vector<std::string>& lines, const std::string& expression) {
  const std::regex wanted{expression};
  for (const auto& each : lines) {
    std::smatch match;
    if (std::regex_match(each, match, wanted))
      return match[1];
  }
  ADD_FAILURE() << expression << " is not in " << testing::PrintToString(lines);
  return {};
}

TEST(ThreeNodes, ShowTheFlowThroughAllProcesses) {
  process responder{responder_name, {"127.0.0.1:0", "--flow"}};
  const auto responder_at = responder.wait_until_listening();
  process middle{middle_name, {responder_at, "127.0.0.1:0"}, {"OCKAM_FLOW=1"}};
  const auto middle_at = middle.wait_until_listening();
  const auto asked = run(initiator_name, {middle_at, "--flow"});
  EXPECT_EQ(asked.out.back(), reply);
  const auto relayed = middle.end_with(SIGTERM);
  const auto served = responder.end_with(SIGTERM);

  // Random addresses have the same four digits in each of the three.
  const auto random = std::string{R"((random\([0-9a-f]{4}\.\.\.\)))"};
  const auto initiator_steps = steps(asked.out);
  const auto app = find(initiator_steps, ".* -> wire to .* \\[" + random + "\\]");
  const auto to_middle = find(initiator_steps, random + " -> wire to .*");
  const auto middle_steps = steps(relayed.out);
  const auto from_initiator = find(middle_steps, "wire from .* -> " + random + " .*");
  const auto to_responder = find(middle_steps, "0#forward_to_responder -> " + random + " .*");
  const auto responder_steps = steps(served.out);
  const auto from_middle = find(responder_steps, "wire from .* -> " + random + " .*");
  const auto initiator_at = find(middle_steps, "wire from (127[.0-9]+:\\d+) -> .* \\[0#forward.*");
  const auto middle_client = find(responder_steps, "wire from (127[.0-9]+:\\d+) -> .*");
  const std::vector<std::pair<std::string, std::string>> names{
    {app, "APP"},
    {to_middle, "TO_MIDDLE"},
    {from_initiator, "FROM_INITIATOR"},
    {to_responder, "TO_RESPONDER"},
    {from_middle, "FROM_MIDDLE"},
    {middle_at, "MIDDLE"},
    {responder_at, "RESPONDER"},
    {initiator_at, "INITIATOR"},
    {middle_client, "MIDDLE"},
  };

  // The writer may be quicker than the line about it, hence in any order.
  EXPECT_THAT(steps(asked.out, names),
              testing::UnorderedElementsAre(
                "APP -> TO_MIDDLE [TO_MIDDLE => 0#forward_to_responder => 0#echoer] [APP]",
                "TO_MIDDLE -> wire to MIDDLE [0#forward_to_responder => 0#echoer] [APP]",
                "wire from MIDDLE -> TO_MIDDLE [APP] [TO_RESPONDER => 0#echoer]",
                "random -> APP [APP] [TO_MIDDLE => TO_RESPONDER => 0#echoer]"));
  EXPECT_THAT(
    steps(relayed.out, names),
    ElementsAre(
      "wire from INITIATOR -> FROM_INITIATOR [0#forward_to_responder => 0#echoer] [APP]",
      "random -> 0#forward_to_responder [0#forward_to_responder => 0#echoer] [FROM_INITIATOR => "
      "APP]",
      "0#forward_to_responder -> TO_RESPONDER [TO_RESPONDER => 0#echoer] [FROM_INITIATOR => APP]",
      "TO_RESPONDER -> wire to RESPONDER [0#echoer] [FROM_INITIATOR => APP]",
      "wire from RESPONDER -> TO_RESPONDER [FROM_INITIATOR => APP] [0#echoer]",
      "random -> FROM_INITIATOR [FROM_INITIATOR => APP] [TO_RESPONDER => 0#echoer]",
      "FROM_INITIATOR -> wire to INITIATOR [APP] [TO_RESPONDER => 0#echoer]"));
  EXPECT_THAT(
    steps(served.out, names),
    ElementsAre("wire from MIDDLE -> FROM_MIDDLE [0#echoer] [FROM_INITIATOR => APP]",
                "random -> 0#echoer [0#echoer] [FROM_MIDDLE => FROM_INITIATOR => APP]",
                "0#echoer -> FROM_MIDDLE [FROM_MIDDLE => FROM_INITIATOR => APP] [0#echoer]",
                "FROM_MIDDLE -> wire to MIDDLE [FROM_INITIATOR => APP] [0#echoer]"));
}

// -- the order of starting -------------------------------------------------------------------------

TEST(ThreeNodes, TheMiddleWaitsForAResponderThatStartsLater) {
  const auto later = free_address();
  process middle{middle_name, {later, "127.0.0.1:0"}};
  EXPECT_FALSE(middle.find_line("Listening on ", 300ms));
  process responder{responder_name, {later}};
  responder.wait_until_listening();
  expect_reply(run(initiator_name, {middle.wait_until_listening()}));
}

TEST(ThreeNodes, TheMiddleConnectsAgainToAResponderThatWasStartedAgain) {
  std::optional<process> responder{std::in_place, responder_name,
                                   std::vector<std::string>{"127.0.0.1:0"}};
  const auto at = responder->wait_until_listening();
  process middle{middle_name, {at, "127.0.0.1:0"}};
  const auto address = middle.wait_until_listening();
  expect_reply(run(initiator_name, {address}));
  for (const int signal : {SIGTERM, SIGKILL}) {
    responder->end_with(signal);
    responder.emplace(responder_name, std::vector<std::string>{at});
    responder->wait_until_listening();
    expect_reply(run(initiator_name, {address}));
  }
}

TEST(ThreeNodes, TheMiddleGivesUpAfterTenSeconds) {
  const auto unused = free_address();
  const auto ended = run(middle_name, {unused, "127.0.0.1:0"});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.out, IsEmpty());
  EXPECT_THAT(ended.err, ElementsAre(AllOf(StartsWith(std::string{middle_name} + ": "),
                                           HasSubstr("Connection refused"), HasSubstr(unused),
                                           HasSubstr("start the other node first"))));
  EXPECT_GT(ended.took, 9s);
  EXPECT_LT(ended.took, 13s);
}

TEST(ThreeNodes, AnInitiatorWithoutMiddleSaysWhatToStart) {
  const auto unused = free_address();
  const auto ended = run(initiator_name, {unused});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.out, IsEmpty());
  EXPECT_THAT(ended.err, ElementsAre(AllOf(StartsWith(std::string{initiator_name} + ": "),
                                           HasSubstr("Connection refused"), HasSubstr(unused))));
}

TEST(ThreeNodes, TheMiddleNamesItsPortInUse) {
  process responder{responder_name, {"127.0.0.1:0"}};
  const auto address = responder.wait_until_listening();
  const auto ended = run(middle_name, {address, address});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.err,
              ElementsAre(AllOf(HasSubstr("Address already in use"), HasSubstr(address))));
}

TEST(ThreeNodes, TheMiddleNamesAMalformedArgument) {
  const auto ended = run(middle_name, {"nowhere", "127.0.0.1:0"});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.err, ElementsAre(HasSubstr("\"nowhere\" is no place to connect to")));
}

// -- signals ---------------------------------------------------------------------------------------

TEST(ThreeNodes, SignalsEndTheMiddleWhileItStillTriesToConnect) {
  for (const int signal : {SIGINT, SIGTERM}) {
    process middle{middle_name, {free_address(), "127.0.0.1:0"}};
    middle.wait_until_signals_are_blocked();
    EXPECT_FALSE(middle.find_line("Listening on ", 200ms)); // it tries again by now
    const auto ended = middle.end_with(signal);
    expect_clean_end(ended);
    EXPECT_THAT(ended.out, IsEmpty());
  }
}

TEST(ThreeNodes, SignalsEndTheMiddleWhileBothSidesAreConnected) {
  process responder{responder_name, {"127.0.0.1:0"}};
  process middle{middle_name, {responder.wait_until_listening(), "127.0.0.1:0"}};
  const auto address = middle.wait_until_listening();
  process client{middle_name, {address, "127.0.0.1:0"}}; // connects and stays
  client.wait_until_listening();
  expect_clean_end(middle.end_with(SIGINT));
  EXPECT_EQ(client.end_with(SIGTERM).status, 0);
  expect_clean_end(responder.end_with(SIGTERM));
}

} // namespace
