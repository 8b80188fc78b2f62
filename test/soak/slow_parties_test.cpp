#include "scale.hpp"

#include "error_of.hpp"
#include "transports/raw_peer.hpp"
#include "transports/test_nodes.hpp"

#include "ockam/protocol/wire/frame.hpp"

#include <algorithm>
#include <iostream>
#include <thread>

namespace ockam::test {
namespace {

/// What a node may take on top for one that does not keep up.
constexpr std::size_t slow_party_share = 16u << 20;

/// With messages of different sizes.
class SlowParties : public nodes_test, public testing::WithParamInterface<std::size_t> {
protected:
  tcp_node node{start_node()};
  const std::string body = std::string(GetParam(), '.');
  std::size_t before = 0;

  void expect_within_share(const std::string& name) const {
    const auto now = heap_in_use();
    const auto extra = now > before ? now - before : 0;
    std::cout << name << ", messages of " << body.size() << " bytes: " << extra / 1024 << " KiB\n";
    EXPECT_LE(extra, slow_party_share);
  }
};

TEST_P(SlowParties, ORD5_ORD8_APeerThatNeverReadsCostsItsShareAtMost) {
  const raw_listener place{16, true};
  auto options = node.tcp.default_connect_options();
  options.connection.limits.write_timeout
    = {}; // on a slow machine it is over before the output is full
  const auto c = node.tcp.connect(place.address(), options);
  const auto peer = place.accept();
  peer.write(bytes{1}); // it speaks, once
  before = heap_in_use();
  auto outcome = node.node.root().send({c, "worker"}, body);
  for (int i = 0; outcome && i < 10'000'000; ++i)
    outcome = node.node.root().send({c, "worker"}, body);
  ASSERT_FALSE(outcome) << "all of it went somewhere";
  EXPECT_EQ(error_of(outcome), errc::resource_exhausted);
  expect_within_share("a peer that never reads");
}

TEST_P(SlowParties, ORD5_ORD8_AWorkerThatDoesNothingCostsItsShareAtMost) {
  const gate opened;
  const auto place = node.listen();
  node.node.start_worker(
    "slow", [=](context&, const routed<any_body>&) { EXPECT_TRUE(opened.wait()); }, pooled);
  node.flow_controls().add_consumer("slow", place.flow_control_id());
  const auto peer = raw_peer::connect_to(place.port());
  const auto encoded
    = encode_message(message{route{"slow"}, route{"peer"}, encode_payload(body).value()});
  bytes frame(frame_header_size);
  put_frame_header(frame.data(), static_cast<std::uint32_t>(encoded.size()));
  frame.insert(frame.end(), encoded.begin(), encoded.end());
  const auto end = node.accepted();
  before = heap_in_use();

  std::thread writing{[&] { // until there is no connection
    try {
      peer.write(bytes{1});
      for (;;)
        peer.write(frame);
    } catch (const std::exception&) {
      SUCCEED() << "closed";
    }
  }};
  const connection_limits usual;
  const auto until_pause
    = std::min(usual.max_unhandled_messages,
               (usual.max_unhandled_bytes + encoded.size() - 1) / encoded.size());
  EXPECT_TRUE(eventually([&] { return end.metrics().unhandled >= until_pause; }))
    << end.metrics().unhandled << " of " << until_pause;
  expect_within_share("a worker that does nothing");
  EXPECT_EQ(end.metrics().unhandled, until_pause) << "reading went on";
  peer.shut_down();
  writing.join();
  opened.open();
}

INSTANTIATE_TEST_SUITE_P(Bytes, SlowParties, testing::Values(10, 1'000, 60'000, 1'000'000),
                         testing::PrintToStringParamName());

} // namespace
} // namespace ockam::test
