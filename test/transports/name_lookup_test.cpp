#include "error_of.hpp"
#include "slow_names.hpp"
#include "test_nodes.hpp"

#include "ockam/actors/workers.hpp"
#include "ockam/transports/udp.hpp"

#include <cstdlib>
#include <future>

namespace ockam::test {
namespace {

class NameLookup : public nodes_test {
protected:
  [[nodiscard]] std::string at(const std::string& name) const {
    return name + ':' + std::to_string(listener.port());
  }

  const slow_names names; // beyond the nodes
  tcp_node a{start_node()};
  tcp_node b{start_node()};
  const tcp::listener listener = b.listen();
};

TEST_F(NameLookup, MAP15_ANameThatTakesLongDelaysNoOther) {
  const auto late = a.tcp.try_connect(at("slow.test"), {.connect_timeout = 100ms});
  ASSERT_FALSE(late);
  EXPECT_EQ(error_of(late).code(), std::errc::timed_out);
  EXPECT_NE(to_string(error_of(late)).find("still being looked up"), std::string::npos)
    << to_string(late.error());
  EXPECT_EQ(a.tcp.connect(at("quick.test")).peer(), listener.socket_address());
}

TEST_F(NameLookup, MAP15_ANameIsLookedUpOnceForAllThatAsk) {
  for (int i = 0; i < 3; ++i)
    EXPECT_FALSE(a.tcp.try_connect(at("slow.test"), {.connect_timeout = 50ms}));
  EXPECT_EQ(names.calls(), 1);
}

TEST_F(NameLookup, MAP15_AHundredSlowNamesHaveAnErrorAndALimit) {
  std::vector<std::promise<std::string>> ends(100);
  for (std::size_t i = 0; i < ends.size(); ++i)
    a.tcp.async_connect(at("slow" + std::to_string(i)), {.connect_timeout = 300ms},
                        [&end = ends[i]](const result<connection>& made) {
                          end.set_value(made ? "connected" : to_string(made.error()));
                        });
  for (auto& each : ends)
    EXPECT_NE(each.get_future().get().find("still being looked up"), std::string::npos);
  EXPECT_LE(names.most_at_a_time(), 32);
  names.let_go(); // names without a request are not looked up
  EXPECT_EQ(a.tcp.connect(at("quick.test"), {.connect_timeout = long_timeout}).peer(),
            listener.socket_address());
  EXPECT_LE(names.calls(), 32);
}

TEST_F(NameLookup, MAP15_NOD5_AStopDoesNotWaitForTheResolver) {
  auto udp = udp::transport::create(a.node);
  const auto binding = udp.bind("127.0.0.1:0");
  const auto through_udp = route{binding.sender_address(),
                                 address{transport_type::udp, "slow.udp:4000"}, "x"};
  ASSERT_TRUE(a.node.root().send(through_udp, no_body{}));
  std::promise<result<connection>> outcome;
  a.tcp.async_connect(at("slow.tcp"), {.connect_timeout = 60s},
                      [&](result<connection> made) { outcome.set_value(std::move(made)); });
  ASSERT_TRUE(eventually([&] { return names.calls() == 2; }));
  const auto before = std::chrono::steady_clock::now();
  a.node.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 2s);
  EXPECT_EQ(error_of(outcome.get_future().get()), errc::shutting_down);
}

TEST_F(NameLookup, MAP15_UDP_ASlowNameDelaysNoMessageToAnother) {
  auto from = udp::transport::create(a.node);
  auto to = udp::transport::create(b.node);
  const auto here = from.bind("127.0.0.1:0");
  const auto there = to.bind("127.0.0.1:0");
  auto reader = b.node.make_endpoint("reader");
  b.flow_controls().add_consumer("reader", there.flow_control_id());
  for (const std::string host : {"slow.test", "quick.test"})
    ASSERT_TRUE(a.node.root().send(
      {here.sender_address(),
       address{transport_type::udp, host + ':' + std::to_string(there.port())}, "reader"},
      host));
  EXPECT_EQ(reader.receive<std::string>({long_timeout}).value().body(), "quick.test");
}

[[noreturn]] void exit_while_a_name_is_looked_up() {
  static const slow_names& names = *new slow_names;
  auto& system = *new small_system;
  static ockam::node node{*system};
  static tcp_node a{node};
  a.tcp.async_connect("slow.test:4000", {.connect_timeout = 60s}, [](const auto&) {});
  eventually([] { return names.calls() == 1; });
  std::exit(3);
}

TEST(NameLookupDeathTest, MAP15_AnExitDoesNotWaitForTheResolver) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EXIT(exit_while_a_name_is_looked_up(), testing::ExitedWithCode(3), "");
  EXPECT_LT(std::chrono::steady_clock::now() - before, 20s); // the name takes a minute
}

} // namespace
} // namespace ockam::test
