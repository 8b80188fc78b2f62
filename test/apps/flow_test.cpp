#include "process.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <fstream>

using ockam::test::process;
using ockam::test::run;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

namespace {

using lines = std::vector<std::string>;

/// Files of one test.
class Flow : public testing::Test {
protected:
  Flow() { std::filesystem::create_directories(folder_); }
  ~Flow() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder_ / name).string();
  }

  std::string file(const std::string& name, const lines& content) const {
    std::ofstream out{path(name)};
    for (const auto& line : content)
      out << line << "\n";
    return path(name);
  }

private:
  const std::filesystem::path folder_
    = std::filesystem::path{testing::TempDir()}
      / ("flow_" + std::to_string(::getpid()) + "_"
         + testing::UnitTest::GetInstance()->current_test_info()->name());
};

/// A line of a flow file; the routes are JSON.
std::string step(const std::string& what, const std::string& from, const std::string& to,
                 const std::string& onward, const std::string& back) {
  return R"({"step":")" + what + R"(","from":")" + from + R"(","to":")" + to
         + R"(","onward_route":)" + onward + R"(,"return_route":)" + back
         + R"(,"payload_bytes":13,"content":"0123456789abcdef"})";
}

std::string random_address(char digit) {
  return "0#" + std::string(32, digit);
}

// -- one process -----------------------------------------------------------------------------------

TEST_F(Flow, IsAMermaidDiagramAndNothingElseOnStdout) {
  const lines diagram{"sequenceDiagram",
                      "  participant p1 as app",
                      "  participant p2 as h1",
                      "  participant p3 as echoer",
                      "  p1->>p2: onward_route: [h1 => echoer]<br/>return_route: [app]",
                      "  p2->>p3: onward_route: [echoer]<br/>return_route: [h1 => app]",
                      "  p3->>p2: onward_route: [h1 => app]<br/>return_route: [echoer]",
                      "  p2->>p1: onward_route: [app]<br/>return_route: [h1 => echoer]"};
  const auto ended = run("03-routing", {"--flow=mermaid"});
  EXPECT_EQ(ended.status, 0);
  EXPECT_EQ(ended.out, diagram);
  EXPECT_THAT(ended.err, Contains("App Received: Hello Ockam!"));
  EXPECT_EQ(run("03-routing", {}, {"OCKAM_FLOW=mermaid"}).out, diagram);
}

TEST_F(Flow, IsAnSvgDocumentAndNothingElseOnStdout) {
  const auto ended = run("03-routing", {"--flow=svg"});
  EXPECT_EQ(ended.status, 0);
  ASSERT_FALSE(ended.out.empty());
  EXPECT_THAT(ended.out.front(), StartsWith("<svg xmlns="));
  EXPECT_EQ(ended.out.back(), "</svg>");
  EXPECT_THAT(ended.out, Contains(HasSubstr(">onward_route: [h1 =&gt; echoer]</text>")));
  EXPECT_THAT(ended.err, Contains("App Received: Hello Ockam!"));
}

TEST_F(Flow, IsDrawnAlsoWhenTheProgramFails) {
  const auto address = ockam::test::free_address();
  const auto ended = run("04-routing-over-transport-initiator", {address, "--flow=mermaid"});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.out, ElementsAre("sequenceDiagram"));
  EXPECT_THAT(ended.err, ElementsAre(HasSubstr("Connection refused")));
}

TEST_F(Flow, HasNoOtherForm) {
  const auto refused = ElementsAre(
    "03-routing: pdf is no form of a message flow (--flow, OCKAM_FLOW): try text, mermaid or svg");
  for (const auto& ended :
       {run("03-routing", {"--flow=pdf"}), run("03-routing", {}, {"OCKAM_FLOW=pdf"})}) {
    EXPECT_EQ(ended.status, 2);
    EXPECT_THAT(ended.out, IsEmpty());
    EXPECT_THAT(ended.err, refused);
  }
}

TEST_F(Flow, IsWrittenToAFileBesideTheText) {
  const auto ended = run("03-routing", {"--flow", "--flow-file", path("app.flow")});
  EXPECT_EQ(ended.out.size(), 16u);
  const auto merged = run("flow-merge", {"--mermaid", path("app.flow")});
  EXPECT_THAT(merged.out, Contains("  box app"));
  EXPECT_THAT(merged.out,
              Contains("  p3->>p2: onward_route: [h1 => app]<br/>return_route: [echoer]"));
}

