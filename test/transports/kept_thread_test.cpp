#include "raw_peer.hpp"
#include "test_nodes.hpp"

#include "ockam/actors/workers.hpp"
#include "ockam/protocol/codec.hpp"
#include "ockam/protocol/wire/frame.hpp"

#include <string>
#include <thread>
#include <vector>

// Handlers that block, on the I/O thread that brought their message: another thread goes on.

namespace ockam::test {
namespace {

class KeptThread : public nodes_test {
protected:
  /// A frame with a message to this worker, as a peer writes it.
  static bytes frame_to(const address& worker) {
    const auto body = encode_message(
      message{route{worker}, route{"app"}, encode_payload(std::string{"x"}).value()});
    bytes frame(frame_header_size);
    put_frame_header(frame.data(), body.size());
    frame.insert(frame.end(), body.begin(), body.end());
    return frame;
  }

  tcp_node node{start_node()};
  const tcp::listener place = node.listen();
};

TEST_F(KeptThread, MAP16_WhatWasReadTogetherWithTheMessageThatBlocksIsHandled) {
  const gate came;
  const gate released;
  const gate handled;
  node.node.start_worker("blocks", [=](context&, const routed<any_body>&) {
    came.open();
    static_cast<void>(released.wait());
  });
  node.node.start_worker("beside", [=](context&, const routed<any_body>&) { handled.open(); });
  for (const auto* each : {"blocks", "beside"})
    node.flow_controls().add_consumer(each, place.flow_control_id());
  const auto peer = raw_peer::connect_to(place.port());
  auto together = from_hex("01");
  for (const auto* each : {"blocks", "beside"}) {
    const auto frame = frame_to(each);
    together.insert(together.end(), frame.begin(), frame.end());
  }
  peer.write(together);
  EXPECT_TRUE(came.wait());
  EXPECT_TRUE(handled.wait(long_timeout / 2)) << "before the other one is released";
  released.open();
}

TEST_F(KeptThread, MAP16_SeveralHandlersBlockAtATime) {
  constexpr int several = 10;
  const gate released;
  node.node.start_worker("echoer", echoer{});
  node.flow_controls().add_consumer("echoer", place.flow_control_id());
  tcp_node client{start_node()};
  const auto near = client.connect(place);
  auto asker = client.node.make_endpoint("asker");
  client.flow_controls().add_consumer("asker", near.flow_control_id());
  for (int i = 0; i < several; ++i) {
    const address name{"blocks-" + std::to_string(i)};
    const gate came;
    node.node.start_worker(name, [=](context& self, const routed<any_body>& question) {
      came.open();
      static_cast<void>(released.wait());
      static_cast<void>(self.send(question.return_route(), "after"));
    });
    node.flow_controls().add_consumer(name, place.flow_control_id());
    ASSERT_TRUE(asker.send({near, name}, "x"));
    ASSERT_TRUE(came.wait());
    ASSERT_EQ(ask(client.node, {near, "echoer"}), "Hello Ockam!");
  }
  released.open();
  for (int i = 0; i < several; ++i)
    EXPECT_EQ(asker.receive<std::string>({long_timeout})->body(), "after") << i;
}

/// The loop changes threads over and over, while messages come and go.
TEST_F(KeptThread, MAP16_ORD1_NoMessageIsLostOrOvertakenWhenTheLoopChangesThreads) {
  constexpr int workers = 8;
  constexpr int messages = 400;
  tcp_node client{start_node()};
  const auto near = client.connect(place);
  for (int i = 0; i < workers; ++i) {
    const address name{"now-and-then-" + std::to_string(i)};
    node.node.start_worker(name, [count = 0](context& self, routed<std::string>& question) mutable {
      if (++count % 200 == 1)
        std::this_thread::sleep_for(40ms); // what its work takes
      static_cast<void>(self.send(question.return_route(), question.body()));
    });
    node.flow_controls().add_consumer(name, place.flow_control_id());
  }
  std::vector<std::thread> askers;
  for (int i = 0; i < workers; ++i)
    askers.emplace_back([&, i] {
      const address own{"asker-" + std::to_string(i)};
      auto asker = client.node.make_endpoint(own);
      client.flow_controls().add_consumer(own, near.flow_control_id());
      const route to{near, "now-and-then-" + std::to_string(i)};
      for (int message = 0; message < messages; ++message)
        EXPECT_TRUE(asker.send(to, std::to_string(message)));
      for (int message = 0; message < messages; ++message)
        EXPECT_EQ(asker.receive<std::string>({long_timeout})->body(), std::to_string(message));
    });
  for (auto& each : askers)
    each.join();
}

} // namespace
} // namespace ockam::test
