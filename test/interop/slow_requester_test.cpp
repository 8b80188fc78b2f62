// What a requester that reads slowly gets from a node of ours, and from a Rust node: how many answers, in
// order, and what it costs the nodes in memory.

#include "figures.hpp"
#include "peers.hpp"
#include "slow_requester.hpp"

#include "transports/udp_node.hpp"

namespace ockam::test {
namespace {

/// What a node of ours may take on top: see test/soak/slow_requester_test.cpp.
constexpr std::size_t share = 24u << 20;
constexpr std::size_t share_of_datagrams = share + (16u << 20);

class SlowRequester : public interop_test, public testing::WithParamInterface<slow_work> {
protected:
  SlowRequester() { environment.emplace_back(memory_shows); }

  const slow_work& work = GetParam();

  struct measured {
    std::string text;
    slow_outcome outcome;
    std::vector<std::size_t> memory; ///< of each node
  };

  measured ask_through(const std::vector<listening_peer>& nodes, const route& to) {
    std::vector<const process*> watched;
    for (const auto& each : nodes) {
      each.program->discard_output(); // ours write a line for each message
      watched.push_back(each.program);
    }
    const auto& at = nodes.back().address;
    const slow_work first{"", 10, 1'000, {}};
    EXPECT_EQ(ask_slowly(*connect_slow_client(slow_transport::tcp, at), first, to).answers,
              first.count);
    const auto client = connect_slow_client(slow_transport::tcp, at);
    const memory_growth growth{watched};
    auto outcome = ask_slowly(*client, work, to);
    auto memory = growth.bytes();
    return {summary(work, outcome, memory), std::move(outcome), std::move(memory)};
  }

  measured ask_directly(maker responder) {
    return ask_through({start_responder(responder)}, {"echoer"});
  }

  measured ask_through_a_relay(maker responder, maker middle) {
    const auto far = start_responder(responder);
    return ask_through({far, start_middle(middle, far.address)},
                       {"forward_to_responder", "echoer"});
  }

  void expect_all(const measured& what) const {
    EXPECT_EQ(what.outcome.answers, work.count) << what.text;
  }

  void note(const std::string& path, const std::string& ours, const std::string& rust) const {
    note_figures("| slow requester | " + std::to_string(work.count) + ' ' + work.name + " | " + path
                 + " | " + ours + " | " + rust + " |");
  }
};

TEST_P(SlowRequester, ANS1_ANS2_GetsEveryAnswerInOrderFromOursAsFromRust) {
  const auto ours = ask_directly(maker::cpp);
  const auto rust = ask_directly(maker::rust_0_150);
  note("TCP", ours.text, rust.text);
  expect_all(ours);
  EXPECT_LE(ours.memory.front(), share);
}

TEST_P(SlowRequester, ANS1_ANS2_GetsEveryAnswerInOrderThroughARelayOfOurs) {
  const auto ours = ask_through_a_relay(maker::cpp, maker::cpp);
  const auto rust = ask_through_a_relay(maker::rust_0_150, maker::cpp);
  note("TCP, responder and our relay", ours.text, rust.text);
  for (const auto* each : {&ours, &rust}) {
    expect_all(*each);
    EXPECT_LE(each->memory.back(), share);
  }
  EXPECT_LE(ours.memory.front(), share);
}

TEST_P(SlowRequester, ANS1_ANS2_GetsFromOursThroughARustRelayWhatItGetsFromRust) {
  const auto ours = ask_through_a_relay(maker::cpp, maker::rust_0_150);
  const auto rust = ask_through_a_relay(maker::rust_0_150, maker::rust_0_150);
  note("TCP, responder and Rust relay", ours.text, rust.text);
  EXPECT_GE(ours.outcome.answers, rust.outcome.answers);
  EXPECT_LE(ours.memory.front(), share);
}

TEST_P(SlowRequester, ANS2_UDP6_GetsIntactAnswersOverUdpForItsShare) {
  udp_node own{start_node()};
  const auto binding = own.bind();
  const auto measure = [&](process& program, const std::string& at) {
    const route to{binding, udp_address(at), "echoer"};
    EXPECT_EQ(ask(own.node, to), "Hello Ockam!");
    const memory_growth growth{{&program}};
    const auto outcome = ask_slowly(own.node, binding.flow_control_id(), work, to);
    const auto memory = growth.bytes();
    EXPECT_EQ(outcome.broken, 0);
    EXPECT_EQ(outcome.repeated, 0);
    return std::pair{summary(work, outcome, memory), memory.front()};
  };
  auto& ours = start("05-any-transport-responder", {"/ip4/127.0.0.1/udp/0"});
  const std::string prefix = "/ip4/127.0.0.1/udp/";
  const auto at_ours = "127.0.0.1:" + ours.wait_until_listening().substr(prefix.size());
  ours.discard_output();
  const auto [text, memory] = measure(ours, at_ours);
  auto& rust = start_rust(maker::rust_0_150, "udp-responder",
                          {"--listen", "127.0.0.1:0", "--admit", "echoer"});
  note("UDP", text, measure(rust, rust.wait_until_listening()).first);
  EXPECT_LE(memory, share_of_datagrams);
}

INSTANTIATE_TEST_SUITE_P(Interop, SlowRequester, testing::ValuesIn(slow_works),
                         [](const auto& info) { return info.param.name; });

} // namespace
} // namespace ockam::test
