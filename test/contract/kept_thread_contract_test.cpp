#include "transport_contract.hpp"

#include <future>

// Handlers that block, on the I/O thread that brought their message: another thread goes on.

namespace ockam::test {
namespace {

TEST_P(TransportContract, MAP16_AHandlerThatBlocksKeepsNoOtherMessage) {
  const gate came;
  const gate released;
  const auto place = listen(b);
  const auto near = join(a, place);
  start_echoer(b, place.flow_control_id);
  b.node.start_worker("blocks", [=](context& self, const routed<std::string>& question) {
    static_cast<void>(self.send(question.return_route(), "before"));
    came.open();
    static_cast<void>(released.wait());
    static_cast<void>(self.send(question.return_route(), "after"));
  });
  b.node.flow_controls().add_consumer("blocks", place.flow_control_id);
  auto asker = start_reader(a, near.id, "asker");
  ASSERT_TRUE(asker.send(near.to("blocks"), "x"));
  ASSERT_TRUE(came.wait());
  for (int i = 0; i < 100; ++i)
    ASSERT_EQ(ask(a.node, near.to("echoer"), std::to_string(i)), std::to_string(i));
  const auto second = join(a, place);
  EXPECT_EQ(ask(a.node, second.to("echoer"), "new"), "new") << "others can come";
  EXPECT_EQ(asker.receive<std::string>({long_timeout})->body(), "before");
  released.open();
  EXPECT_EQ(asker.receive<std::string>({long_timeout})->body(), "after");
  EXPECT_EQ(ask(a.node, near.to("echoer"), "still"), "still");
}

TEST_P(TransportContract, MAP16_NOD6_ANodeStopsWhenItsHandlerReturns) {
  const gate came;
  const gate released;
  const auto place = listen(b);
  const auto near = join(a, place);
  start_echoer(b, place.flow_control_id);
  b.node.start_worker("blocks", [=](context&, const routed<any_body>&) {
    came.open();
    static_cast<void>(released.wait());
  });
  b.node.flow_controls().add_consumer("blocks", place.flow_control_id);
  a.node.send(near.to("blocks"), "x");
  ASSERT_TRUE(came.wait());
  EXPECT_EQ(ask(a.node, near.to("echoer")), "Hello Ockam!"); // by another thread
  auto stopped = std::async(std::launch::async, [&] { b.node.stop(); });
  EXPECT_TRUE(eventually([&] { return !b.node.root().send("echoer", "x"); })) << "it stops";
  released.open();
  stopped.get();
}

} // namespace
} // namespace ockam::test
