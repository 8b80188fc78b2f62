#include "test_nodes.hpp"

#include "ockam/actors/workers.hpp"

#include <future>
#include <thread>

namespace ockam::test {
namespace {

/// Sends two requests and stays in the handler until both replies are here.
struct busy_asker {
  const ockam::node* node;
  route to;
  std::shared_ptr<std::promise<std::thread::id>> replied_on;
  int replies = 0;

  result<void> handle_message(context& ctx, const routed<std::string>& message) {
    if (message.body() != "go") {
      if (++replies == 2)
        replied_on->set_value(std::this_thread::get_id());
      return {};
    }
    for (const auto* text : {"1", "2"})
      if (auto sent = ctx.send(to, std::string{text}); !sent)
        return sent;
    // the second was received after the first was put into the mail of this worker
    EXPECT_TRUE(eventually([&] { return node->metrics().received == 2; }));
    return {};
  }
};

class IoContext : public nodes_test {
protected:
  /// Whether the worker, which begins on one of CAF's threads, goes on with the replies on the I/O
  /// thread.
  bool moves(worker_options options) {
    tcp_node a{start_node()};
    tcp_node b{start_node()};
    const auto listener = b.listen();
    b.node.start_worker("echoer", echoer{});
    b.flow_controls().add_consumer("echoer", listener.flow_control_id());
    std::promise<std::thread::id> io_thread;
    const auto c = a.connect(listener, {.observer = [&](const connection_event& event) {
                               if (event.state == connection_state::connected)
                                 io_thread.set_value(std::this_thread::get_id());
                             }});
    const auto replied_on = std::make_shared<std::promise<std::thread::id>>();
    a.node.start_worker("asker", busy_asker{&a.node, {c, "echoer"}, replied_on}, options);
    a.flow_controls().add_consumer("asker", c.flow_control_id());
    a.node.send("asker", std::string{"go"});
    auto where = replied_on->get_future();
    if (where.wait_for(long_timeout) != std::future_status::ready) {
      ADD_FAILURE() << "the replies did not come";
      return false;
    }
    return where.get() == io_thread.get_future().get();
  }
};

TEST_F(IoContext, MAP10_AWorkerMovesToTheThreadThatBringsItsMail) {
  EXPECT_TRUE(moves({}));
}

TEST_F(IoContext, MAP10_APooledWorkerStaysWhereItIs) {
  EXPECT_FALSE(moves(pooled));
}

} // namespace
} // namespace ockam::test