TEST_F(Flow, AFileThatCannotBeWrittenIsNamed) {
  const auto ended = run("03-routing", {"--flow-file", path("no/such/folder")});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.out, IsEmpty());
  EXPECT_THAT(ended.err, ElementsAre(AllOf(StartsWith("03-routing: cannot write the flow file "),
                                           HasSubstr("no/such/folder: No such file"))));
}

// -- several processes -----------------------------------------------------------------------------

TEST_F(Flow, IsMergedThroughThreeProcesses) {
  process responder{"04-routing-over-transport-two-hops-responder",
                    {"127.0.0.1:0", "--flow-file", path("responder.flow")}};
  process middle{"04-routing-over-transport-two-hops-middle",
                 {responder.wait_until_listening(), "127.0.0.1:0", "--flow-file",
                  path("middle.flow")}};
  const auto asked = run("04-routing-over-transport-two-hops-initiator",
                         {middle.wait_until_listening(), "--flow-file", path("initiator.flow")});
  EXPECT_EQ(asked.status, 0);
  EXPECT_EQ(middle.end_with(SIGTERM).status, 0);
  EXPECT_EQ(responder.end_with(SIGTERM).status, 0);

  const auto merged = run("flow-merge", {"--mermaid", path("initiator.flow"), path("middle.flow"),
                                         path("responder.flow")});
  EXPECT_EQ(merged.status, 0);
  EXPECT_THAT(
    merged.out,
    ElementsAre(
      "sequenceDiagram", "  box initiator", "  participant p1 as r1", "  participant p2 as c1",
      "  end", "  box middle", "  participant p3 as c2", "  participant p4 as forward_to_responder",
      "  participant p5 as c3", "  end", "  box responder", "  participant p6 as c4",
      "  participant p7 as echoer", "  end",
      "  p1->>p2: onward_route: [c1 => forward_to_responder => echoer]<br/>return_route: [r1]",
      "  p2-)p3: onward_route: [forward_to_responder => echoer]<br/>return_route: [r1]",
      "  p3->>p4: onward_route: [forward_to_responder => echoer]<br/>return_route: [c2 => r1]",
      "  p4->>p5: onward_route: [c3 => echoer]<br/>return_route: [c2 => r1]",
      "  p5-)p6: onward_route: [echoer]<br/>return_route: [c2 => r1]",
      "  p6->>p7: onward_route: [echoer]<br/>return_route: [c4 => c2 => r1]",
      "  p7->>p6: onward_route: [c4 => c2 => r1]<br/>return_route: [echoer]",
      "  p6-)p5: onward_route: [c2 => r1]<br/>return_route: [echoer]",
      "  p5->>p3: onward_route: [c2 => r1]<br/>return_route: [c3 => echoer]",
      "  p3-)p2: onward_route: [r1]<br/>return_route: [c3 => echoer]",
      "  p2->>p1: onward_route: [r1]<br/>return_route: [c1 => c3 => echoer]"));
}

