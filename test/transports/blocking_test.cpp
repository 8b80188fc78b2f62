#include "raw_peer.hpp"
#include "test_nodes.hpp"

#include "error_of.hpp"
#include "node/node_state.hpp"

#include "ockam/actors/workers.hpp"
#include "ockam/transports/memory.hpp"
#include "ockam/transports/udp.hpp"
#include "ockam/transports/uds.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <future>
#include <memory>
#include <optional>
#include <thread>

// What functions of the host may do on threads that connections and workers wait for: everything that
// does not wait.

namespace ockam::test {
namespace {

/// Where a function of the host is called.
enum class place { io_worker, pooled_worker, connection_observer, async_connect };

void PrintTo(place value, std::ostream* out) {
  *out << std::array{"io_worker", "pooled_worker", "connection_observer",
                     "async_connect"}[static_cast<std::size_t>(value)];
}

class Blocking : public nodes_test, public testing::WithParamInterface<place> {
protected:
  /// Calls `function` there, and returns when it has returned.
  void call(std::function<void()> function) {
    std::promise<void> done;
    const auto once = [&, function = std::move(function)] {
      if (!std::exchange(called_, true)) {
        function();
        done.set_value();
      }
    };
    tcp::listen_options options;
    if (GetParam() == place::connection_observer)
      options.connection.observer = [once](const connection_event&) { once(); };
    const auto listener = b->listen(options);
    b->node.start_worker(
      "caller", [once](context&, const routed<any_body>&) { once(); },
      GetParam() == place::pooled_worker ? pooled : worker_options{});
    b->flow_controls().add_consumer("caller", listener.flow_control_id());
    const auto c = a.connect(listener);
    if (GetParam() == place::async_connect)
      b->tcp.async_connect(listener.socket_address(), {},
                           [once](const result<connection>&) { once(); });
    else
      a.node.send({c, "caller"}, no_body{});
    ASSERT_EQ(done.get_future().wait_for(long_timeout), std::future_status::ready);
  }

  /// The error of a call that throws or returns it.
  template <class Call>
  static error refusal(Call&& call) {
    try {
      if constexpr (requires { call().error(); }) {
        auto outcome = call();
        return outcome ? error{errc::internal, "it was not refused"} : outcome.error();
      } else {
        static_cast<void>(call());
      }
    } catch (const failure& thrown) {
      return thrown.error();
    }
    return {errc::internal, "it was not refused"};
  }

