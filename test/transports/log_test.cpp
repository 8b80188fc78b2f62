#include "raw_peer.hpp"
#include "test_nodes.hpp"

#include "ockam/protocol/codec.hpp"
#include "ockam/transports/io/socket_advice.hpp"
#include "ockam/transports/uds.hpp"

#include <filesystem>

#include <unistd.h>

#include <gmock/gmock.h>

namespace ockam::test {
namespace {

using testing::HasSubstr;
using testing::Not;

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
  ASSERT_TRUE(listener.try_stop().has_value());
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
  again.write(bytes{1});
  EXPECT_TRUE(logged("info: connected again with " + there.address() + " after 1 attempt"));
  ASSERT_TRUE(c.try_close().has_value());
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
  EXPECT_TRUE(logged({"accepted a connection from ", R"(ockam\x0a\x1b)"}));
  ASSERT_TRUE(listener.try_stop().has_value());
  ASSERT_TRUE(c.try_close().has_value());
  EXPECT_TRUE(logged({"listening on ", R"(ockam\x0a\x1b)"}));
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

TEST_F(TransportLog, LOG7_AListenerIsNotToldToStartTheOtherNode) {
  auto& node = start_node();
  auto uds = uds::transport::create(node);
  const auto made = uds.try_listen("/no/dir/s");
  ASSERT_FALSE(made.has_value());
  EXPECT_THAT(made.error().detail(), HasSubstr("make the directory first"));
  EXPECT_THAT(made.error().detail(), Not(HasSubstr("the other node")));
  const auto connected = uds.try_connect("/no/dir/s");
  ASSERT_FALSE(connected.has_value());
  EXPECT_THAT(connected.error().detail(), HasSubstr("start the other node first"));
}

TEST(SocketAdvice, LOG7_HintsFitWhatWasDone) {
  using internal::socket_advice;
  using internal::socket_use;
  const auto advice = [](std::errc code, socket_use use) {
    return std::string{socket_advice(std::make_error_code(code), use)};
  };
  EXPECT_THAT(advice(std::errc::permission_denied, socket_use::listen), HasSubstr("above 1023"));
  EXPECT_THAT(advice(std::errc::permission_denied, socket_use::connect), HasSubstr("firewall"));
  EXPECT_THAT(advice(std::errc::address_not_available, socket_use::listen),
              HasSubstr("no such address"));
  EXPECT_THAT(advice(std::errc::address_not_available, socket_use::connect),
              HasSubstr("no free port"));
  EXPECT_THAT(advice(std::errc::address_in_use, socket_use::connect), HasSubstr("no free port"));
  for (const auto use : {socket_use::listen, socket_use::transfer})
    for (int code = 1; code < 134; ++code)
      EXPECT_THAT(socket_advice({code, std::generic_category()}, use),
                  Not(HasSubstr("start the other node")));
}

TEST_F(TransportLog, LOG8_AStopSaysWhatItLost) {
  tcp_node a{start_node()};
  const raw_listener silent{16, true};
  const auto c = a.tcp.connect(silent.address());
  const auto peer = silent.accept();
  for (int i = 0; i < 40; ++i) // less than max_pending_bytes, more than the system takes
    ASSERT_TRUE(a.node.root().send({c, "missing"}, std::string(100'000, 'x')).has_value());
  a.node.stop();
  const auto lost = a.node.metrics().dropped_for(drop_reason::connection_closed);
  EXPECT_GT(lost, 0u);
  EXPECT_TRUE(logged({"warning: the stop lost ", std::to_string(lost) + " connection_closed"}));
}

TEST_F(TransportLog, LOG8_AStopThatLosesNothingSaysNothing) {
  tcp_node a{start_node()};
  a.node.stop();
  EXPECT_EQ(count_of("lost"), 0u);
}

} // namespace
} // namespace ockam::test
