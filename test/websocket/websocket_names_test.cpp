#include "websocket_nodes.hpp"

#include "error_of.hpp"
#include "transports/slow_names.hpp"

namespace ockam::test {
namespace {

TEST(WebSocketNames, MAP15_NOD5_ANameThatTakesLongDelaysNoOtherAndNoStop) {
  const slow_names names;
  small_system system;
  ockam::node node{*system};
  websocket_node a{node};
  const auto listener = a.listen();
  const auto at = [&](const std::string& name) {
    return "ws://" + name + ':' + std::to_string(port_of(listener));
  };
  const auto late = a.websocket.try_connect(at("slow.one"), {.connect_timeout = 100ms});
  ASSERT_FALSE(late);
  EXPECT_EQ(error_of(late).code(), std::errc::timed_out);
  EXPECT_NE(to_string(error_of(late)).find("still being looked up"), std::string::npos);
  EXPECT_TRUE(a.websocket.try_connect(at("quick.test")));
  journal book;
  a.websocket.async_connect(at("slow.two"), {.connect_timeout = 60s},
                            [=](const result<connection>& made) {
                              book.write(made ? "connected" : made.error().code().message());
                            });
  ASSERT_TRUE(eventually([&] { return names.calls() == 2; }));
  const auto before = std::chrono::steady_clock::now();
  node.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 3s);
  EXPECT_EQ(book.wait_for(1), lines{"shutting_down"});
}

} // namespace
} // namespace ockam::test
