#include "stream.hpp"

#include "recorded_peer.hpp"

#include <array>
#include <optional>

#include <gtest/gtest.h>

namespace ockam::test {
namespace {

using namespace websocket::detail;

class user final : public stream_user {
public:
  void on_read(std::size_t, bool) override {}
  void on_drained() override {}
  void on_written() override { written = true; }
  void on_lost(error) override {}
  bool written = false;
};

TEST(WebSocketStream, WS16_MessagesThatAreWrittenTogetherLeaveTogether) {
  boost::asio::io_context context;
  auto below = std::make_unique<recorded_peer>(context, bytes_view{}, 0);
  const auto& peer = *below;
  const auto made = stream::create(std::move(below), "peer", 1'000, std::chrono::seconds{1});
  std::optional<result<void>> opened;
  made->accept({.max_request_size = 1'000, .limit = std::chrono::seconds{1}},
               [&](result<void> outcome) { opened = std::move(outcome); });
  context.run();
  ASSERT_TRUE(opened && *opened);

  user all;
  made->attach(all);
  const auto before = peer.writes();
  const std::array<std::uint8_t, 100> payload{};
  const boost::asio::const_buffer message{payload.data(), payload.size()};
  for (int i = 0; i < 1'000; ++i)
    made->write({&message, 1});
  EXPECT_EQ(made->unsent(), 1'000 * (payload.size() + 2));
  EXPECT_EQ(peer.writes(), before);
  made->flush();
  context.restart();
  context.run();
  EXPECT_TRUE(all.written);
  EXPECT_EQ(peer.writes(), before + 1);
}

} // namespace
} // namespace ockam::test
