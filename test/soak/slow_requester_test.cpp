#include "slow_requester.hpp"

#include "process.hpp"
#include "temporary_directory.hpp"
#include "transports/udp_node.hpp"

#include "ockam/protocol/multiaddr.hpp"

#include <iostream>
#include <list>
#include <numeric>

namespace ockam::test {
namespace {

/// What a node may take on top for a requester that reads slowly: 4 MiB of requests that are unhandled,
/// 4 MiB of what they lead to, 8 MiB of answers that wait, and one turn of a handler.
constexpr std::size_t share = memory_tells ? 24u << 20 : SIZE_MAX / 2;

const std::vector<std::string> environment{memory_shows};

struct slow_path {
  std::string name;
  slow_transport over;
  std::string place; ///< as a MultiAddr, to listen at; what follows "/unix" is a new path
  std::size_t largest_body;
};

void PrintTo(const slow_path& what, std::ostream* out) {
  *out << what.name;
}

const std::vector<slow_path> slow_paths {
  {"Tcp", slow_transport::tcp, "/ip4/127.0.0.1/tcp/0", 16u << 20},
    {"Uds", slow_transport::uds, "/unix", 60'000}, // a frame has at most 65,535 bytes
#if OCKAM_HAVE_WEBSOCKET
    {"WebSocket", slow_transport::websocket, "/ip4/127.0.0.1/tcp/0/ws", 16u << 20},
#endif
};

/// The responder of the tutorial as a process, and a requester that reads slowly.
class SlowRequester : public testing::TestWithParam<std::tuple<slow_path, slow_work>> {
protected:
  /// Starts a node that listens; returns where, as a MultiAddr.
  std::string start(const std::string& program, std::vector<std::string> arguments) {
    auto place = path.place;
    if (place == "/unix")
      place += (directory_ / std::to_string(nodes_.size())).string();
    arguments.push_back(place);
    auto at
      = nodes_.emplace_back(program, std::move(arguments), environment).wait_until_listening();
    nodes_.back().discard_output(); // a line for each message
    return at;
  }

  [[nodiscard]] std::unique_ptr<slow_client> connect(const std::string& multiaddr) const {
    return connect_slow_client(path.over,
                               std::string{multiaddr_of(multiaddr).next().value().value()});
  }

  /// Asks along `to`; every answer comes in order, and no node takes more than its share.
  void expect_all_within_share(const std::string& at, const route& to, const std::string& what) {
    const slow_work first{"", 10, 1'000, {}};
    ASSERT_EQ(ask_slowly(*connect(at), first, to).answers, first.count);
    const auto client = connect(at);
    std::vector<const process*> watched;
    for (const auto& each : nodes_)
      watched.push_back(&each);
    const memory_growth growth{watched};
    const auto outcome = ask_slowly(*client, work, to);
    const auto grown = growth.bytes();
    std::cout << what << ", " << path.name << ", " << work.size
              << " bytes: " << summary(work, outcome, grown) << '\n';
    EXPECT_EQ(outcome.answers, work.count) << outcome.ended;
    for (const auto each : grown)
      EXPECT_LE(each, share);
    EXPECT_GE(std::accumulate(grown.begin(), grown.end(), std::size_t{0}), 1u << 20)
      << "no answer waited: nothing was shown";
    EXPECT_EQ(ask_slowly(*connect(at), first, to).answers, first.count) << "it serves no other";
  }

  const slow_path path = std::get<0>(GetParam());
  const slow_work work = std::get<1>(GetParam()).in_bodies_of(path.largest_body);

private:
  static route multiaddr_of(const std::string& text) {
    return value_or_throw(value_or_throw(multiaddr::parse(text)).to_route());
  }

  const temporary_directory directory_;
  std::list<process> nodes_;
};

TEST_P(SlowRequester, ANS1_ANS2_GetsEveryAnswerInOrderForItsShare) {
  expect_all_within_share(start("05-any-transport-responder", {}), {"echoer"}, "a responder");
}

TEST_P(SlowRequester, ANS1_ANS2_GetsEveryAnswerInOrderThroughARelay) {
  const auto responder = start("05-any-transport-responder", {});
  expect_all_within_share(start("05-any-transport-middle", {responder}), {"forward", "echoer"},
                          "a responder and a relay");
}

INSTANTIATE_TEST_SUITE_P(Soak, SlowRequester,
                         testing::Combine(testing::ValuesIn(slow_paths),
                                          testing::ValuesIn(slow_works)),
                         [](const auto& info) {
                           return std::get<0>(info.param).name + std::get<1>(info.param).name;
                         });

// -- over UDP the kernel drops what is not read -----------------------------------------------------

/// As above, and 16 MiB of one peer that come in parts.
constexpr std::size_t share_of_datagrams = share + (16u << 20);

class SlowDatagramRequester : public nodes_test, public testing::WithParamInterface<slow_work> {
protected:
  udp_node own{start_node()};
};

TEST_P(SlowDatagramRequester, ANS2_UDP6_GetsIntactAnswersOnceForItsShare) {
  process responder{"05-any-transport-responder", {"/ip4/127.0.0.1/udp/0"}, environment};
  const auto at = value_or_throw(multiaddr::parse(responder.wait_until_listening()));
  responder.discard_output();
  const auto binding = own.bind();
  const auto to = make_route(binding, value_or_throw(at.to_route()), "echoer");
  ASSERT_EQ(ask(own.node, to), "Hello Ockam!");

  const memory_growth growth{{&responder}};
  const auto outcome = ask_slowly(own.node, binding.flow_control_id(), GetParam(), to);
  const auto grown = growth.bytes();
  std::cout << "a responder, UDP, " << GetParam().size
            << " bytes: " << summary(GetParam(), outcome, grown) << '\n';
  EXPECT_EQ(outcome.broken, 0);
  EXPECT_EQ(outcome.repeated, 0);
  EXPECT_LE(grown.front(), share_of_datagrams);
  EXPECT_TRUE(eventually([&] { return ask(own.node, to, "still there", 500ms) == "still there"; }));
}

INSTANTIATE_TEST_SUITE_P(Soak, SlowDatagramRequester, testing::ValuesIn(slow_works),
                         [](const auto& info) { return info.param.name; });

} // namespace
} // namespace ockam::test
