#include "error_of.hpp"
#include "websocket_nodes.hpp"

#include "ockam/transports/config.hpp"

#include <sstream>

namespace ockam::test {
namespace {

TEST(WebSocketConfig, ATransportMadeWithoutOptionsTakesThoseOfTheConfiguration) {
  config_mixin<caf::actor_system_config> config;
  std::istringstream none;
  ASSERT_FALSE(config.parse({"--ockam.max-frame-size=1000", "--ockam.connect-timeout=250ms",
                             "--ockam.max-connections=7", "--ockam.io-threads=2",
                             "--ockam.poll-before-sleeping=30us"},
                            none));
  const auto options = websocket::transport_options_from(config);
  EXPECT_EQ(options.connect.limits.max_frame_size, 1'000u);
  EXPECT_EQ(options.listen.limits.max_frame_size, 1'000u);
  EXPECT_EQ(options.connect.connect_timeout, 250ms);
  EXPECT_EQ(options.listen.max_connections, 7u);
  EXPECT_EQ(options.io_threads, 2u);
  EXPECT_EQ(options.poll_before_sleeping, 30us);

  caf::actor_system system{config};
  node on{system};
  auto websocket = websocket::transport::create(on);
  const auto c = websocket.connect(websocket.listen("127.0.0.1:0").socket_address());
  EXPECT_EQ(error_of(on.root().send({c, "missing"}, std::string(2'000, 'x'))),
            errc::message_too_large);
}

} // namespace
} // namespace ockam::test
