#include "forked.hpp"
#include "test_node.hpp"

#include "ockam/actors/workers.hpp"

#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace ockam::test {
namespace {

class Fork : public node_test {};

TEST_F(Fork, NOD16_EachCallInAChildIsRefused) {
  node.start_worker("echoer", echoer{});
  auto own = node.detached("own");
  const auto first_admitted = first_admitted_in_child({
    [&] { node.start_worker("late", echoer{}); },
    [&] { node.expose("late", worker_actor{}); },
    [&] { node.stop_worker("echoer"); },
    [&] { static_cast<void>(node.detached("late")); },
    [&] { node.wait_for("echoer"); },
    [&] { node.send("echoer", std::string{"hello"}); },
    [&] { node.receive<std::string>(); },
    [&] { node.send_and_receive<std::string>("echoer", std::string{"hello"}); },
    [&] { value_or_throw(own.send("echoer", std::string{"hello"})); },
    [&] { node.wait_for_stop_request(); },
    [&] { node.stop(); },
    [&] { node.stop(std::chrono::milliseconds{0}); },
  });
  EXPECT_EQ(first_admitted, 0);
  EXPECT_EQ(node.send_and_receive<std::string>("echoer", std::string{"hello"}), "hello");
}

TEST_F(Fork, NOD16_AChildDestroysANodeThatIsInUseWithoutWaiting) {
  auto other = std::make_unique<ockam::node>(*system);
  auto own = std::make_unique<endpoint>(other->detached("own"));
  gate reached;
  gate released;
  journal book;
  other->start_worker("gated", gated_recorder{released, book});
  other->send("gated", std::string{"handled"});
  std::thread waiting{[&] {
    reached.open();
    static_cast<void>(other->root().receive<std::string>());
  }};
  EXPECT_TRUE(reached.wait());
  EXPECT_EQ(in_child([&] {
              own.reset();
              other.reset();
              return 0;
            }),
            0);
  released.open();
  EXPECT_EQ(book.wait_for(1), lines{"handled"});
  other->send("app", std::string{"come back"});
  waiting.join();
}

TEST_F(Fork, NOD16_AChildDestroysSeveralNodes) {
  std::vector<std::unique_ptr<ockam::node>> several;
  for (int i = 0; i < 3; ++i) {
    several.push_back(std::make_unique<ockam::node>(*system));
    auto event = several.back()->root().make_delayed_event("app", "x").value();
    event.schedule(1ms);
    EXPECT_TRUE(several.back()->root().receive<std::string>({long_timeout})); // their timers run
  }
  EXPECT_EQ(in_child([&] {
              several.clear();
              return 0;
            }),
            0);
}

// ThreadSanitizer gives up when the child of a process with threads starts one.
#ifndef __SANITIZE_THREAD__
TEST_F(Fork, NOD16_AChildMakesANodeOfItsOwn) {
  EXPECT_EQ(in_child([] {
              small_system own;
              ockam::node made{*own};
              made.start_worker("echoer", echoer{});
              const auto reply = made.send_and_receive<std::string>("echoer", std::string{"hello"});
              made.stop();
              return reply == "hello" ? 0 : 1;
            }),
            0);
}
#endif

} // namespace
} // namespace ockam::test
