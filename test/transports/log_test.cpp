#include "raw_peer.hpp"
#include "test_nodes.hpp"

#include "ockam/protocol/codec.hpp"
#include "ockam/transports/uds.hpp"

#include <filesystem>

#include <unistd.h>

#include <gmock/gmock.h>

namespace ockam::test {
namespace {

using testing::HasSubstr;

class TransportLog : public nodes_test {
protected:
  TransportLog() { forget_log(); }

  static std::size_t count_of(std::string_view part) {
    return static_cast<std::size_t>(
      std::ranges::count_if(logged_lines(), [&](const std::string& line) {
        return line.find(part) != std::string::npos;
      }));
  }
};

TEST_F(TransportLog, LOG3_AStrangerWithManyConnectionsDoesNotFillTheLog) {
  constexpr int strangers = 300;
  tcp_node a{start_node()};
  const auto listener = a.listen();
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < strangers; ++i) {
    const auto peer = raw_peer::connect_to(listener.port());
    peer.write(bytes{'G', 'E', 'T'});
    EXPECT_TRUE(peer.is_closed());
  }
  EXPECT_TRUE(eventually([&] { return a.tcp.connections().empty(); }));
  const auto took = std::chrono::steady_clock::now() - began;
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(took).count() + 1;
  EXPECT_GE(count_of("warning"), 20u);
  EXPECT_LE(count_of("warning"), 21u * static_cast<std::size_t>(seconds));
  a.node.stop();
  EXPECT_TRUE(logged({"warning", " lines were left out; max-log-lines is 20 a second"}));
}

TEST_F(TransportLog, LOG4_AListenerIsNamedFromItsBeginningToItsEnd) {
  tcp_node a{start_node({.name = "gate"})};
  const auto listener = a.listen();
  EXPECT_TRUE(logged("info: gate: listening on " + listener.socket_address()));
  const auto peer = raw_peer::connect_to(listener.port());
  const auto named = "127.0.0.1:" + std::to_string(peer.local_port()) + " (listener "
                     + listener.socket_address() + ")";
  EXPECT_TRUE(logged("info: gate: accepted a connection from " + named));
  peer.write(bytes{'G'});
  EXPECT_TRUE(logged("warning: gate: connection with " + named + " closed: "));
  ASSERT_TRUE(listener.stop().has_value());
  EXPECT_TRUE(logged("info: gate: stopped listening on " + listener.socket_address()));
}

TEST_F(TransportLog, LOG4_AConnectionIsNamedFromItsBeginningToItsEnd) {
  tcp_node a{start_node()};
  raw_listener there;
  const auto c = a.tcp.connect(there.address(),
                               {.reconnect = reconnect_policy{.first = 10ms, .longest = 50ms}});
  EXPECT_TRUE(logged("info: connected with " + there.address()));
  there.accept().close();
  EXPECT_TRUE(logged("warning: connection with " + there.address() + " lost, connecting again: "));
  const auto again = there.accept();
  EXPECT_TRUE(logged("info: connected again with " + there.address() + " after 1 attempt"));
  ASSERT_TRUE(c.disconnect().has_value());
  EXPECT_TRUE(logged("info: connection with " + there.address() + " closed"));
}

constexpr std::string_view hostile = "a\nwarning: all is well\x1b[2J\x7f";
constexpr std::string_view hostile_escaped = R"(a\x0awarning: all is well\x1b[2J\x7f)";

bool is_safe(std::string_view text) {
  return std::ranges::none_of(text, [](char each) {
    const auto byte = static_cast<unsigned char>(each);
    return byte < 0x20 || byte == 0x7f;
  });
}

TEST_F(TransportLog, LOG6_AnAddressFromTheWireIsEscaped) {
  tcp_node a{start_node()};
  const auto listener = a.listen();
  const auto peer = raw_peer::connect_to(listener.port());
  const auto frame = encode_message(message{route{address{0, std::string{hostile}}}, {}, {}});
  const auto size = static_cast<std::uint8_t>(frame.size());
  bytes wire{1, 0, 0, 0, size};
  wire.insert(wire.end(), frame.begin(), frame.end());
  peer.write(wire);
  EXPECT_TRUE(logged({"warning: a message from ", hostile_escaped}));
  EXPECT_TRUE(std::ranges::all_of(logged_lines(), is_safe))
    << testing::PrintToString(logged_lines());
}

TEST_F(TransportLog, LOG6_APathIsEscapedInErrorsAndInTheLog) {
  auto& node = start_node();
  auto uds = uds::transport::create(node);
  const auto path = std::filesystem::temp_directory_path()
                    / ("ockam\n\x1b" + std::to_string(::getpid()));
  const auto refused = uds.try_connect(path.string());
  ASSERT_FALSE(refused.has_value());
  EXPECT_TRUE(is_safe(refused.error().detail())) << refused.error().detail();
  EXPECT_THAT(refused.error().detail(), HasSubstr(R"(ockam\x0a\x1b)"));
  const auto listener = uds.listen(path.string());
  const auto c = uds.connect(path.string());
  ASSERT_TRUE(listener.stop().has_value());
  ASSERT_TRUE(c.disconnect().has_value());
  EXPECT_TRUE(logged({"listening on ", R"(ockam\x0a\x1b)"}));
  EXPECT_TRUE(logged({"accepted a connection from ", R"(ockam\x0a\x1b)"}));
  EXPECT_TRUE(std::ranges::all_of(logged_lines(), is_safe))
    << testing::PrintToString(logged_lines());
}

TEST_F(TransportLog, LOG6_ANameIsEscapedInErrors) {
  tcp_node a{start_node()};
  const auto refused = a.tcp.try_connect(std::string{hostile} + ":1",
                                         {.connect_timeout = std::chrono::seconds{5}});
  ASSERT_FALSE(refused.has_value());
  EXPECT_TRUE(is_safe(refused.error().detail())) << refused.error().detail();
}

} // namespace
} // namespace ockam::test