/// Two clients send what looks the same; each gets its own answer.
TEST_F(Flow, EqualMessagesStayWithTheConnectionTheyBeganWith) {
  const auto a = random_address('a');
  const auto b = random_address('b');
  const auto x = random_address('1');
  const auto y = random_address('2');
  const auto request = [](const std::string& connection) {
    return step("write", connection, "server:1", R"(["0#echoer"])", R"(["0#app"])");
  };
  const auto answer = [](const std::string& what, const std::string& connection) {
    return step(what, connection, "peer", R"(["0#app"])", R"(["0#echoer"])");
  };
  const auto got = [](const std::string& connection) {
    return step("read", connection, "client:9", R"(["0#echoer"])", R"(["0#app"])");
  };
  const auto merged
    = run("flow-merge",
          {"--mermaid", "one=" + file("1", {request(a), answer("read", a)}),
           "two=" + file("2", {request(b), answer("read", b)}),
           "server=" + file("3", {got(x), got(y), answer("write", y), answer("write", x)})});
  EXPECT_EQ(merged.status, 0);
  EXPECT_THAT(merged.out,
              ElementsAre("sequenceDiagram", "  box one", "  participant p1 as c1", "  end",
                          "  box two", "  participant p2 as c3", "  end", "  box server",
                          "  participant p3 as c2", "  participant p4 as c4", "  end",
                          "  p1-)p3: onward_route: [echoer]<br/>return_route: [app]",
                          "  p2-)p4: onward_route: [echoer]<br/>return_route: [app]",
                          "  p4-)p2: onward_route: [app]<br/>return_route: [echoer]",
                          "  p3-)p1: onward_route: [app]<br/>return_route: [echoer]"));
}

TEST_F(Flow, WhatWasNotReadGoesToThePeer) {
  const auto c = random_address('c');
  const auto merged = run(
    "flow-merge",
    {"--mermaid", "n="
                    + file("n", {step("write", c, "10.0.0.1:4000", R"(["0#x"])", R"(["0#y"])"),
                                 step("read", c, "10.0.0.1:4000", R"(["0#y"])", "[]")})});
  EXPECT_THAT(merged.out, ElementsAre("sequenceDiagram", "  box n", "  participant p1 as c1",
                                      "  end", "  participant p2 as 10.0.0.1#58;4000",
                                      "  p1-)p2: onward_route: [x]<br/>return_route: [y]",
                                      "  p2-)p1: onward_route: [y]<br/>return_route: []"));
}

TEST_F(Flow, ADropIsDrawnBesideWhereTheMessageCameFrom) {
  const auto name = file("n",
                         {step("drop", "", "unknown_address", R"(["0#no<body"])", R"(["0#app"])")});
  EXPECT_THAT(run("flow-merge", {"--mermaid", name}).out,
              Contains("  Note over p1: dropped, unknown_address<br/>onward_route: [no#lt;body]"
                       "<br/>return_route: [app]"));
  EXPECT_THAT(run("flow-merge", {name}).out,
              AllOf(Contains(HasSubstr(">dropped: unknown_address</text>")),
                    Contains(HasSubstr(">onward_route: [no&lt;body]</text>"))));
}

TEST_F(Flow, FilesThatContradictEachOtherAreDrawnAllTheSame) {
  const auto a = random_address('a');
  const auto b = random_address('b');
  const auto ping = [](const std::string& what, const std::string& connection) {
    return step(what, connection, "p", R"(["0#ping"])", "[]");
  };
  const auto pong = [](const std::string& what, const std::string& connection) {
    return step(what, connection, "p", R"(["0#pong"])", "[]");
  };
  const auto merged = run("flow-merge",
                          {"--mermaid", file("1", {ping("read", a), pong("write", a)}),
                           file("2", {pong("read", b), ping("write", b)})});
  EXPECT_EQ(merged.status, 0);
  EXPECT_EQ(merged.out.size(), 9u);
}

TEST_F(Flow, APictureHasAnEnd) {
  const lines many(501, step("delivery", "0#a", "0#b", R"(["0#b"])", R"(["0#a"])"));
  const auto name = file("n", many);
  const auto text = run("flow-merge", {"--mermaid", name}).out;
  EXPECT_EQ(text.size(), 1u + 4u + 500u + 1u);
  EXPECT_EQ(text.back(), "  %% and 1 more steps");
  EXPECT_THAT(run("flow-merge", {name}).out, Contains(HasSubstr(">and 1 more steps</text>")));
}

// -- what goes wrong -------------------------------------------------------------------------------

void expect_refusal(const lines& arguments, int status, const std::string& what) {
  const auto ended = run("flow-merge", arguments);
  EXPECT_EQ(ended.status, status);
  EXPECT_THAT(ended.out, IsEmpty());
  EXPECT_THAT(ended.err, ElementsAre(AllOf(StartsWith("flow-merge: "), HasSubstr(what))));
}

TEST_F(Flow, AFileThatIsNotThereIsNamed) {
  expect_refusal({path("none")}, 1, "cannot read the flow file " + path("none"));
}

TEST_F(Flow, ALineThatIsNoStepIsNamed) {
  const auto good = step("delivery", "0#a", "0#b", "[]", "[]");
  expect_refusal({file("n", {good, "{"})}, 1, path("n") + ":2 is no step of a message flow: ");
  expect_refusal({file("n", {"{}"})}, 1, path("n") + ":1 is no step of a message flow: ");
  expect_refusal({file("n", {step("leap", "", "", "[]", "[]")})}, 1,
                 "leap is no step; known are delivery, write, read and drop");
}

TEST_F(Flow, MergingNeedsFilesAndOneForm) {
  expect_refusal({}, 2, "see --help");
  expect_refusal({"--svg", "--mermaid", path("n")}, 2, "see --help");
}

} // namespace