  tcp_node a{start_node()};
  std::optional<ockam::node> owned{std::in_place, *system};
  std::optional<tcp_node> b{std::in_place, *owned};

private:
  bool called_ = false;
};

TEST_P(Blocking, MAP13_WhatWaitsIsRefusedAtOnceAndNamesWhatDoesNot) {
  const auto other = b->listen();
  auto uds = uds::transport::create(b->node);
  auto udp = udp::transport::create(b->node);
  const memory::network network;
  auto memory = memory::transport::create(b->node, network);
  static_cast<void>(memory.listen("here"));
  const auto open = b->connect(other);
  const auto binding = udp.bind("127.0.0.1:0");
  auto& root = b->node.root();
  std::vector<std::pair<std::string, error>> refused;
  std::chrono::steady_clock::duration took{};
  call([&] {
    const auto began = std::chrono::steady_clock::now();
    const auto note = [&](const char* instead, auto&& waits) {
      refused.emplace_back(instead, refusal(waits));
    };
    note("handle the messages", [&] { return root.receive<any_body>(); });
    note("context::send_and_receive", [&] {
      return root.send_and_receive<any_body>({open, "missing"}, no_body{});
    });
    note("send at once", [&] { return root.wait_for("app"); });
    note("async_connect", [&] {
      return root.resolve_transport_route(
        route{address{transport_type::tcp, other.socket_address()}});
    });
    note("async_connect", [&] { return b->tcp.try_connect(other.socket_address()); });
    note("async_connect", [&] { return uds.try_connect("nowhere"); });
    note("async_connect", [&] { return memory.try_connect("here"); });
    auto to_peer = udp.default_bind_options();
    to_peer.peer = "localhost:4000";
    note("a thread of your own", [&] { return udp.try_bind("127.0.0.1:0", to_peer); });
    note("when_writable", [&] { return open.flush(); });
    note("when_writable", [&] { return binding.flush(); });
    note("request_stop", [&] {
      b->node.stop();
      return 0;
    });
    note("request_stop", [&] {
      b->node.stop(std::chrono::milliseconds{0});
      return 0;
    });
    note("stops the node", [&] {
      b->node.wait_for_stop_request();
      return 0;
    });
    took = std::chrono::steady_clock::now() - began;
  });
  for (const auto& [instead, why] : refused) {
    EXPECT_EQ(why, errc::misuse) << to_string(why);
    EXPECT_NE(to_string(why).find(instead), std::string::npos) << to_string(why);
  }
  EXPECT_EQ(refused.size(), 13u);
  EXPECT_LT(took, 2s);
  EXPECT_EQ(b->node.metrics().failed_callbacks, 0u);
}

TEST_P(Blocking, MAP13_WhatDoesNotWaitIsAdmitted) {
  const auto other = b->listen();
  const auto open = b->connect(other);
  auto& root = b->node.root();
  ASSERT_TRUE(root.send("app", "here"));
  std::string body;
  call([&] {
    body = value_or_throw(root.receive<std::string>({.timeout = 0ms})).body();
    EXPECT_EQ(error_of(root.receive<std::string>({.timeout = 0ms})), errc::timeout);
    EXPECT_NO_THROW(static_cast<void>(open.flush(0ms)));
    EXPECT_NO_THROW(b->node.send("app", "sent")); // without waiting for room
    EXPECT_NO_THROW(root.request_stop());
  });
  EXPECT_EQ(body, "here");
  EXPECT_EQ(b->node.receive<std::string>().body(), "sent");
  b->node.wait_for_stop_request();
}

TEST_P(Blocking, MAP13_ASendThatWouldWaitForRoomFailsAtOnce) {
  const raw_listener elsewhere{16, true};
  const auto full = b->tcp.connect(elsewhere.address());
  const auto peer = elsewhere.accept(); // and does not read
  std::optional<error> why;
  std::chrono::steady_clock::duration took{};
  call([&] {
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < 1'000 && !why; ++i)
      try {
        b->node.send({full, "x"}, std::string(100'000, '.'));
      } catch (const failure& thrown) {
        why = thrown.error();
      }
    took = std::chrono::steady_clock::now() - began;
  });
  ASSERT_TRUE(why);
  EXPECT_EQ(*why, errc::resource_exhausted);
  EXPECT_LT(took, 15s); // a send waits for 30 s
}

TEST_P(Blocking, NOD14_AStopThatIsRefusedIsDoneByTheNextOne) {
  call([&] {
    EXPECT_EQ(refusal([&] {
                b->node.stop();
                return 0;
              }),
              errc::misuse);
  });
  b->node.stop();
  EXPECT_TRUE(b->node.list_workers().empty());
  EXPECT_TRUE(eventually([&] { return a.tcp.connections().empty(); }));
}

TEST_P(Blocking, NOD14_ANodeThatIsDestroyedThereIsStoppedOnAnotherThread) {
  const std::weak_ptr<internal::node_state> state = owned->state();
  call([&] { owned.reset(); });
  EXPECT_TRUE(eventually([&] { return a.tcp.connections().empty(); }));
  b.reset();
  EXPECT_TRUE(eventually([&] { return state.expired(); })) << "something of the node is left";
}

INSTANTIATE_TEST_SUITE_P(Everywhere, Blocking,
                         testing::Values(place::io_worker, place::pooled_worker,
                                         place::connection_observer, place::async_connect));

// -- what they throw -------------------------------------------------------------------------------

class Throwing : public nodes_test {
protected:
  void expect_alive() { EXPECT_EQ(ask(a.node, {a.connect(listener), "echoer"}), "Hello Ockam!"); }

  tcp_node a{start_node()};
  tcp_node b{start_node()};
  const tcp::listener listener = b.listen();

  Throwing() {
    b.node.start_worker("echoer", echoer{});
    b.flow_controls().add_consumer("echoer", listener.flow_control_id());
  }
};

TEST_F(Throwing, MAP14_AConnectionObserverMayThrowAnything) {
  const auto c = a.connect(listener,
                           {.connection = {.observer = [](const connection_event&) { throw 42; }}});
  EXPECT_TRUE(logged({"warning", "the observer of the connection with", "unknown type"}));
  EXPECT_TRUE(c.is_open());
  EXPECT_GE(a.node.metrics().failed_callbacks, 1u);
  expect_alive();
}

TEST_F(Throwing, MAP14_WhatAnAttemptToConnectEndsWithMayThrowAnything) {
  int calls = 0;
  const auto refused = [&](const result<connection>&) {
    ++calls;
    throw 42;
  };
  EXPECT_NO_THROW(a.tcp.async_connect("no such place", {}, refused)); // called at once
  EXPECT_EQ(calls, 1);
  a.tcp.async_connect(listener.socket_address(), {}, [](const result<connection>&) {
    throw std::runtime_error{"a mistake of the host"};
  });
  EXPECT_TRUE(logged({"warning", "async_connect failed", "unknown type"}));
  EXPECT_TRUE(logged({"warning", "async_connect failed", "a mistake of the host"}));
  EXPECT_TRUE(eventually([&] { return a.node.metrics().failed_callbacks == 2; }));
  expect_alive();
}

/// Throws wherever it is called.
struct throwing_observer final : message_observer {
  void on_delivery(const address&, const address&, const message&) override { throw 1; }
  void on_write(const address&, std::string_view, const message&) override { throw 2; }
  void on_read(const address&, std::string_view, const message&) override { throw 3; }
  void on_drop(drop_reason, const message&) override { throw 4; }
};

TEST_F(Throwing, MAP14_AMessageObserverMayThrowAnything) {
  tcp_node c{start_node({.observer = std::make_shared<throwing_observer>()})};
  const auto there = c.connect(listener);
  EXPECT_EQ(ask(c.node, {there, "echoer"}), "Hello Ockam!");
  EXPECT_FALSE(c.node.root().send("missing", no_body{}));
  for (int i = 0; i < 10'000; ++i)
    EXPECT_FALSE(c.node.root().send("missing", no_body{}));
  EXPECT_GE(c.node.metrics().failed_callbacks, 10'000u);
  const auto lines = logged_lines();
  EXPECT_LT(std::ranges::count_if(lines,
                                  [](const std::string& line) {
                                    return line.find("the message observer failed")
                                           != std::string::npos;
                                  }),
            1'000);
}

// -- the end ---------------------------------------------------------------------------------------

TEST_F(Throwing, NOD7_AHandlerThatKeepsAnIoThreadDoesNotKeepAStop) {
  const gate kept;
  const gate reached;
  ockam::node owner{*system};
  {
    tcp_node busy{owner};
    const auto at = busy.listen();
    owner.start_worker("busy", [=](context&, const routed<any_body>&) {
      reached.open();
      static_cast<void>(kept.wait(60s));
    });
    owner.flow_controls().add_consumer("busy", at.flow_control_id());
    a.node.send({a.connect(at), "busy"}, no_body{});
  }
  ASSERT_TRUE(reached.wait());
  const auto before = std::chrono::steady_clock::now();
  owner.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 20s);
  EXPECT_TRUE(logged({"warning", "an I/O thread is left behind"}));
  kept.open();
  EXPECT_TRUE(eventually([&] { return a.tcp.connections().empty(); }));
}

/// Ends the process in a handler, while the node is an object of the program.
[[noreturn]] void exit_in_a_worker(worker_options options) {
  auto& system = *new small_system; // CAF waits for the worker
  static ockam::node server{*system};
  static ockam::node client{*system};
  static tcp_node b{server};
  static tcp_node a{client};
  const auto listener = b.listen();
  server.start_worker(
    "last", [](context&, const routed<any_body>&) { std::exit(7); }, options);
  server.flow_controls().add_consumer("last", listener.flow_control_id());
  client.send({a.connect(listener), "last"}, no_body{});
  for (;;)
    std::this_thread::sleep_for(1h);
}

TEST(ExitDeathTest, NOD14_AWorkerMayEndTheProcess) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(exit_in_a_worker({}), testing::ExitedWithCode(7), "");
  EXPECT_EXIT(exit_in_a_worker(pooled), testing::ExitedWithCode(7), "");
}

} // namespace
} // namespace ockam::test
